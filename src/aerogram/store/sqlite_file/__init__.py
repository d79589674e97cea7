"""Connections to the SQLite file: how they are opened, take turns to write, and keep the WAL short."""
