"""Ring 6: webhooks, engagement, messages and the inbox."""
