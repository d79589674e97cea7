"""DKIM: canonical forms and signing (RFC 6376, RFC 8463)."""
