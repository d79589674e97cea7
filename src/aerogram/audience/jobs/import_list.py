"""Copying the contacts of one list to another (compatibility: contacts#bulk-jobs).

``addforce``, ``addnoforce`` and ``unsub`` do so with all of them. The two that begin with ``duplicate`` also copy who
has unsubscribed: ``override`` by writing over what the target says, ``no-override`` only where it says nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.actions import Action
from aerogram.audience.subscriptions import subscribe
from aerogram.jobs.context import CHUNK
from aerogram.model.job import Progress
from aerogram.store.records.contacts import list_copies

if TYPE_CHECKING:
    from aerogram.jobs.context import JobContext
    from aerogram.store.records.contacts.list_copies import Member
    from aerogram.store.sql import Unit

OF_SUBSCRIBED: Final = {
    "addforce": Action.ADD_FORCE,
    "addnoforce": Action.ADD_NO_FORCE,
    "unsub": Action.UNSUB,
    "duplicate-override": Action.ADD_FORCE,
    "duplicate-no-override": Action.ADD_NO_FORCE,
}
"""What is done with a contact that is subscribed on the source, by Mailjet's word."""
_OF_UNSUBSCRIBED: Final = OF_SUBSCRIBED | {
    "duplicate-override": Action.UNSUB,
    "duplicate-no-override": Action.UNSUB_NO_FORCE,
}


class ImportListOptions(msgspec.Struct, frozen=True):
    """The list that is copied."""

    source: int


options_of: Final = msgspec.json.Decoder(ImportListOptions).decode


async def work(context: JobContext) -> None:
    """Copy from where the last commit left the source to its end."""
    job = context.job
    source = options_of(job.options).source
    count = await context.read(lambda: list_copies.count(job.account_id, source))
    while True:
        after = context.job.cursor
        members = await context.read(
            lambda after=after: list_copies.members(job.account_id, source, after, CHUNK)  # type: ignore[misc]
        )
        if not members:
            return
        await _commit(context, members, count)


async def _commit(context: JobContext, members: list[Member], count: int) -> None:
    job, ground = context.job, context.ground
    tables = (OF_SUBSCRIBED, _OF_UNSUBSCRIBED)
    wanted = {
        member.contact_id: tables[bool(member.is_unsubscribed)][job.method]
        for member in sorted(members, key=_contact_id)
    }
    now_ms = ground.clock.now_ms()

    def rows() -> Unit[object]:
        return subscribe(job.account_id, job.ref_id, wanted, ids=ground.ids, now_ms=now_ms)

    await context.commit(Progress(cursor=members[-1].membership_id, items=len(members), count=count), rows)


def _contact_id(member: Member) -> int:
    return member.contact_id
