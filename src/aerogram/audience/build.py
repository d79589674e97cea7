"""Builds the services of `audience`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.audience.contacts import Contacts
from aerogram.audience.erasure import KEY_PURPOSE, Erasures
from aerogram.audience.following import contacts_reader
from aerogram.audience.history import History
from aerogram.audience.jobs.contact_jobs import ContactJobs
from aerogram.audience.lists import Lists
from aerogram.audience.memberships import Memberships
from aerogram.audience.properties import Properties
from aerogram.audience.recipients import Recipients
from aerogram.audience.segments.segments import Segments
from aerogram.audience.services import Audience
from aerogram.audience.signups import Signups

if TYPE_CHECKING:
    from aerogram.jobs.jobs import Jobs
    from aerogram.store.ground import Ground


def build(ground: Ground, jobs: Jobs) -> Audience:
    """Build them; work on many contacts is queued in ``jobs``."""
    database, ids, clock = ground.database, ground.ids, ground.clock
    return Audience(
        contacts=Contacts(database, ids, clock),
        properties=Properties(database, ids, clock),
        history=History(database, ids, clock),
        lists=Lists(database, ids, clock),
        memberships=Memberships(database, ids, clock),
        erasures=Erasures(database, ground.blobs, clock, ground.sealer.derived_key(KEY_PURPOSE)),
        segments=Segments(database, ids, clock),
        signups=Signups(database, ids, clock),
        recipients=Recipients(database, clock),
        jobs=ContactJobs(jobs, database),
        reader=contacts_reader(ids),
    )
