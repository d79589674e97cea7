"""Memberships of contacts on lists, many at a time, and the subscriber counts of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.contacts import contact_list, list_recipient

if TYPE_CHECKING:
    from collections.abc import Sequence


class State(NamedTuple):
    """The state of a contact's membership on a list."""

    is_unsubscribed: int
    is_active: int

    @property
    def is_counted(self) -> int:
        """1 when the list counts the contact as a subscriber, otherwise 0."""
        return self.is_active and not self.is_unsubscribed


_LOCK = Sql(
    select(contact_list.c.id, contact_list.c.is_deleted)
    .where(contact_list.c.account_id == bindparam("account_id"), any_of(contact_list.c.id, "list_ids"))
    .order_by(contact_list.c.id)
    .with_for_update(),
    "account_id",
    "list_ids",
)
_COUNT = Sql(
    update(contact_list)
    .where(contact_list.c.id == bindparam("list_id"), contact_list.c.account_id == bindparam("of_account"))
    .values(subscriber_count=contact_list.c.subscriber_count + bindparam("more")),
    "more",
    "list_id",
    "of_account",
)
_SOME: Final = (list_recipient.c.list_id == bindparam("of_list")) & any_of(
    list_recipient.c.contact_id, "contact_ids"
)
_STATES = Sql(
    select(list_recipient.c.contact_id, list_recipient.c.is_unsubscribed, list_recipient.c.is_active).where(
        _SOME
    ),
    "of_list",
    "contact_ids",
)
_NEW: Final = (
    "id",
    "account_id",
    "list_id",
    "contact_id",
    "is_unsubscribed",
    "subscribed_ms",
    "unsubscribed_ms",
)
_ADD = Sql(insert(list_recipient).values({name: bindparam(name) for name in _NEW}), *_NEW)
_RESUBSCRIBE = Sql(
    update(list_recipient)
    .where(_SOME)
    .values(is_unsubscribed=0, subscribed_ms=bindparam("now_ms"), unsubscribed_ms=0),
    "now_ms",
    "of_list",
    "contact_ids",
)
_UNSUBSCRIBE = Sql(
    update(list_recipient).where(_SOME).values(is_unsubscribed=1, unsubscribed_ms=bindparam("now_ms")),
    "now_ms",
    "of_list",
    "contact_ids",
)
_REMOVE = Sql(delete(list_recipient).where(_SOME), "of_list", "contact_ids")
_LISTS = Sql(
    select(list_recipient.c.list_id)
    .where(
        list_recipient.c.account_id == bindparam("of_account"),
        list_recipient.c.contact_id == bindparam("of_contact"),
    )
    .order_by(list_recipient.c.list_id),
    "of_account",
    "of_contact",
)


def lock_lists(account_id: int, list_ids: Sequence[int]) -> Unit[dict[int, bool]]:
    """Lock lists until the commit. Return by id whether each list is live; unknown ids are missing."""
    rows = yield _LOCK(account_id, list_ids)
    return {list_id: not is_deleted for list_id, is_deleted in rows}


def count(account_id: int, list_id: int, more: int) -> Unit[None]:
    """Add ``more``, which may be negative, to a list's subscriber count."""
    yield _COUNT(more, list_id, account_id)


def states(list_id: int, contact_ids: Sequence[int]) -> Unit[dict[int, State]]:
    """Return the states of contacts on a list, by contact; contacts that are not on it are missing."""
    rows = yield _STATES(list_id, contact_ids)
    return {contact_id: State(is_unsubscribed, is_active) for contact_id, is_unsubscribed, is_active in rows}


def add(rows: Sequence[tuple[Any, ...]]) -> Unit[None]:
    """Add memberships as rows of `_NEW`; times of subscribing and unsubscribing are 0 for never."""
    yield _ADD.many(rows)


def resubscribe(list_id: int, contact_ids: Sequence[int], now_ms: int) -> Unit[None]:
    """Subscribe contacts again that had unsubscribed from a list."""
    yield _RESUBSCRIBE(now_ms, list_id, contact_ids)


def unsubscribe(list_id: int, contact_ids: Sequence[int], now_ms: int) -> Unit[None]:
    """Unsubscribe contacts from a list; keep their memberships."""
    yield _UNSUBSCRIBE(now_ms, list_id, contact_ids)


def remove(list_id: int, contact_ids: Sequence[int]) -> Unit[None]:
    """Delete the memberships of contacts on a list."""
    yield _REMOVE(list_id, contact_ids)


def lists_of(account_id: int, contact_id: int) -> Unit[list[int]]:
    """Return the ids of the lists that a contact is on, by rising id."""
    rows = yield _LISTS(account_id, contact_id)
    return [list_id for (list_id,) in rows]
