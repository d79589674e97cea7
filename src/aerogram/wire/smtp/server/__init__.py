"""The server's half of SMTP: bytes in, events out, replies to send."""
