"""What `jobs` offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.jobs.exports.exports import Exports
    from aerogram.jobs.jobs import Jobs
    from aerogram.jobs.runner import JobRunner


class JobServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services; `aerogram.jobs.build` builds them."""

    jobs: Jobs
    exports: Exports
    runner: JobRunner
