"""Webhooks, their outbox, and the leases of its delivery."""
