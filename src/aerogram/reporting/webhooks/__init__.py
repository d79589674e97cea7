"""Webhooks in Mailjet's format."""
