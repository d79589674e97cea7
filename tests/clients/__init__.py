"""Clients that somebody else wrote, against the whole process."""
