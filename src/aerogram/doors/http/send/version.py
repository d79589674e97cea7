"""What differs between the versions of the Send API, as `aerogram.doors.http.send.endpoint` asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.asgi.answers import Answer, Headers
    from aerogram.doors.asgi.scope import Scope
    from aerogram.doors.http.send.shared.draft import Draft
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.names import JsonObject
    from aerogram.doors.http.send.shared.templates import Found, Key
    from aerogram.model.message import Accepted


class Call(Protocol):
    """The body of a request."""

    @property
    def messages(self) -> list[JsonObject]:
        """The messages in order, their names as documented."""
        ...

    @property
    def is_sandbox(self) -> bool:
        """Everything is checked and nothing is sent."""
        ...

    def template_keys(self) -> set[Key]:
        """Give the keys of the templates that must be found before the messages are read."""
        ...

    def drafts(self, templates: Found) -> list[Draft]:
        """Read each message. Raises `RefusedCallError` where a version refuses a call as a whole."""
        ...


class Outcome(msgspec.Struct, frozen=True):
    """What became of a call, in the order of its messages."""

    drafts: Sequence[Draft]
    errors: Sequence[Sequence[SendError]]
    """Of each message; a message without errors was accepted."""
    receipts: Sequence[Sequence[Accepted]]
    """Of each accepted message: one for each of its recipients."""
    is_sandbox: bool
    """Nothing was sent; the receipts are those of `Draft.sandbox_receipts`."""


class SendVersion(Protocol):
    """One version of the Send API."""

    door: str
    """How the record of a message names the version."""
    path: str
    """What idempotency keys are kept for, by whichever of its paths a call came."""
    is_whole: bool
    """A call is sent whole or not at all, and refused for its first error."""
    too_large: SendError
    """The error of a call that would be stored in too many bytes."""

    def request_id(self) -> str:
        """Give the name of a request in its answer and its transcript; "" when it has none."""
        ...

    def misplaced(self, scope: Scope) -> Answer | None:
        """Answer a request that is none of this version's, before anything else is looked at."""
        ...

    def wrong_method(self, scope: Scope) -> Answer | None:
        """Answer a caller who uses another verb than POST."""
        ...

    def read_call(self, body: bytes) -> Call:
        """Read the body of a request. Raises `RefusedCallError`."""
        ...

    def accepted(self, outcome: Outcome, headers: Headers) -> Answer:
        """Answer a call that was read."""
        ...

    def refused(self, error: Exception) -> Answer:
        """Answer a request of which nothing was accepted, for one of `endpoint.REFUSALS`."""
        ...
