"""The length of a line of mail, which every hop must take (RFC 5322 §2.1.1)."""

from __future__ import annotations

from typing import Final

MAX_LINE: Final = 998
"""Octets of a line without its CRLF. Servers break longer lines, which breaks signatures."""
