"""Interfaces that the Send API needs from other packages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.model.message import Accepted, Submission


class Acceptor(Protocol):
    """The interface of `aerogram.submission.accept.Acceptor`."""

    def accept(
        self, submissions: Sequence[Submission], key: IdempotencyKey | None = None
    ) -> Awaitable[list[tuple[Accepted, ...]]]:
        """Commit all submissions or none, once per key."""
        ...
