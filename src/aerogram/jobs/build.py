"""Builds the services of `jobs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.jobs.exports.exports import Exports
from aerogram.jobs.jobs import Jobs
from aerogram.jobs.runner import JobRunner
from aerogram.jobs.services import JobServices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.jobs.exports.source import Source
    from aerogram.jobs.kinds import Handler
    from aerogram.store.ground import Ground


def build(
    ground: Ground,
    handlers: Mapping[str, Handler],
    sources: Mapping[str, Source],
    wake: Callable[[], None] | None = None,
) -> JobServices:
    """Build them; ``handlers`` do the work and ``sources`` give the rows of exports, each by kind of job.

    ``wake`` wakes the runner of another process, if the one of this process does not run.
    """
    runner = JobRunner(ground, handlers)
    jobs = Jobs(ground, wake or runner.wake)
    return JobServices(jobs=jobs, exports=Exports(jobs, ground, sources), runner=runner)
