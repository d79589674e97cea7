"""The client side of SMTP: replies in, commands out."""
