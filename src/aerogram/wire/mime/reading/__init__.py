"""Parses mail: headers, parts, bodies."""
