"""Builds the services of `queue`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.queue.admin import QueueAdmin
from aerogram.queue.depth import QueueDepth
from aerogram.queue.leases import Leases
from aerogram.queue.services import QueueServices

if TYPE_CHECKING:
    from aerogram.store.ground import Ground


def build(ground: Ground) -> QueueServices:
    """Build them."""
    return QueueServices(
        leases=Leases(ground.database, ground.ids, ground.clock),
        admin=QueueAdmin(ground.database, ground.clock),
        depth=QueueDepth(ground.database),
    )
