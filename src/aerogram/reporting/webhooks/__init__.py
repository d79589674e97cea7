"""Event callbacks in Mailjet's words."""
