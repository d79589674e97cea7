"""Remove personal data of the audience that has expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.audience.erasure import PURGED_AFTER_MS
from aerogram.audience.signups import LIFE_MS
from aerogram.store.records.contacts import erasures, signups

if TYPE_CHECKING:
    from aerogram.store.ground import Ground


async def remove_expired(ground: Ground) -> None:
    """Delete the rows of erased contacts, and signups that were never confirmed."""
    now_ms = ground.clock.now_ms()
    await ground.database.write(lambda: erasures.purge(now_ms - PURGED_AFTER_MS))
    await ground.database.write(lambda: signups.forget_unconfirmed(now_ms - LIFE_MS))
