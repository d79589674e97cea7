"""Parse a whole call, from the bytes of its body to one `ParsedMessage` for each message, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.http.send.shared import errors as shared
from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.shared.findings import Findings
from aerogram.doors.http.send.shared.flawed_calls import read_flawed
from aerogram.doors.http.send.shared.names import Names
from aerogram.doors.http.send.shared.templates import chosen
from aerogram.doors.http.send.v31 import errors, limits
from aerogram.doors.http.send.v31.message import read_message
from aerogram.doors.http.send.v31.plain import PlainCall, read_plain
from aerogram.doors.http.send.v31.properties import MESSAGE
from aerogram.doors.http.send.v31.templates import wanted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.names import JsonObject
    from aerogram.doors.http.send.shared.parsed_message import ParsedMessage
    from aerogram.doors.http.send.shared.templates import Found, Key

_FLAGS: Final = ("SandboxMode", "AdvanceErrorHandling")
_CALL: Final = Names("Messages", "Globals", *_FLAGS)


class Call(msgspec.Struct, frozen=True):
    """A parsed call: ``messages`` in order, with Globals merged and normalised names."""

    messages: list[JsonObject]
    is_sandbox: bool = False
    """Check everything and send nothing."""
    is_strict: bool = False
    """``AdvanceErrorHandling``: reject a message that conflicts with its template.

    (compatibility: send-v31#strict-checks)
    """
    flawed: Mapping[int, Sequence[SendError]] = {}
    """The errors of messages that hold texts or numbers which are not JSON, by the message's index."""
    defaults: JsonObject = {}
    """Globals with normalised names."""

    def template_keys(self) -> set[Key]:
        """Return the ids of the templates to load before parsing the messages."""
        return {
            key
            for message in self.messages
            if "TemplateID" in message and (key := wanted(message)) is not None
        }

    def parsed_messages(self, templates: Found) -> list[ParsedMessage]:
        """Parse each message; the result has all errors except those about senders and category."""
        sizes: dict[int, int] = {}
        if not templates:
            parsed = [read_message(message, sizes) for message in self.messages]
        else:
            parsed = [
                read_message(message, sizes, chosen(wanted(message), templates), is_strict=self.is_strict)
                for message in self.messages
            ]
        if self.defaults:
            self._name_globals(parsed)
        for index, noted in self.flawed.items():
            parsed[index] = parsed[index].refused_with(noted)
        return parsed

    def _name_globals(self, parsed: list[ParsedMessage]) -> None:
        """Name Globals in the errors of messages about unknown properties that came from there."""
        if not any(error.code == shared.UNEXPECTED for each in parsed for error in each.errors):
            return
        findings = Findings({})
        MESSAGE.read(self.defaults, findings)
        theirs = {error for error in findings.errors if error.code == shared.UNEXPECTED}
        for index, each in enumerate(parsed):
            if not theirs.isdisjoint(each.errors):
                errors_of = tuple(
                    error.within("Globals") if error in theirs else error for error in each.errors
                )
                parsed[index] = msgspec.structs.replace(each, errors=errors_of)


def read_call(body: bytes) -> Call | PlainCall:
    """Parse the body of ``POST /v3.1/send``.

    The body is JSON in UTF-8. Raises `RefusedCallError` for errors of the call as a whole; errors of messages are
    in the result of ``parsed_messages``.
    """
    return read_plain(body) or read_any(body)


def read_any(body: bytes) -> Call:
    """Parse any body by the table of properties.

    Raises `RefusedCallError` for errors of the call as a whole;
    `Call.parsed_messages` finds errors of messages.
    """
    flawed: dict[int, list[SendError]] = {}
    try:
        root = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        root, flawed = _flawed(body)
    if not isinstance(root, dict):
        raise RefusedCallError(errors.MALFORMED_JSON)
    given = _CALL.spelled(root)
    if given is not root and (unknown := _CALL.unknown(given)):
        raise RefusedCallError(shared.unexpected(unknown[0], _CALL.nearest(unknown[0])))
    messages: Any = given.get("Messages")
    error = _wrong_messages(messages) or _wrong_flags(given)
    if error is not None:
        raise RefusedCallError(error)
    defaults = _globals(given)
    spelled = [MESSAGE.names.spelled(message) for message in messages]
    return Call(
        [MESSAGE.merged(defaults, message) for message in spelled] if defaults else spelled,
        is_sandbox=given.get("SandboxMode") is True,
        is_strict=given.get("AdvanceErrorHandling") is True,
        flawed=flawed,
        defaults=defaults,
    )


def _flawed(body: bytes) -> tuple[Any, dict[int, list[SendError]]]:
    """Decode a body with flaws in its messages. Raises `RefusedCallError` for flaws elsewhere."""
    try:
        root, flawed = read_flawed(body)
    except (ValueError, RecursionError):
        raise RefusedCallError(errors.MALFORMED_JSON) from None
    if -1 in flawed:
        raise RefusedCallError(flawed[-1][0])
    return root, flawed


def _wrong_messages(messages: Any) -> SendError | None:
    if messages is None:
        return shared.missing("Messages")
    if not isinstance(messages, list):
        return shared.wrong_type("Messages", "Messages")
    if not messages:
        return errors.empty_array("Messages")
    if len(messages) > limits.MAX_MESSAGES:
        return errors.TOO_MANY_MESSAGES
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            return shared.wrong_type(f"Messages[{index}]", "object")
    return None


def _wrong_flags(given: JsonObject) -> SendError | None:
    for name in _FLAGS:
        value = given.get(name)
        if value is not None and not isinstance(value, bool):
            return shared.wrong_type(name, "boolean")
    return None


def _globals(given: JsonObject) -> JsonObject:
    """Parse Globals. Raises `RefusedCallError` for invalid ones."""
    defaults = given.get("Globals")
    if defaults is None:
        return {}
    if not isinstance(defaults, dict):
        raise RefusedCallError(shared.wrong_type("Globals", "object"))
    defaults = MESSAGE.names.spelled(defaults)
    if defaults.get("To"):
        raise RefusedCallError(errors.TO_IN_GLOBALS)
    return defaults
