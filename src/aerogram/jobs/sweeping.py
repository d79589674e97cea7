"""Remove expired files of jobs: uploads, exports and error files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.clock import DAY
from aerogram.jobs.exports.files import remove_unused
from aerogram.store.records.jobs import data_files
from aerogram.store.records.jobs import jobs as records

if TYPE_CHECKING:
    from aerogram.store.ground import Ground

FILE_KEPT_MS: Final = DAY
"""How long an upload is kept for a job that reads it, first or again; our choice."""
ERRORS_KEPT_MS: Final = 7 * DAY
"""How long an error file can be read after its job was queued; our choice."""
_AT_ONCE: Final = 100


async def remove_expired(ground: Ground) -> int:
    """Remove expired uploads, exports and error files; return the number of removed files.

    Files that an unfinished job reads or writes are kept. The row of an upload is removed before its file: a file
    without a row is harmless.
    """
    now_ms = ground.clock.now_ms()
    await ground.database.write(lambda: records.forget_errors(now_ms - ERRORS_KEPT_MS))
    removed = await remove_unused(ground)
    while blobs := await ground.database.write(lambda: data_files.forget(now_ms - FILE_KEPT_MS, _AT_ONCE)):
        for blob in blobs:
            await ground.blobs.remove(blob)
        removed += len(blobs)
    return removed
