"""Whom an account writes to: contacts, what is known of them, lists, subscriptions, erasure."""
