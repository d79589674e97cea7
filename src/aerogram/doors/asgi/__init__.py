"""Shared by all HTTP doors: requests, bodies, responses and authentication."""
