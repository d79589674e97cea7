"""Attacks on a server, one at a time, while honest clients send: what they cost it, and how long others wait."""
