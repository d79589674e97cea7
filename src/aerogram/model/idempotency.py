"""A name that a caller gives to a call, so that repeating the call does not send a mail twice."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from aerogram.model.message import Accepted

MAX_KEY: Final = 255
"""Characters of a key: more than any UUID or digest has."""
KEY_RULE: Final = f"An idempotency key has 1 to {MAX_KEY} visible ASCII characters, none of them a space."

_is_key: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY}}}").fullmatch


class IdempotencyKey(msgspec.Struct, frozen=True):
    """The key of one call of an account. ``fingerprint`` is the same for calls that ask for the same."""

    account_id: int
    key: str
    fingerprint: str


class Replay(list[tuple[Accepted, ...]]):
    """The receipts of a call that repeats an earlier one: those the earlier one got. Nothing was added."""


def is_key(text: str) -> bool:
    """Tell whether a text can be a key (`KEY_RULE`)."""
    return _is_key(text) is not None
