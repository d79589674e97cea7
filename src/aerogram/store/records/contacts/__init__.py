"""Contacts, their lists, properties and erasure."""
