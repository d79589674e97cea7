"""Queries to a collection: filters, order and page."""
