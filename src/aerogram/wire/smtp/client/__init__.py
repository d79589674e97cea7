"""The client's half of SMTP: replies in, commands to send."""
