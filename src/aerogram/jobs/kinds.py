"""What a kind of job brings with it. The runner knows no kind by name: `app` hands them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aerogram.jobs.context import JobContext


class Handler(msgspec.Struct, frozen=True):
    """How jobs of one kind are worked on.

    ``work`` goes on from where the last commit left the job to its end, and raises `RefusedError` or
    `NotFoundError` with the sentence that the job ends with. ``note_failure`` writes that sentence where clients
    look for it, when the kind has a place for it besides the job itself.
    """

    work: Callable[[JobContext], Awaitable[None]]
    note_failure: Callable[[JobContext, str], Awaitable[None]] | None = None
