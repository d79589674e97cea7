"""DKIM signatures: relaxed/relaxed, one for each key over the same canonical forms (RFC 6376, RFC 8463).

Fields are *oversigned*: listed once more than they occur, so that nobody can add another From or Subject to a
signed mail and send it on (RFC 6376 §8.15). The same mail, keys and time always give the same signatures.
"""

from __future__ import annotations

import binascii
import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aerogram.wire.address import ascii_domain
from aerogram.wire.dkim.canonical import reduced_fields, relaxed_body, relaxed_name
from aerogram.wire.errors import NoFromError
from aerogram.wire.mime.reading.fields import end_of_head

if TYPE_CHECKING:
    from aerogram.wire.dkim.keys import SigningKey

ALWAYS: Final = (
    b"from",
    b"reply-to",
    b"to",
    b"cc",
    b"subject",
    b"date",
    b"message-id",
    b"mime-version",
    b"content-type",
)
"""Signed even when absent: receivers show or obey these fields, so adding one must break the signature."""

WHEN_PRESENT: Final = (
    b"sender",
    b"content-transfer-encoding",
    b"in-reply-to",
    b"references",
    b"list-id",
    b"list-help",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"feedback-id",
)
"""Signed, and oversigned, when present. RFC 8058 §4 wants both unsubscribe fields signed, Gmail the
Feedback-ID; hosts on the way may add the absent ones."""

_ORDER: Final = ALWAYS + WHEN_PRESENT
_PLACES: Final = {name: place for place, name in enumerate(_ORDER)}
_WRITTEN: Final = {
    written: place
    for name, place in _PLACES.items()
    for written in (name, name.title(), name.title().replace(b"-Id", b"-ID").replace(b"Mime-", b"MIME-"))
}
"""Places in `_ORDER` by the ways in which nearly every program writes the names."""
_FROM: Final = _PLACES[b"from"]
_PREFIXES: Final = tuple(name + b":" for name in _ORDER)
_FEW_FIELDS: Final = 64
"""Signed fields of a mail for which an arrangement is remembered."""
_KEPT_LOCK: Final = 2047
"""Octets up to which hashing keeps the interpreter's lock. To take it again costs a thread more than to hash them."""
_SHORT: Final = 16 * 1024
"""A body up to this size is hashed without releasing the lock, in some 10 microseconds."""
_SIGNATURE_LINE: Final = 72
_NAMES_LINE: Final = 72


class Signer:
    """Signs the mail of one domain with all its keys."""

    def __init__(self, domain: str, keys: tuple[SigningKey, ...]) -> None:
        """Sign as ``domain`` (the ``d=`` tag); signatures are in the order of ``keys``."""
        if not keys:
            raise ValueError("a signer needs at least one key")
        self.domain: Final = ascii_domain(domain)
        self.keys: Final = keys
        self._openings: Final = tuple(
            f" v=1; a={key.algorithm.value}; c=relaxed/relaxed; d={self.domain};\r\n s={key.selector}; t=".encode()
            for key in keys
        )

    def sign(self, data: bytes, now_s: int) -> bytes:
        """Return the DKIM-Signature fields, each with its CRLF, to be put before ``data``.

        ``now_s`` is in seconds since the Unix epoch, for the ``t=`` tag. Raises `NoFromError` for a mail
        without From, which cannot be signed (RFC 6376 §5.4).
        """
        head_end, body_start = end_of_head(data)
        body_hash = binascii.b2a_base64(_sha256(relaxed_body(data[body_start:])), newline=False)
        names, canonical = _canonical_head(data[:head_end])
        closing = b"%d;\r\n bh=%b;\r\n h=%b;\r\n b=" % (now_s, body_hash, names)
        out: list[bytes] = []
        for opening, key in zip(self._openings, self.keys, strict=True):
            # Folded like this, the field's relaxed form differs only in its line ends.
            tags = opening + closing
            signature = key.sign(canonical + b"dkim-signature:" + tags.replace(b"\r\n ", b" ")[1:])
            out += (b"DKIM-Signature:", tags, _folded(signature), b"\r\n")
        return b"".join(out)


def _sha256(data: bytes) -> bytes:
    if len(data) <= _KEPT_LOCK or len(data) > _SHORT:
        return hashlib.sha256(data).digest()
    hashed = hashlib.sha256()
    for at in range(0, len(data), _KEPT_LOCK):
        hashed.update(data[at : at + _KEPT_LOCK])
    return hashed.digest()


def _canonical_head(head: bytes) -> tuple[bytes, bytes]:
    """Return the folded value of the ``h=`` tag and the relaxed form of the fields that it lists."""
    places: list[int] = []
    lines: list[bytes] = []
    for field in reduced_fields(head):
        name, _, value = field.partition(b":")
        place = _WRITTEN.get(name)
        if place is None and (place := _PLACES.get(relaxed_name(name))) is None:
            continue
        places.append(place)
        lines.append(_PREFIXES[place] + value.strip(b" "))
    if _FROM not in places:
        raise NoFromError("A mail without a From header cannot be signed (RFC 6376 5.4).")
    arranged = _arranged if len(places) <= _FEW_FIELDS else _arranged.__wrapped__
    names, order = arranged(tuple(places))
    return names, b"\r\n".join([*[lines[at] for at in order], b""])


@lru_cache(maxsize=256)
def _arranged(places: tuple[int, ...]) -> tuple[bytes, tuple[int, ...]]:
    """Return the ``h=`` tag for fields at these places of `_ORDER`, and the order in which they are signed."""
    counts = [0] * len(_ORDER)
    for place in places:
        counts[place] += 1
    # Of several fields with one name the last is signed first (RFC 6376 §5.4.2).
    order = sorted(range(len(places)), key=lambda at: (places[at], -at))
    return _names_tag(tuple(counts)), tuple(order)


def _names_tag(counts: tuple[int, ...]) -> bytes:
    """Write the ``h=`` tag for these counts of each name in `_ORDER`, folded between names."""
    lines = [b""]
    for name, count in zip(_ORDER, counts, strict=True):
        times = count + 1 if count or name in ALWAYS else 0
        for _ in range(times):
            if len(lines[-1]) + len(name) > _NAMES_LINE:
                lines.append(b"")
            lines[-1] += name + b":"
    return b"\r\n ".join(lines)[:-1]


def _folded(signature: bytes) -> bytes:
    text = binascii.b2a_base64(signature, newline=False)
    return b"\r\n ".join([text[at : at + _SIGNATURE_LINE] for at in range(0, len(text), _SIGNATURE_LINE)])
