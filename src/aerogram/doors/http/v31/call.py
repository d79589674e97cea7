"""A whole call: from the bytes of its body to one draft per message, in the order of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.http.v31 import limits, mistakes, names
from aerogram.doors.http.v31.merging import merged
from aerogram.doors.http.v31.message import Draft, read_message
from aerogram.doors.http.v31.templates import Found, template_of, wanted_id
from aerogram.submission.request import submission_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.doors.http.v31.mistakes import Mistake
    from aerogram.doors.http.v31.names import JsonObject
    from aerogram.model.decision import Allow, Hold
    from aerogram.model.message import Submission
    from aerogram.model.request import MailRequest

_encode: Final = msgspec.json.Encoder().encode


class Call(msgspec.Struct, frozen=True):
    """What was asked: ``messages`` in order, Globals merged into each, their names as documented."""

    messages: list[JsonObject]
    is_sandbox: bool = False
    """Everything is checked and nothing is sent."""
    is_strict: bool = False
    """``AdvanceErrorHandling``: a message that contradicts its template is refused (facts: SEND.md A8)."""

    def template_ids(self) -> set[int]:
        """Give the ids of the templates that must be found before the messages are read."""
        return {
            template_id
            for message in self.messages
            if "TemplateID" in message and (template_id := wanted_id(message)) is not None
        }

    def drafts(self, templates: Found | None = None) -> list[Draft]:
        """Read each message; all mistakes in it, but those about its senders and its category, are in its draft."""
        sizes: dict[int, int] = {}
        if not templates:
            return [read_message(message, sizes) for message in self.messages]
        return [
            read_message(message, sizes, template_of(message, templates), is_strict=self.is_strict)
            for message in self.messages
        ]


def read_call(body: bytes) -> Call | Mistake:
    """Read the body of ``POST /v3.1/send``; a `Mistake` is about the call as a whole.

    The body is JSON in strict UTF-8. Mistakes of single messages are found by `Call.drafts`.
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
    spelled = [names.MESSAGE.spelled(message) for message in messages]
    return Call(
        [merged(defaults, message) for message in spelled] if defaults else spelled,
        is_sandbox=given.get("SandboxMode") is True,
        is_strict=given.get("AdvanceErrorHandling") is True,
    )


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


def submissions(authorised: Iterable[tuple[MailRequest, Allow | Hold]]) -> list[Submission] | Mistake:
    """Turn authorised messages into submissions.

    Globals are in each of them now; a call that would be stored in too many bytes is refused whole.
    """
    asked = []
    stored_bytes = 0
    for request, decision in authorised:
        submission = submission_of(request, decision)
        stored_bytes += len(submission.body) + _kept_length(request)
        if stored_bytes > limits.MAX_STORED_BYTES:
            return mistakes.PAYLOAD_TOO_LARGE
        asked.append(submission)
    return asked


def _kept_length(request: MailRequest) -> int:
    """Give the length of what is stored beside the mail itself, of what has no limit of its own."""
    variables = request.options.variables
    return len(request.event_payload) + len(request.custom_id) + (len(_encode(variables)) if variables else 0)
