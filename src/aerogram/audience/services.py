"""What `audience` offers: contacts, their lists, and what is done to many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.audience.contacts import Contacts
    from aerogram.audience.erasure import Erasures
    from aerogram.audience.history import History
    from aerogram.audience.jobs.contact_jobs import ContactJobs
    from aerogram.audience.lists import Lists
    from aerogram.audience.memberships import Memberships
    from aerogram.audience.properties import Properties
    from aerogram.audience.recipients import Recipients
    from aerogram.audience.segments.segments import Segments
    from aerogram.audience.signups import Signups
    from aerogram.events.reader import Reader


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """The services; `aerogram.audience.build` builds them."""

    contacts: Contacts
    properties: Properties
    history: History
    lists: Lists
    memberships: Memberships
    erasures: Erasures
    segments: Segments
    signups: Signups
    recipients: Recipients
    jobs: ContactJobs
    reader: Reader
    """Updates contacts from the event log."""
