"""Resources of messages and webhooks."""
