"""What `queue` offers: leases for delivery, and what an operator may do and see."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.queue.admin import QueueAdmin
    from aerogram.queue.depth import QueueDepth
    from aerogram.queue.leases import Leases


class QueueServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services; `aerogram.queue.build` builds them."""

    leases: Leases
    admin: QueueAdmin
    depth: QueueDepth
