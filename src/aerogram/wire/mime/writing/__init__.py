"""Builds and edits mail."""
