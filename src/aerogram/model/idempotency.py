"""Idempotency keys: a caller names a call so that repeating it does not send mail twice."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from aerogram.model.message import Accepted

MAX_KEY: Final = 255
"""Characters of a key: enough for any UUID or digest."""
KEY_RULE: Final = f"An idempotency key must have 1 to {MAX_KEY} visible ASCII characters and no spaces."

_is_key: Final = re.compile(rf"[\x21-\x7e]{{1,{MAX_KEY}}}").fullmatch


class IdempotencyKey(msgspec.Struct, frozen=True):
    """The key of one call of an account. Calls with the same content have the same ``fingerprint``."""

    account_id: int
    key: str
    fingerprint: str


def stored_key(key: str, *, is_sandboxed: bool) -> str:
    """Return a key as it is stored: those of the sandbox are apart, marked by a space that no key contains."""
    return f"sandbox {key}" if is_sandboxed else key


class Replay(list[tuple[Accepted, ...]]):
    """The receipts of the earlier call that this call repeats. Nothing was added."""


def is_key(text: str) -> bool:
    """Return whether a text is a valid key (`KEY_RULE`)."""
    return _is_key(text) is not None
