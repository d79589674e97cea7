"""Mailjet's template language, run within limits of time and size."""
