"""The data of recipient profiles: the contact's properties, and when the address last opened and clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Text, bindparam, func, literal_column, select

from aerogram.model.event import EventKind, Verdict
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import event
from aerogram.store.tables.contacts import contact

if TYPE_CHECKING:
    from collections.abc import Collection


class Person(NamedTuple):
    """A contact; ``properties`` is "" or a JSON object."""

    id: int
    email: str
    properties: str


_PEOPLE = Sql(
    select(*(contact.c[name] for name in Person._fields)).where(
        contact.c.account_id == bindparam("owner"),
        any_of(contact.c.email, "addresses", Text),
        contact.c.is_anonymized == 0,
    ),
    "owner",
    "addresses",
)
_LATEST = Sql(
    select(event.c.address, event.c.kind, func.max(event.c.at_ms))
    .where(
        event.c.account_id == bindparam("owner"),
        any_of(event.c.address, "addresses", Text),
        # Lets the planner use the partial index of addresses.
        event.c.address != literal_column("''"),
        (event.c.kind == int(EventKind.OPEN)) | (event.c.kind == int(EventKind.CLICK)),
        event.c.verdict != int(Verdict.SCANNER),
    )
    .group_by(event.c.address, event.c.kind),
    "owner",
    "addresses",
)


def people(account_id: int, addresses: Collection[str]) -> Unit[dict[str, Person]]:
    """Find contacts by their addresses (suppression keys)."""
    rows = yield _PEOPLE(account_id, list(addresses))
    return {email: Person(number, email, properties) for number, email, properties in rows}


def latest(account_id: int, addresses: Collection[str]) -> Unit[dict[tuple[str, int], int]]:
    """Return the times of the last open and the last click, by address and kind of event."""
    rows = yield _LATEST(account_id, list(addresses))
    return {(address, kind): at_ms for address, kind, at_ms in rows}
