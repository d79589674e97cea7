"""Segments: conditions on contacts in Mailjet's expression language (facts: SEGMENTS.md)."""
