"""The addresses that go into mails and come back from readers: opens, clicks, unsubscriptions.

::

    <base>/o/<token>.gif            the picture of one dot
    <base>/c/<token>/<url>          a link; <url> is base64url of the target
    <base>/u/<token>                the page to unsubscribe

A token is base64url of the message's id (7 bytes, for ids are below 2^53), what else it says (the
language of the page) and a MAC of 128 bits: keyed BLAKE2b (RFC 7693) over all of it, personalised by
its purpose. So no token serves another purpose, a target cannot be exchanged, and who follows such a
link is led only to where the mail's author wanted.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final, NamedTuple

from aerogram.base.ids import MAX_ID

KEY_PURPOSE: Final = "links"
"""The purpose of `Sealer.derived_key` whose key signs links."""
OPEN: Final = "/o/"
CLICK: Final = "/c/"
UNSUBSCRIBE: Final = "/u/"
OPEN_SUFFIX: Final = ".gif"
MAC_BYTES: Final = 16
MAX_ENCODED_URL: Final = 24 * 1024
"""Characters of base64url that are looked at: 4,096 characters of four bytes each, and some room."""

_ID_BYTES: Final = 7
_LANGUAGE: Final = re.compile(r"[a-z]{2}")
_NO_LANGUAGE: Final = b"\0\0"
TOKEN_CHARS: Final = 31
"""Of a token that says an id and nothing else."""
_TOKEN_WITH_LANGUAGE_CHARS: Final = 34
_FOR_OPEN: Final = b"open"
_FOR_CLICK: Final = b"click"
_FOR_UNSUBSCRIBE: Final = b"unsubscribe"


class Click(NamedTuple):
    """A link that was followed: of which message, and where it leads."""

    message_id: int
    url: str


class Unsubscriber(NamedTuple):
    """Who asks to be unsubscribed: the recipient of a message; and the language of the page, "" for any."""

    message_id: int
    language: str


class TokenSigner:
    """Mints and reads tokens: what they say, and its MAC. ``key`` is secret, 16 to 64 bytes, of all nodes."""

    def __init__(self, key: bytes, *purposes: bytes) -> None:
        self._begun = {
            purpose: hashlib.blake2b(key=key, digest_size=MAC_BYTES, person=purpose) for purpose in purposes
        }

    def token(self, purpose: bytes, payload: bytes, target: bytes = b"") -> str:
        """Mint a token that says ``payload`` in the open and vouches for ``target`` too."""
        return encoded(payload + self._mac(purpose, payload, target))

    def payload(self, purpose: bytes, token: str, target: bytes = b"") -> bytes | None:
        """Give what a token says when its MAC is right; None when it was not minted exactly so."""
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
    """Mints and reads links. ``key`` is secret, 16 to 64 bytes, the same on every node.

    ``base`` is where links lead, as ``https://click.example.org``, without a slash at its end. Readers
    take the parts of the path and give None for anything that was not minted exactly so.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__(key, _FOR_OPEN, _FOR_CLICK, _FOR_UNSUBSCRIBE)

    def open_url(self, base: str, message_id: int) -> str:
        """Mint the address of the picture."""
        return f"{base}{OPEN}{self.token(_FOR_OPEN, packed(message_id))}{OPEN_SUFFIX}"

    def click_url(self, base: str, message_id: int, url: str) -> str:
        """Mint the address that stands for a link."""
        target = url.encode("utf-8", "replace")
        token = self.token(_FOR_CLICK, packed(message_id), target)
        return f"{base}{CLICK}{token}/{encoded(target)}"

    def unsubscribe_url(self, base: str, message_id: int, language: str = "") -> str:
        """Mint the address of the page to unsubscribe; ``language`` as ``fr``, "" for none."""
        code = language.lower().encode() if _LANGUAGE.fullmatch(language.lower()) else _NO_LANGUAGE
        return f"{base}{UNSUBSCRIBE}{self.token(_FOR_UNSUBSCRIBE, packed(message_id) + code)}"

    def read_open(self, name: str) -> int | None:
        """Read what follows ``/o/``; give the message's id."""
        token = name.removesuffix(OPEN_SUFFIX)
        if len(name) != TOKEN_CHARS + len(OPEN_SUFFIX) or len(token) != TOKEN_CHARS:
            return None
        payload = self.payload(_FOR_OPEN, token)
        return None if payload is None else unpacked(payload)

    def read_click(self, token: str, encoded: str) -> Click | None:
        """Read the two parts that follow ``/c/``."""
        if len(token) != TOKEN_CHARS or len(encoded) > MAX_ENCODED_URL:
            return None
        target = decoded(encoded)
        payload = None if target is None else self.payload(_FOR_CLICK, token, target)
        if payload is None or target is None:
            return None
        return Click(unpacked(payload), target.decode("utf-8", "replace"))

    def read_unsubscribe(self, token: str) -> Unsubscriber | None:
        """Read what follows ``/u/``."""
        if len(token) != _TOKEN_WITH_LANGUAGE_CHARS:
            return None
        payload = self.payload(_FOR_UNSUBSCRIBE, token)
        if payload is None:
            return None
        return Unsubscriber(unpacked(payload), payload[_ID_BYTES:].decode().strip("\0"))


def packed(message_id: int) -> bytes:
    """Write an id as the bytes of a token."""
    return message_id.to_bytes(_ID_BYTES, "big")


def unpacked(payload: bytes) -> int:
    """Read the id with which a token begins."""
    return int.from_bytes(payload[:_ID_BYTES], "big") & MAX_ID


def encoded(content: bytes) -> str:
    """Write base64url without padding."""
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def decoded(text: str) -> bytes | None:
    """Decode base64url without padding; None for every spelling but the one that `encoded` gives."""
    try:
        content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    return content if encoded(content) == text else None
