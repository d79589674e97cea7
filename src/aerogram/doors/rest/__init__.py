"""The Mailjet management surface, declared."""
