"""The services of the audience, built in one place for the doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.audience.contacts import Contacts
from aerogram.audience.erasure import KEY_PURPOSE, Erasures
from aerogram.audience.history import History
from aerogram.audience.lists import Lists
from aerogram.audience.memberships import Memberships
from aerogram.audience.properties import Properties
from aerogram.audience.segments.segments import Segments
from aerogram.audience.signups import Signups

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.sql import Database


class Audience(msgspec.Struct, frozen=True):
    """The services of the audience over one store."""

    contacts: Contacts
    properties: Properties
    history: History
    lists: Lists
    memberships: Memberships
    erasures: Erasures
    segments: Segments
    signups: Signups


def audience_of(
    database: Database, blobs: DiskBlobs, ids: IdGenerator, clock: Clock, sealer: Sealer
) -> Audience:
    """Build the services."""
    return Audience(
        contacts=Contacts(database, ids, clock),
        properties=Properties(database, ids, clock),
        history=History(database, ids, clock),
        lists=Lists(database, ids, clock),
        memberships=Memberships(database, ids, clock),
        erasures=Erasures(database, blobs, clock, sealer.derived_key(KEY_PURPOSE)),
        segments=Segments(database, ids, clock),
        signups=Signups(database, ids, clock),
    )
