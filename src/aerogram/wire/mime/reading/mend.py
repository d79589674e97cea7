"""Mend a submitted mail whose header section breaks a rule that the servers people come from do not enforce.

What leaves must obey the rules, because large receivers enforce them, so the header section is written again: each
field that may occur once occurs once, and everyone after us reads the same (compatibility: smtp#tolerance). The
body keeps its bytes. Only mail that `scan.scan` would refuse comes here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.wire.address import is_email
from aerogram.wire.errors import AddressError
from aerogram.wire.mime.charsets import header_text
from aerogram.wire.mime.encoded_words import clean_text, decode_words
from aerogram.wire.mime.headers import encode_mailboxes
from aerogram.wire.mime.parts import Mailbox
from aerogram.wire.mime.reading.address_list import split_address_list
from aerogram.wire.mime.reading.fields import (
    ADDRESS_LISTS,
    UNIQUE,
    end_of_head,
    is_private,
    name_of,
    split_fields,
)
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_AUTHOR: Final = 2_000
"""Characters of a malformed From that is mended: an address has 254 at most, and a name as long as this is none."""
NAME_CHARACTERS: Final = bytes(code for code in range(0x21, 0x7F) if code != ord(":"))
"""The characters of a header's name (RFC 5322 §2.2)."""

_is_mbox_line: Final = re.compile(rb">?From [^:]*(?::\d\d|\Z)").match
"""The line that mbox files have before each mail; its only colons are those of a time."""
_find_address: Final = re.compile(r'[^\s<>"(),:;\\\[\]@]+@[^\s<>"(),:;\\\[\]@]+').search
_PUNCTUATION: Final = re.compile(r'[\s<>"\\]+')
_BLANKS: Final = b" \t\r\n"


def mended(data: bytes, reverse_path: str) -> bytes | None:
    """Return the mail with a header section that follows the rules; None when it cannot be mended.

    ``reverse_path`` is the author of a mail that names none; "" when there is none.
    """
    head_end, _ = end_of_head(data)
    fields = split_fields(data[:head_end])
    start = 0
    if fields and _is_mbox_line(fields[0]):
        start = len(fields.pop(0)) + 2
    names: list[bytes] = []
    written: list[bytes] = []
    for index, field in enumerate(fields):
        name, colon, value = field.partition(b":")
        bare = name.rstrip(b" \t")
        if not colon or not bare or bare.translate(None, NAME_CHARACTERS):
            if _would_show(fields[index + 1 :]):
                return None
            # The client left out the empty line before the body.
            rest = b"\r\n" + data[start:]
            break
        names.append(bare)
        written.append(value)
        start += len(field) + 2
    else:
        rest = data[head_end:]
    kept = _once(names, written)
    if kept is None or not _name_author(kept, reverse_path):
        return None
    head = b"".join([value if not name else b"%b:%b\r\n" % (name, value) for name, value in kept])
    return head + rest


def _would_show(fields: Sequence[bytes]) -> bool:
    """Tell whether one of these would be hidden or obeyed as a header, and must not become text to read."""
    for field in fields:
        name = name_of(field)
        if name in UNIQUE or is_private(name):
            return True
    return False


def _once(names: Sequence[bytes], values: Sequence[bytes]) -> list[tuple[bytes, bytes]] | None:
    """Return the fields, those of `fields.UNIQUE` once; None for authors that contradict each other.

    Lists of addresses are joined. Of another field the first that is not empty counts.
    """
    kept: list[tuple[bytes, bytes]] = []
    places: dict[bytes, int] = {}
    lists: dict[int, list[bytes]] = {}
    for name, value in zip(names, values, strict=True):
        lowered = name.lower()
        place = places.get(lowered)
        if place is None:
            if lowered in UNIQUE:
                places[lowered] = len(kept)
            kept.append((name, value))
            continue
        first_name, first = kept[place]
        if not first.strip(_BLANKS):
            kept[place] = (first_name, value)
        elif lowered == b"from":
            # Mail programs would differ about whom the mail is from.
            if value.strip(_BLANKS) and _flat(value) != _flat(first):
                return None
        elif lowered in ADDRESS_LISTS:
            lists.setdefault(place, [first]).append(value)
    for place, several in lists.items():
        kept[place] = (kept[place][0], _joined(several))
    return kept


def _joined(values: Sequence[bytes]) -> bytes:
    """Join lists of addresses, without those that name nobody new; the first alone when one breaks the grammar."""
    known: set[str] = set()
    joined: list[bytes] = []
    for value in values:
        addresses = _addresses(value)
        if addresses is None:
            # The first that can be read counts.
            return next((each for each in values if _addresses(each)), values[0])
        if not joined or not addresses <= known:
            joined.append(value.strip(b", \t\r\n") if joined else value.rstrip(b", \t\r\n"))
            known |= addresses
    return b",\r\n ".join(joined) if len(joined) > 1 else values[0]


def _addresses(value: bytes) -> set[str] | None:
    try:
        return {address.lower() for _, address in split_address_list(_flat(value))}
    except AddressError:
        return None


def _name_author(fields: list[tuple[bytes, bytes]], reverse_path: str) -> bool:
    """Write a From that is missing or malformed; False when it does not say who the author is.

    A mail without an author's address is by its reverse-path, as mail of devices is. A From with one address in
    it is by that, however its name is written.
    """
    place = next((index for index, (name, _) in enumerate(fields) if name.lower() == b"from"), None)
    text = "" if place is None else _flat(fields[place][1])
    if place is not None and _is_readable(text):
        return True
    author = _author_in(text, reverse_path)
    if author is None:
        return False
    field = (b"", encode_mailboxes("From", (author,)))
    if place is None:
        fields.insert(0, field)
    else:
        fields[place] = field
    return True


def _is_readable(text: str) -> bool:
    try:
        return bool(parse_mailboxes(text))
    except AddressError:
        return False


def _author_in(text: str, reverse_path: str) -> Mailbox | None:
    if len(text) > MAX_AUTHOR:
        return None
    if "@" not in text:
        name = "" if text.endswith(";") else _name_in(text)
        return Mailbox(reverse_path, name) if is_email(reverse_path) else None
    found = _find_address(text)
    if found is None or text.count("@") > 1 or not is_email(found[0]):
        return None
    return Mailbox(found[0], _name_in(f"{text[: found.start()]} {text[found.end() :]}"))


def _name_in(text: str) -> str:
    return clean_text(decode_words(_PUNCTUATION.sub(" ", text))).strip(" ,;:")


def _flat(value: bytes) -> str:
    """Return a value as one line of text."""
    return header_text(value.replace(b"\r\n", b"")).strip(" \t")
