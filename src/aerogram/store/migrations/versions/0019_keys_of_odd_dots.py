"""Store addresses such as ``"a..b"@example.net`` under their key ``a..b@example.net``.

Until now the quotes belonged to the key, so the suppression of such an address would no longer be found. Where both
spellings have a row, one is left, which permits no more than either did. Digests of erasures cannot be read, so
they stay as they are, and the program looks for both.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Iterator

revision = "0019"
down_revision = "0018"

_ATEXT: Final = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])"
_is_quoted_dots: Final = re.compile(rf'"(?=\.|[^"]*\.\.|[^"]*\."@)(?!\.+")(?:\.|{_ATEXT})+"@[^@"]+\Z').match
"""As `aerogram.wire.address` has it at this revision: a local part in quotes only because of its dots."""

_SUPPRESSION: Final = sa.table(
    "suppression", *map(sa.column, ("account_id", "address", "reason", "detail", "created_ms", "until_ms"))
)
_UNSUBSCRIPTION: Final = sa.table(
    "unsubscription", *map(sa.column, ("account_id", "address", "message_id", "created_ms"))
)
_CAMPAIGN_RECIPIENT: Final = sa.table(
    "campaign_recipient", *map(sa.column, ("account_id", "campaign", "address", "message_id"))
)
_EVENT: Final = sa.table("event", *map(sa.column, ("account_id", "address")))
_SIGNUP: Final = sa.table("signup", *map(sa.column, ("account_id", "email", "contact_id")))
_HISTORY: Final = sa.table("contact_history", *map(sa.column, ("account_id", "contact_id")))
_SANDBOX: Final = sa.table("sandbox_record", sa.column("id"))
_LIST: Final = sa.table("contact_list", *map(sa.column, ("id", "subscriber_count")))
_LATER: Final = ("is_unsubscribed", "is_active", "subscribed_ms", "unsubscribed_ms")
_MEMBERSHIP: Final = sa.table(
    "list_recipient", *map(sa.column, ("id", "account_id", "list_id", "contact_id", *_LATER))
)
_LARGER: Final = (
    "updated_ms",
    "is_excluded",
    "excluded_ms",
    "is_optin_pending",
    "is_spam_complaining",
    "unsubscribed_ms",
    "last_activity_ms",
)
"""What a merged contact has from whichever of the two has more: times, and flags that forbid mail."""
_CONTACT: Final = sa.table(
    "contact",
    *map(
        sa.column, ("id", "account_id", "email", "name", "unsubscribed_by", "delivered_count", "properties")
    ),
    *map(sa.column, _LARGER),
)


def upgrade() -> None:
    connection = op.get_bind()
    _rename_keys(connection, _SUPPRESSION, ("account_id",), _strictness)
    _rename_keys(connection, _UNSUBSCRIPTION, ("account_id",), lambda row: -row["created_ms"])
    # The first message of the campaign to the address counts.
    _rename_keys(connection, _CAMPAIGN_RECIPIENT, ("account_id", "campaign"), lambda row: -row["message_id"])
    _rename(connection, _EVENT.c.address)
    _rename(connection, _SIGNUP.c.email)
    for row, key in list(_quoted(connection, _CONTACT.c.email)):
        _rename_contact(connection, row, key)


def _strictness(row: Any) -> tuple[bool, int, int]:
    """Order suppressions: the permanent one first, then the longer, then the newer."""
    return row["until_ms"] is None, row["until_ms"] or 0, row["created_ms"]


def _quoted(connection: sa.Connection, column: Any, *columns: Any) -> Iterator[tuple[Any, str]]:
    """Yield the rows whose key changes, and the new key; ``columns`` are those of a row, all by default."""
    starts_quoted = column.like('"%') & (column != "")
    for row in (
        connection.execute(sa.select(*(columns or column.table.c)).where(starts_quoted)).mappings().all()
    ):
        found = row[column.name]
        if _is_quoted_dots(found):
            local, _, domain = found.rpartition("@")
            yield row, f"{local[1:-1]}@{domain}"


def _rename(connection: sa.Connection, column: Any) -> None:
    """Rename keys that need not be unique."""
    account_id = column.table.c.account_id
    seen = {
        (row["account_id"], row[column.name], key)
        for row, key in _quoted(connection, column, account_id, column)
    }
    for owner, old, key in sorted(seen):
        connection.execute(
            sa.update(column.table).where(account_id == owner, column == old).values({column.name: key})
        )


def _rename_keys(connection: sa.Connection, table: Any, beside: tuple[str, ...], strictness: Any) -> None:
    """Rename keys of a table of which they are the primary key, together with the columns ``beside`` them."""
    for row, key in list(_quoted(connection, table.c.address)):
        others = [table.c[name] == row[name] for name in beside]
        own, bare = [*others, table.c.address == row["address"]], [*others, table.c.address == key]
        known = connection.execute(sa.select(*table.c).where(*bare)).mappings().first()
        if known is not None and strictness(known) >= strictness(row):
            connection.execute(sa.delete(table).where(*own))
            continue
        connection.execute(sa.delete(table).where(*bare))
        connection.execute(sa.update(table).where(*own).values(address=key))


def _rename_contact(connection: sa.Connection, row: Any, key: str) -> None:
    """Rename a contact, or merge it with the one that has the key; the older of them stays."""
    known = (
        connection.execute(
            sa.select(*_CONTACT.c).where(_CONTACT.c.account_id == row["account_id"], _CONTACT.c.email == key)
        )
        .mappings()
        .first()
    )
    changes: dict[str, Any] = {"email": key}
    kept = row
    if known is not None:
        kept, gone = sorted((row, known), key=lambda each: each["id"])
        changes |= _merged(kept, gone)
        _merge_memberships(connection, kept, gone["id"])
        for table in (_HISTORY, _SIGNUP):
            connection.execute(
                sa.update(table)
                .where(table.c.account_id == row["account_id"], table.c.contact_id == gone["id"])
                .values(contact_id=kept["id"])
            )
        _merge_sandbox(connection, kept["id"], gone["id"])
        connection.execute(sa.delete(_CONTACT).where(_CONTACT.c.id == gone["id"]))
    connection.execute(sa.update(_CONTACT).where(_CONTACT.c.id == kept["id"]).values(**changes))


def _merged(kept: Any, gone: Any) -> dict[str, Any]:
    """Return what a contact has after another became part of it."""
    properties = {**json.loads(gone["properties"] or "{}"), **json.loads(kept["properties"] or "{}")}
    last_left = max((kept, gone), key=lambda each: each["unsubscribed_ms"])
    return {
        **{name: max(kept[name], gone[name]) for name in _LARGER},
        "name": kept["name"] or gone["name"],
        "unsubscribed_by": last_left["unsubscribed_by"],
        "delivered_count": kept["delivered_count"] + gone["delivered_count"],
        "properties": json.dumps(properties, ensure_ascii=False, separators=(",", ":")) if properties else "",
    }


def _merge_memberships(connection: sa.Connection, kept: Any, gone_id: int) -> None:
    """Give a contact the memberships of another. Who left a list in one of them has left it."""
    of_both = sa.select(*_MEMBERSHIP.c).where(
        _MEMBERSHIP.c.account_id == kept["account_id"], _MEMBERSHIP.c.contact_id.in_((kept["id"], gone_id))
    )
    rows = connection.execute(of_both).mappings().all()
    own = {each["list_id"]: each for each in rows if each["contact_id"] == kept["id"]}
    for other in (each for each in rows if each["contact_id"] == gone_id):
        mine = own.get(other["list_id"])
        where = _MEMBERSHIP.c.id == (other if mine is None else mine)["id"]
        changes: dict[str, Any] = {"contact_id": kept["id"]}
        if mine is not None:
            changes = {name: max(mine[name], other[name]) for name in _LATER}
            connection.execute(sa.delete(_MEMBERSHIP).where(_MEMBERSHIP.c.id == other["id"]))
        connection.execute(sa.update(_MEMBERSHIP).where(where).values(**changes))
        _count_subscribers(connection, other["list_id"])


def _count_subscribers(connection: sa.Connection, list_id: int) -> None:
    count = (
        sa.select(sa.func.count())
        .select_from(_MEMBERSHIP)
        .where(
            _MEMBERSHIP.c.list_id == list_id,
            _MEMBERSHIP.c.is_active == 1,
            _MEMBERSHIP.c.is_unsubscribed == 0,
        )
    )
    connection.execute(
        sa.update(_LIST).where(_LIST.c.id == list_id).values(subscriber_count=count.scalar_subquery())
    )


def _merge_sandbox(connection: sa.Connection, kept_id: int, gone_id: int) -> None:
    """Leave a merged contact in the sandbox only if both were made there."""
    both = _SANDBOX.c.id.in_((kept_id, gone_id))
    ids = set(connection.execute(sa.select(_SANDBOX.c.id).where(both)).scalars())
    leaving = [gone_id] if len(ids) == 2 else [kept_id, gone_id]  # noqa: PLR2004 (both)
    connection.execute(sa.delete(_SANDBOX).where(_SANDBOX.c.id.in_(leaving)))
