"""Exports: an account's contacts, links and messages as CSV files, made by jobs."""
