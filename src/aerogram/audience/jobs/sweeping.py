"""Removing personal data whose time is over: what jobs read, made, refused, receipts, erased contacts, signups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.audience.erasure import PURGED_AFTER_MS
from aerogram.audience.jobs.exports.files import remove_unused
from aerogram.audience.signups import LIFE_MS
from aerogram.base.clock import DAY
from aerogram.store.records import data_files, erasures, idempotency, signups
from aerogram.store.records import jobs as records

if TYPE_CHECKING:
    from aerogram.audience.jobs.desk import Workshop

FILE_KEPT_MS: Final = DAY
"""How long an upload may wait for a job or be read again by another one; ours to choose."""
ERRORS_KEPT_MS: Final = 7 * DAY
"""How long an error file can be read after its job was asked for; ours to choose."""
_AT_ONCE: Final = 100


async def sweep(workshop: Workshop) -> int:
    """Remove uploads, exports, error files, receipts, erased contacts, old signups; give how many files went.

    A file that an open job reads or writes stays. The row of an upload goes before the file: a file without row
    does no harm.
    """
    now_ms = workshop.clock.now_ms()
    await workshop.database.write(lambda: records.forget_errors(now_ms - ERRORS_KEPT_MS))
    await workshop.database.write(lambda: erasures.purge(now_ms - PURGED_AFTER_MS))
    await workshop.database.write(lambda: signups.forget_unconfirmed(now_ms - LIFE_MS))
    while await workshop.database.write(lambda: idempotency.forget(now_ms)):
        pass
    swept = await remove_unused(workshop)
    while blobs := await workshop.database.write(lambda: data_files.forget(now_ms - FILE_KEPT_MS, _AT_ONCE)):
        for blob in blobs:
            await workshop.blobs.remove(blob)
        swept += len(blobs)
    return swept
