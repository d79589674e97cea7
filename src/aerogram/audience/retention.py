"""Removing personal data of the audience when its time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.audience.erasure import PURGED_AFTER_MS
from aerogram.audience.signups import LIFE_MS
from aerogram.store.records.contacts import erasures, signups

if TYPE_CHECKING:
    from aerogram.store.ground import Ground


async def remove_expired(ground: Ground) -> None:
    """Remove erased contacts for good, and signups that nobody confirmed."""
    now_ms = ground.clock.now_ms()
    await ground.database.write(lambda: erasures.purge(now_ms - PURGED_AFTER_MS))
    await ground.database.write(lambda: signups.forget_unconfirmed(now_ms - LIFE_MS))
