"""Segments: stored conditions, and the contacts that fulfil them."""
