"""The interface between `aerogram.doors.http.send.endpoint` and a version of the Send API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.asgi.answers import Answer, Headers
    from aerogram.doors.asgi.scope import Scope
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.parsed_message import ParsedMessage
    from aerogram.doors.http.send.shared.templates import Found, Key
    from aerogram.model.message import Accepted


class Call(Protocol):
    """The body of a request."""

    @property
    def is_sandbox(self) -> bool:
        """Check everything and send nothing."""
        ...

    def template_keys(self) -> set[Key]:
        """Return the keys of the templates to load before parsing the messages."""
        ...

    def parsed_messages(self, templates: Found) -> list[ParsedMessage]:
        """Parse each message. Raises `RefusedCallError` if the version rejects the whole call."""
        ...


class Outcome(msgspec.Struct, frozen=True):
    """The results of a call, in the order of its messages."""

    messages: Sequence[ParsedMessage]
    errors: Sequence[Sequence[SendError]]
    """The errors of each message; a message without errors was accepted."""
    receipts: Sequence[Sequence[Accepted]]
    """The receipts of each accepted message, one per recipient."""
    is_sandbox: bool
    """Sandbox mode: nothing was sent; the receipts are those of `ParsedMessage.sandbox_receipts`."""


class SendVersion(Protocol):
    """One version of the Send API."""

    door: str
    """The name of the version in the message record."""
    path: str
    """The path in idempotency keys, the same for all paths of the version."""
    is_whole: bool
    """A call is sent completely or not at all, and rejected with its first error."""
    too_large: SendError
    """The error for a call that would need too much storage."""

    def request_id(self) -> str:
        """Return the request identifier for response and transcript; "" for none."""
        ...

    def misplaced(self, scope: Scope) -> Answer | None:
        """Build the response to a request that is not for this version; checked first."""
        ...

    def wrong_method(self, scope: Scope) -> Answer | None:
        """Build the response to a method other than POST."""
        ...

    def read_call(self, body: bytes) -> Call:
        """Parse the body of a request. Raises `RefusedCallError`."""
        ...

    def accepted(self, outcome: Outcome, headers: Headers) -> Answer:
        """Build the response to a parsed call."""
        ...

    def refused(self, error: Exception) -> Answer:
        """Build the response to a rejected request, for one of `endpoint.REFUSALS`."""
        ...
