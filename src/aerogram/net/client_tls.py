"""TLS contexts for clients: with a verified certificate, and with any certificate."""

from __future__ import annotations

import ssl
from functools import cache


@cache
def verified_context() -> ssl.SSLContext:
    """Return the context for hosts whose certificate must be valid for their name."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@cache
def unverified_context() -> ssl.SSLContext:
    """Return the context for opportunistic TLS: it encrypts, and accepts any certificate (RFC 7435)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
