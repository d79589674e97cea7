"""Copy the contacts of one list to another (compatibility: contacts#bulk-jobs).

``addforce``, ``addnoforce`` and ``unsub`` apply to all contacts. The two ``duplicate`` methods also copy who
has unsubscribed: ``override`` replaces the status on the target list, ``no-override`` keeps existing ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.actions import SubscriptionAction
from aerogram.audience.subscriptions import subscribe
from aerogram.jobs.context import CHUNK
from aerogram.model.job import Progress
from aerogram.store.records.contacts import list_copies

if TYPE_CHECKING:
    from aerogram.jobs.context import JobContext
    from aerogram.store.records.contacts.list_copies import Member
    from aerogram.store.sql import Unit

OF_SUBSCRIBED: Final = {
    "addforce": SubscriptionAction.ADD_FORCE,
    "addnoforce": SubscriptionAction.ADD_NO_FORCE,
    "unsub": SubscriptionAction.UNSUB,
    "duplicate-override": SubscriptionAction.ADD_FORCE,
    "duplicate-no-override": SubscriptionAction.ADD_NO_FORCE,
}
"""The action for contacts who are subscribed on the source list, by Mailjet's method name."""
_OF_UNSUBSCRIBED: Final = OF_SUBSCRIBED | {
    "duplicate-override": SubscriptionAction.UNSUB,
    "duplicate-no-override": SubscriptionAction.UNSUB_NO_FORCE,
}


class ImportListOptions(msgspec.Struct, frozen=True):
    """The list to copy from."""

    source: int


options_of: Final = msgspec.json.Decoder(ImportListOptions).decode


async def work(context: JobContext) -> None:
    """Copy from the last commit to the end of the source list."""
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
        return subscribe(
            job.account_id,
            job.ref_id,
            wanted,
            ids=ground.ids,
            now_ms=now_ms,
            is_sandboxed=context.actor.is_sandboxed,
        )

    await context.commit(Progress(cursor=members[-1].membership_id, items=len(members), count=count), rows)


def _contact_id(member: Member) -> int:
    return member.contact_id
