"""Aerogram: an email platform that a team runs itself and that speaks Mailjet's wire protocols."""

__version__ = "0.1.0"
