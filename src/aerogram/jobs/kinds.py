"""Handlers of job kinds. `app` passes them to the runner, which does not know any kind by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aerogram.jobs.context import JobContext


class Handler(msgspec.Struct, frozen=True):
    """The functions that process jobs of one kind.

    ``work`` continues the job from its last commit to the end. A `RefusedError` or `NotFoundError` fails the job
    with its sentence. ``note_failure``, for kinds that report the reason outside of the job too, writes that
    sentence there.
    """

    work: Callable[[JobContext], Awaitable[None]]
    note_failure: Callable[[JobContext, str], Awaitable[None]] | None = None
