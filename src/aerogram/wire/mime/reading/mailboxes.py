"""Parses the mailboxes of From, To, Cc and Reply-To into addresses and names."""

from __future__ import annotations

import re
from typing import Final

from aerogram.wire.address import is_email
from aerogram.wire.errors import AddressError
from aerogram.wire.mime.encoded_words import clean_text, decode_words
from aerogram.wire.mime.parts import Mailbox
from aerogram.wire.mime.reading.address_list import split_address_list

# The forms of nearly all headers: `a@b`, `Name <a@b>`, `"Name" <a@b>`. The length is bounded because the name
# is matched lazily.
_MAX_ORDINARY: Final = 512
_is_ordinary: Final = re.compile(
    r'[ \t]*(?:"([^"\\\x00-\x1f\x7f]*)"|([^\x00-\x1f\x7f"(),:;<>@\[\]\\]*?))[ \t]*<([^\s<>"(),@]+@[^\s<>"(),@]+)>[ \t]*\Z'
).match


def parse_mailboxes(header_value: str) -> tuple[Mailbox, ...]:
    """Parse the value of From, To, Cc or Reply-To: names decoded, groups flattened (RFC 5322 §3.4).

    An empty value and an empty group give no mailbox. The sentence of an `AddressError` says what is wrong.
    """
    if len(header_value) <= _MAX_ORDINARY:
        found = _is_ordinary(header_value)
        if found is not None and is_email(found[3]):
            name = found[1] or found[2]
            return (Mailbox(found[3], _shown(name) if name else ""),)
        bare = header_value.strip(" \t\r\n")
        if is_email(bare):
            return (Mailbox(bare),)
    mailboxes = []
    for name, email in split_address_list(header_value):
        if not is_email(email):
            raise AddressError(f"{clean_text(email)[:80]!r} is not an email address.")
        mailboxes.append(Mailbox(email, _shown(name) if name else ""))
    return tuple(mailboxes)


def _shown(name: str) -> str:
    return clean_text(decode_words(name)).strip()
