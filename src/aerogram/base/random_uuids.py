"""Random UUIDs, many from each call of the system: a call for each takes longer than all else that makes one."""

from __future__ import annotations

import os
from typing import Final

_BYTES: Final = 16
_BATCH: Final = 256
_VARIANTS: Final = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}

_waiting: list[str] = []
"""Random digits of UUIDs to come. A list, because taking from it is safe in any thread."""

os.register_at_fork(after_in_child=_waiting.clear)


def random_uuid() -> str:
    """Return a UUID of 122 random bits (version 4, RFC 9562 §5.4)."""
    try:
        digits = _waiting.pop()
    except IndexError:
        digits, *others = _more()
        _waiting.extend(others)
    return (
        f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANTS[digits[16]]}{digits[17:20]}-{digits[20:]}"
    )


def _more() -> list[str]:
    digits = os.urandom(_BYTES * _BATCH).hex()
    return [digits[at : at + 2 * _BYTES] for at in range(0, len(digits), 2 * _BYTES)]
