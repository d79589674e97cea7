"""Parse a whole call, from the bytes of its body to one `ParsedMessage` for each message, in order.

A call is sent completely or not at all. A response of version 3 cannot report why a recipient is missing, so a
partial success would look like a complete one. A call that was not sent at all can be corrected and repeated
without duplicates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.shared.flawed_calls import read_flawed
from aerogram.doors.http.send.shared.names import Names
from aerogram.doors.http.send.shared.templates import chosen
from aerogram.doors.http.send.v3 import errors, limits
from aerogram.doors.http.send.v3.headers import with_headers_as_properties
from aerogram.doors.http.send.v3.message import read_message
from aerogram.doors.http.send.v3.properties import MESSAGE
from aerogram.doors.http.send.v3.templates import wanted

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.names import JsonObject
    from aerogram.doors.http.send.shared.parsed_message import ParsedMessage
    from aerogram.doors.http.send.shared.templates import Found, Key

_CALL: Final = Names("Messages")
"""The root object of a call with several messages; any other is a message."""


class Call(msgspec.Struct, frozen=True):
    """A parsed call: the messages in order, with normalised names."""

    messages: list[JsonObject]
    is_bulk: bool
    """The call was ``{"Messages": [...]}``, so an error must name the message."""
    is_sandbox: bool = False
    """Always False: only v3.1 has a sandbox mode."""

    def template_keys(self) -> set[Key]:
        """Return the keys of the templates to load before parsing the messages."""
        return {key for message in self.messages if (key := wanted(message)) is not None}

    def parsed_messages(self, templates: Found) -> list[ParsedMessage]:
        """Parse each message. Raises `RefusedCallError` with the first error."""
        sizes: dict[int, int] = {}
        return [
            read_message(
                message,
                f"Messages[{index}]" if self.is_bulk else "",
                sizes,
                chosen(wanted(message), templates),
            )
            for index, message in enumerate(self.messages)
        ]


def read_call(body: bytes) -> Call:
    """Parse the body of ``POST /v3/send``: a message, or ``{"Messages": [...]}`` of them.

    The body is JSON in UTF-8. Raises `RefusedCallError` for errors of the call as a
    whole; `Call.parsed_messages` finds errors of messages.
    """
    root = _CALL.spelled(_object(body))
    messages = root.pop("Messages", None)
    if messages is None:
        return Call([with_headers_as_properties(MESSAGE.names.spelled(root))], is_bulk=False)
    if others := _CALL.unknown(root):
        raise RefusedCallError(errors.beside_messages(others[0]))
    if not isinstance(messages, list):
        raise RefusedCallError(errors.no_array("Messages"))
    if not messages:
        raise RefusedCallError(errors.NO_MESSAGES)
    if len(messages) > limits.MAX_MESSAGES:
        raise RefusedCallError(errors.TOO_MANY_MESSAGES)
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            raise RefusedCallError(errors.no_object(f"Messages[{index}]"))
    read = [with_headers_as_properties(MESSAGE.names.spelled(message)) for message in messages]
    return Call(read, is_bulk=True)


def _object(body: bytes) -> JsonObject:
    try:
        root = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        root = _object_without_flaws(body)
    if not isinstance(root, dict):
        raise RefusedCallError(errors.MALFORMED_JSON)
    return root


def _object_without_flaws(body: bytes) -> Any:
    """Decode a body that the strict decoder refused, such as one with a byte order mark."""
    try:
        root, flawed = read_flawed(body)
    except (ValueError, RecursionError):
        raise RefusedCallError(_why_unreadable(body)) from None
    if flawed:
        index = min(flawed)
        raise RefusedCallError(flawed[index][0].without_path(), "" if index < 0 else f"Messages[{index}]")
    return root


def _why_unreadable(body: bytes) -> SendError:
    try:
        body.decode()
    except UnicodeDecodeError:
        return errors.INVALID_CHARACTERS
    return errors.MALFORMED_JSON
