"""The server side of SMTP: bytes in, events out, replies to send."""
