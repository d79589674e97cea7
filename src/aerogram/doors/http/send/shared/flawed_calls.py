"""Read the body of a call that the strict decoder refuses because of single values.

A text that is cut in the middle of an emoji concerns its own message and no other (compatibility: send-v31#call).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.base.flawed_json import MAX_FLAWS, decode_flawed
from aerogram.doors.http.send.shared import errors

if TYPE_CHECKING:
    from aerogram.base.flawed_json import Flaw
    from aerogram.doors.http.send.shared.errors import SendError

_MESSAGES: Final = "messages"
_WITHIN_MESSAGE: Final = 2


def read_flawed(body: bytes) -> tuple[Any, dict[int, list[SendError]]]:
    """Decode a body; return its value and the errors by the index of their message, -1 for those of the call.

    Raises ``ValueError`` or ``RecursionError`` for what is not JSON.
    """
    root, flaws = decode_flawed(body)
    noted: dict[int, list[SendError]] = {}
    for flaw in flaws:
        index = _message_of(flaw)
        those = noted.setdefault(index, [])
        if len(those) < MAX_FLAWS:
            those.append(errors.flawed(flaw.place(0 if index < 0 else _WITHIN_MESSAGE), flaw.holds))
    return root, noted


def _message_of(flaw: Flaw) -> int:
    match flaw.path:
        case (str(name), int(index), _, *_) if name.lower() == _MESSAGES:
            return index
    return -1
