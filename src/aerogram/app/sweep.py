"""The sweep removes what packages keep for a limited time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from aerogram.audience import retention
from aerogram.base.loop import Loop
from aerogram.jobs import sweeping
from aerogram.submission import once

if TYPE_CHECKING:
    from aerogram.store.ground import Ground

SWEEP_SECONDS: Final = 3_600.0

_log = structlog.stdlib.get_logger("aerogram.sweep")


async def sweep(ground: Ground) -> int:
    """Remove expired personal data, receipts and files. Give the number of removed files."""
    await retention.remove_expired(ground)
    await once.remove_expired(ground)
    return await sweeping.remove_expired(ground)


def sweep_loop(ground: Ground) -> Loop:
    """Make the loop that sweeps every hour, and sooner after an `UnavailableError`."""

    async def step() -> bool:
        try:
            removed = await sweep(ground)
        except OSError as error:
            _log.warning("expired_files_kept", reason=str(error))
        else:
            if removed:
                _log.info("expired_files_removed", files=removed)
        return False

    return Loop("sweep", step, poll_seconds=SWEEP_SECONDS)
