"""Senders, domains, keys, and what they may use."""
