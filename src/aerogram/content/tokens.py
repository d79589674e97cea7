"""The URLs in mail through which opens, clicks and unsubscriptions arrive.

::

    <base>/o/<token>.gif            the tracking pixel
    <base>/c/<token>/<url>          a link; <url> is base64url of the target
    <base>/u/<token>                the unsubscribe page

A token is base64url of a payload and a MAC. The payload is the message's id (7 bytes, as ids are below 2^53)
and, for the unsubscribe page, a language. The MAC has 128 bits: keyed BLAKE2b (RFC 7693) over the payload and
the target, personalised by the purpose. So a token is valid for one purpose only, its target cannot be replaced,
and a link leads only where the mail's author intended.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from typing import Final, NamedTuple

from aerogram.base.ids import MAX_ID

KEY_PURPOSE: Final = "links"
"""The purpose for `Sealer.derived_key` that gives the key for links."""
OPEN: Final = "/o/"
CLICK: Final = "/c/"
UNSUBSCRIBE: Final = "/u/"
OPEN_SUFFIX: Final = ".gif"
MAC_BYTES: Final = 16
MAX_ENCODED_URL: Final = 24 * 1024
"""Longest base64url target that is decoded: 4,096 characters of four bytes each, and some room."""

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
_ID_BYTES: Final = 7
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_NO_LANGUAGE: Final = b"\0\0"
TOKEN_CHARS: Final = 31
"""Length of a token whose payload is only an id."""
_TOKEN_WITH_LANGUAGE_CHARS: Final = 34
_FOR_OPEN: Final = b"open"
_FOR_CLICK: Final = b"click"
_FOR_UNSUBSCRIBE: Final = b"unsubscribe"


class Click(NamedTuple):
    """A clicked link: its message and its target."""

    message_id: int
    url: str


class Unsubscriber(NamedTuple):
    """A request to unsubscribe the recipient of a message; ``language`` is that of the page, "" for the default."""

    message_id: int
    language: str


class TokenSigner:
    """Mints and verifies tokens. ``key`` is secret, 16 to 64 bytes, and the same on every node."""

    def __init__(self, key: bytes, *purposes: bytes) -> None:
        self._begun = {
            purpose: hashlib.blake2b(key=key, digest_size=MAC_BYTES, person=purpose) for purpose in purposes
        }

    def token(self, purpose: bytes, payload: bytes, target: bytes = b"") -> str:
        """Mint a token with a readable ``payload`` and a MAC over the payload and the ``target``."""
        return encoded(payload + self._mac(purpose, payload, target))

    def payload(self, purpose: bytes, token: str, target: bytes = b"") -> bytes | None:
        """Return the payload of a token; None when its MAC is invalid."""
        whole = decoded(token)
        if whole is None:
            return None
        payload, mac = whole[:-MAC_BYTES], whole[-MAC_BYTES:]
        return payload if hmac.compare_digest(mac, self._mac(purpose, payload, target)) else None

    def _mac(self, purpose: bytes, payload: bytes, target: bytes) -> bytes:
        digest = self._begun[purpose].copy()
        digest.update(payload)
        digest.update(target)
        return digest.digest()


class LinkSigner(TokenSigner):
    """Mints and reads links. ``key`` is secret, 16 to 64 bytes, and the same on every node.

    ``base`` is the base URL of links, such as ``https://click.example.org``, without a trailing slash. The
    reading methods take the parts of the path and return None for anything that was not minted here.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__(key, _FOR_OPEN, _FOR_CLICK, _FOR_UNSUBSCRIBE)

    def open_url(self, base: str, message_id: int) -> str:
        """Mint the URL of the tracking pixel."""
        return f"{base}{OPEN}{self.token(_FOR_OPEN, packed(message_id))}{OPEN_SUFFIX}"

    def click_url(self, base: str, message_id: int, url: str) -> str:
        """Mint the tracked URL of a link."""
        target = url.encode("utf-8", "replace")
        token = self.token(_FOR_CLICK, packed(message_id), target)
        return f"{base}{CLICK}{token}/{encoded(target)}"

    def unsubscribe_url(self, base: str, message_id: int, language: str = "") -> str:
        """Mint the URL of the unsubscribe page; ``language`` such as ``fr``, "" for the default."""
        code = language.lower().encode() if _LANGUAGE.fullmatch(language.lower()) else _NO_LANGUAGE
        return f"{base}{UNSUBSCRIBE}{self.token(_FOR_UNSUBSCRIBE, packed(message_id) + code)}"

    def read_open(self, name: str) -> int | None:
        """Read the part after ``/o/``; return the message's id."""
        token = name.removesuffix(OPEN_SUFFIX)
        if len(name) != TOKEN_CHARS + len(OPEN_SUFFIX) or len(token) != TOKEN_CHARS:
            return None
        payload = self.payload(_FOR_OPEN, token)
        return None if payload is None else unpacked(payload)

    def read_click(self, token: str, encoded: str) -> Click | None:
        """Read the two parts after ``/c/``."""
        if len(token) != TOKEN_CHARS or len(encoded) > MAX_ENCODED_URL:
            return None
        target = decoded(encoded)
        payload = None if target is None else self.payload(_FOR_CLICK, token, target)
        if payload is None or target is None:
            return None
        return Click(unpacked(payload), target.decode("utf-8", "replace"))

    def read_unsubscribe(self, token: str) -> Unsubscriber | None:
        """Read the part after ``/u/``."""
        if len(token) != _TOKEN_WITH_LANGUAGE_CHARS:
            return None
        payload = self.payload(_FOR_UNSUBSCRIBE, token)
        if payload is None:
            return None
        return Unsubscriber(unpacked(payload), payload[_ID_BYTES:].decode().strip("\0"))


def packed(message_id: int) -> bytes:
    """Encode an id as a payload."""
    return message_id.to_bytes(_ID_BYTES, "big")


def unpacked(payload: bytes) -> int:
    """Decode the id at the start of a payload."""
    return int.from_bytes(payload[:_ID_BYTES], "big") & MAX_ID


def encoded(content: bytes) -> str:
    """Encode as base64url without padding."""
    # As the module base64 does, in a third of the time.
    return binascii.b2a_base64(content, newline=False).translate(_TO_URL).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes | None:
    """Decode base64url without padding; None for every spelling that `encoded` would not produce."""
    try:
        digits = text.encode("ascii").translate(_FROM_URL)
        content = binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))
    except ValueError:
        return None
    return content if encoded(content) == text else None
