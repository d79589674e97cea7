"""The response to an accepted call, byte for byte as Mailjet writes it.

(compatibility: send-v3#success)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aerogram.model.message import Accepted

_encode: Final = msgspec.json.Encoder().encode


def sent(receipts: Iterable[Sequence[Accepted]]) -> bytes:
    """Encode the receipt of each recipient, in the order of the call; ``Sent`` is the only key."""
    entries = ", ".join(_entry(receipt) for message in receipts for receipt in message)
    return f'{{ "Sent" : [{entries}] }}\n'.encode()


def _entry(receipt: Accepted) -> str:
    email = _encode(receipt.email).decode()
    return f'{{ "Email" : {email}, "MessageID" : {receipt.message_id}, "MessageUUID" : "{receipt.uuid}" }}'
