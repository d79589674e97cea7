"""Engagement of recipients: opens, clicks, unsubscriptions and spam reports."""
