"""Accounts, their users, credentials and settings."""
