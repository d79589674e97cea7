"""A whole call: from the bytes of its body to one draft per message, in the order of the request.

A call is sent whole or not at all. The answer of version 3 has no place to say why one recipient is
missing from it, so a partial success could not be told from a complete one; and a call of which nothing was
sent can be corrected and repeated without anybody getting a mail twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.doors.http.v3 import limits, mistakes, names
from aerogram.doors.http.v3.headers import with_headers_as_properties
from aerogram.doors.http.v3.message import read_message
from aerogram.doors.http.v3.mistakes import RefusedCallError
from aerogram.doors.http.v3.templates import Found, Key, template_of, wanted
from aerogram.doors.http.v31.limits import MAX_STORED_BYTES
from aerogram.submission.request import submission_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.doors.http.v3.draft import Draft
    from aerogram.doors.http.v31.mistakes import Mistake
    from aerogram.doors.http.v31.names import JsonObject
    from aerogram.model.decision import Allow, Hold
    from aerogram.model.message import Submission
    from aerogram.model.request import MailRequest


class Call(msgspec.Struct, frozen=True):
    """What was asked: the messages in order, their names as documented."""

    messages: list[JsonObject]
    is_bulk: bool
    """They came as ``{"Messages": [...]}``, so that a refusal must say which one is meant."""

    def template_keys(self) -> set[Key]:
        """Give the keys of the templates that must be found before the messages are read."""
        return {key for message in self.messages if (key := wanted(message)) is not None}

    def drafts(self, templates: Found) -> list[Draft]:
        """Read each message. Raises `RefusedCallError` with the first mistake."""
        sizes: dict[int, int] = {}
        return [
            read_message(
                message, f"Messages[{index}]" if self.is_bulk else "", sizes, template_of(message, templates)
            )
            for index, message in enumerate(self.messages)
        ]


def read_call(body: bytes) -> Call:
    """Read the body of ``POST /v3/send``: a message, or ``{"Messages": [...]}`` of them.

    The body is JSON in strict UTF-8. Raises `RefusedCallError` for what is wrong with the call as a
    whole; what is wrong with a message is found by `Call.drafts`.
    """
    root = names.CALL.spelled(_object(body))
    messages = root.pop("Messages", None)
    if messages is None:
        return Call([with_headers_as_properties(root)], is_bulk=False)
    if not isinstance(messages, list):
        raise RefusedCallError(mistakes.no_array("Messages"))
    if not messages:
        raise RefusedCallError(mistakes.NO_MESSAGES)
    if len(messages) > limits.MAX_MESSAGES:
        raise RefusedCallError(mistakes.TOO_MANY_MESSAGES)
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            raise RefusedCallError(mistakes.no_object(f"Messages[{index}]"))
    read = [with_headers_as_properties(names.MESSAGE.spelled(message)) for message in messages]
    return Call(read, is_bulk=True)


def _object(body: bytes) -> JsonObject:
    try:
        root = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        raise RefusedCallError(_why_unreadable(body)) from None
    if not isinstance(root, dict):
        raise RefusedCallError(mistakes.MALFORMED_JSON)
    return root


def _why_unreadable(body: bytes) -> Mistake:
    try:
        body.decode()
    except UnicodeDecodeError:
        return mistakes.INVALID_CHARACTERS
    return mistakes.MALFORMED_JSON


def submissions(authorised: Iterable[tuple[MailRequest, Allow | Hold]]) -> list[Submission]:
    """Turn authorised messages into submissions.

    Templates are in each of them now; a call that would be stored in too many bytes is refused.
    """
    asked = []
    stored_bytes = 0
    for request, decision in authorised:
        submission = submission_of(request, decision)
        stored_bytes += len(submission.body)
        if stored_bytes > MAX_STORED_BYTES:
            raise RefusedCallError(mistakes.PAYLOAD_TOO_LARGE)
        asked.append(submission)
    return asked
