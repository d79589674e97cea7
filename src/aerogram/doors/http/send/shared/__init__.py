"""Parsing and validation shared by both versions of the Send API."""
