"""Removing what jobs read and wrote when its time is over: uploads, exports, error files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.clock import DAY
from aerogram.jobs.exports.files import remove_unused
from aerogram.store.records.jobs import data_files
from aerogram.store.records.jobs import jobs as records

if TYPE_CHECKING:
    from aerogram.store.ground import Ground

FILE_KEPT_MS: Final = DAY
"""How long an upload may wait for a job or be read again by another one; our choice."""
ERRORS_KEPT_MS: Final = 7 * DAY
"""How long an error file can be read after its job was asked for; our choice."""
_AT_ONCE: Final = 100


async def remove_expired(ground: Ground) -> int:
    """Remove uploads, exports and error files; give how many files went.

    A file that an open job reads or writes stays. The row of an upload goes before the file: a file without row
    does no harm.
    """
    now_ms = ground.clock.now_ms()
    await ground.database.write(lambda: records.forget_errors(now_ms - ERRORS_KEPT_MS))
    removed = await remove_unused(ground)
    while blobs := await ground.database.write(lambda: data_files.forget(now_ms - FILE_KEPT_MS, _AT_ONCE)):
        for blob in blobs:
            await ground.blobs.remove(blob)
        removed += len(blobs)
    return removed
