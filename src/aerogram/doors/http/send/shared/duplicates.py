"""Find the entries of a message that name the same mailbox: a person gets one copy (compatibility: send-v31#success).

Every entry is answered, those of the same mailbox with the same ids. Of several entries the first counts: its
spelling, name and role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.address import mailbox_key

if TYPE_CHECKING:
    from aerogram.model.message import Recipient

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def distinct(entries: tuple[Recipient, ...]) -> tuple[tuple[Recipient, ...], tuple[int, ...]]:
    """Return each recipient once, and for each entry the index of its recipient; () when no entry is repeated.

    Entries of v3's Recipients with other variables are other mails, whose content is nowhere else, so they stay.
    Variables are compared as JSON, because in Python ``1``, ``1.0`` and ``True`` are equal; only the order of names
    does not matter.
    """
    keys = [mailbox_key(entry.email) for entry in entries]
    if len(set(keys)) == len(keys):
        return entries, ()
    recipients: list[Recipient] = []
    by_mail: dict[tuple[str, bytes], int] = {}
    places: list[int] = []
    for key, entry in zip(keys, entries, strict=True):
        variables = entry.personal.variables
        place = by_mail.setdefault((key, _encode(variables) if variables else b""), len(recipients))
        if place == len(recipients):
            recipients.append(entry)
        places.append(place)
    return (entries, ()) if len(recipients) == len(entries) else (tuple(recipients), tuple(places))
