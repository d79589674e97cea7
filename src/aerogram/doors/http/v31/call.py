"""A whole call: from the bytes of its body to one draft per message, in the order of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.doors.http.v31 import limits, mistakes, names
from aerogram.doors.http.v31.merging import merged
from aerogram.doors.http.v31.message import Draft, read_message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.http.v31.mistakes import Mistake
    from aerogram.doors.http.v31.names import JsonObject
    from aerogram.model.message import Submission


class Call(msgspec.Struct, frozen=True):
    """What was asked: ``drafts`` in order; ``is_sandbox`` checks everything and sends nothing."""

    drafts: list[Draft]
    is_sandbox: bool = False


def read_call(body: bytes) -> Call | Mistake:
    """Read the body of ``POST /v3.1/send``; a `Mistake` is about the call as a whole.

    The body is JSON in strict UTF-8. Mistakes of single messages are in their drafts.
    """
    try:
        root = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return mistakes.MALFORMED_JSON
    if not isinstance(root, dict):
        return mistakes.MALFORMED_JSON
    given = names.CALL.spelled(root)
    messages: Any = given.get("Messages")
    mistake = _wrong_messages(messages) or _wrong_flags(given)
    if mistake is not None:
        return mistake
    defaults = given.get("Globals")
    if defaults is None:
        defaults = {}
    if not isinstance(defaults, dict):
        return mistakes.wrong_type("Globals", "object")
    defaults = names.MESSAGE.spelled(defaults)
    if defaults.get("To"):
        return mistakes.TO_IN_GLOBALS
    sizes: dict[int, int] = {}
    drafts = [_read_one(message, defaults, sizes) for message in messages]
    return Call(drafts, given.get("SandboxMode") is True)


def _read_one(message: JsonObject, defaults: JsonObject, sizes: dict[int, int]) -> Draft:
    given = names.MESSAGE.spelled(message)
    return read_message(merged(defaults, given) if defaults else given, sizes)


def _wrong_messages(messages: Any) -> Mistake | None:
    if messages is None:
        return mistakes.missing("Messages")
    if not isinstance(messages, list):
        return mistakes.wrong_type("Messages", "Messages")
    if not messages:
        return mistakes.empty_array("Messages")
    if len(messages) > limits.MAX_MESSAGES:
        return mistakes.TOO_MANY_MESSAGES
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            return mistakes.wrong_type(f"Messages[{index}]", "object")
    return None


def _wrong_flags(given: JsonObject) -> Mistake | None:
    for name in ("SandboxMode", "AdvanceErrorHandling"):
        value = given.get(name)
        if value is not None and not isinstance(value, bool):
            return mistakes.wrong_type(name, "boolean")
    return None


def submissions(drafts: Sequence[Draft], account_id: int, transcript: str) -> list[Submission] | Mistake:
    """Turn drafts without mistakes into submissions.

    Globals are in each of them now; a call that would be stored in too many bytes is refused whole.
    """
    asked = []
    stored_bytes = 0
    for draft in drafts:
        submission = draft.submission(account_id, transcript)
        stored_bytes += len(submission.body)
        if stored_bytes > limits.MAX_STORED_BYTES:
            return mistakes.PAYLOAD_TOO_LARGE
        asked.append(submission)
    return asked
