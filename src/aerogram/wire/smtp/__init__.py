"""SMTP as state machines: bytes in, events out, bytes to send (RFC 5321)."""
