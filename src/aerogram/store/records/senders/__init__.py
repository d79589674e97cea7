"""Senders, metasenders, domains, signing keys, tracking hosts, categories and parse routes."""
