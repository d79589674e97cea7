"""Plain records: objects stored as JSON and found by their properties. Each kind has a `RecordKind`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select, text, update

from aerogram.store.json_properties import json_number, json_text
from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.matching import likes
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables.plain_records import record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.sql.elements import ColumnElement

    from aerogram.model.page import PageRequest

_COLUMNS: Final = ("id", "account_id", "created_ms", "updated_ms", "body")
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode
_encode: Final = msgspec.json.Encoder().encode

_ADD = Sql(
    text(
        "INSERT INTO record (id, account_id, kind, unique_key, created_ms, updated_ms, body)"
        " VALUES (:id, :account_id, :kind, :unique_key, :created_ms, :updated_ms, :body)"
        " ON CONFLICT (account_id, kind, unique_key) DO NOTHING RETURNING id"
    ),
    *("id", "account_id", "kind", "unique_key", "created_ms", "updated_ms", "body"),
)
_OWN: Final = (
    (record.c.id == bindparam("which"))
    & (record.c.account_id == bindparam("owner"))
    & (record.c.kind == bindparam("of_kind"))
)
_FIND = Sql(select(*(record.c[name] for name in _COLUMNS)).where(_OWN), "which", "owner", "of_kind")
_FIND_LOCKED = Sql(
    select(*(record.c[name] for name in _COLUMNS)).where(_OWN).with_for_update(), "which", "owner", "of_kind"
)
_FIND_BY_KEY = Sql(
    select(record.c.id).where(
        record.c.account_id == bindparam("owner"),
        record.c.kind == bindparam("of_kind"),
        record.c.unique_key == bindparam("unique_key"),
    ),
    "owner",
    "of_kind",
    "unique_key",
)
_CHANGE = Sql(
    update(record)
    .where(_OWN)
    .values(
        unique_key=bindparam("unique_key"), updated_ms=bindparam("updated_ms"), body=bindparam("new_body")
    ),
    *("unique_key", "updated_ms", "new_body", "which", "owner", "of_kind"),
)
_REMOVE = Sql(delete(record).where(_OWN).returning(record.c.id), "which", "owner", "of_kind")


class RecordKind:
    """A kind of record. ``texts`` and ``numbers`` are the properties that rows can be selected by.

    Flags are the numbers 0 and 1. Each property has a condition of its name; texts also have the conditions
    of `aerogram.store.records.querying.matching`. Further conditions are ``id``, ``account_id`` and
    ``unique_key``. Rows are dicts of id, account_id, created_ms, updated_ms and the properties.
    """

    def __init__(self, name: str, texts: Sequence[str] = (), numbers: Sequence[str] = ()) -> None:
        self.name = name
        conditions: dict[str, ColumnElement[bool]] = {
            column: record.c[column] == bindparam(column)
            for column in ("id", "account_id", "kind", "unique_key")
        }
        for each in texts:
            conditions |= likes(each, json_text(record.c.body, each))
        conditions |= {each: json_number(record.c.body, each) == bindparam(each) for each in numbers}
        self._listing = Listing(record, _COLUMNS, conditions, {"id": record.c.id})
        self._owned_by: dict[str, Sql] = {}

    def page(self, account_id: int, wanted: PageRequest) -> Unit[tuple[list[dict[str, Any]], int]]:
        """Return a page of records and the number of all that match (see `Listing.page`)."""
        of_kind = msgspec.structs.replace(wanted, conditions={**wanted.conditions, "kind": self.name})
        rows, total = yield from self._listing.page(account_id, of_kind)
        return [_opened(row) for row in rows], total

    def find(self, account_id: int, record_id: int) -> Unit[dict[str, Any] | None]:
        """Return one record."""
        rows = yield _FIND(record_id, account_id, self.name)
        return _opened(dict(zip(_COLUMNS, rows[0], strict=True))) if rows else None

    def claim(self, account_id: int, record_id: int) -> Unit[dict[str, Any] | None]:
        """Return one record as `find` does, and lock it until the commit."""
        rows = yield _FIND_LOCKED(record_id, account_id, self.name)
        return _opened(dict(zip(_COLUMNS, rows[0], strict=True))) if rows else None

    def id_of(self, account_id: int, unique_key: str) -> Unit[int | None]:
        """Return the id of the record that has a unique key."""
        rows = yield _FIND_BY_KEY(account_id, self.name, unique_key)
        return int(rows[0][0]) if rows else None

    def add(self, row: Mapping[str, Any], unique_key: str | None) -> Unit[bool]:
        """Add a record; False when its unique key is taken."""
        added = yield _ADD(
            row["id"],
            row["account_id"],
            self.name,
            unique_key,
            row["created_ms"],
            row["updated_ms"],
            _written(row),
        )
        return bool(added)

    def change(self, row: Mapping[str, Any], unique_key: str | None) -> Unit[None]:
        """Replace a record."""
        yield _CHANGE(unique_key, row["updated_ms"], _written(row), row["id"], row["account_id"], self.name)

    def remove(self, account_id: int, record_id: int) -> Unit[bool]:
        """Delete a record; False when there was none."""
        rows = yield _REMOVE(record_id, account_id, self.name)
        return bool(rows)

    def remove_owned(self, account_id: int, property_name: str, owner_id: int) -> Unit[None]:
        """Delete the records whose property is the id of their owner."""
        found = self._owned_by.get(property_name)
        if found is None:
            found = self._owned_by[property_name] = Sql(
                delete(record).where(
                    record.c.account_id == bindparam("owner"),
                    record.c.kind == bindparam("of_kind"),
                    json_number(record.c.body, property_name) == bindparam("owner_id"),
                ),
                *("owner", "of_kind", "owner_id"),
            )
        yield found(account_id, self.name, owner_id)


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    return _decode(row.pop("body")) | row


def _written(row: Mapping[str, Any]) -> str:
    """Encode the properties; flags as numbers, so that both engines compare them alike."""
    body = {
        name: int(value) if isinstance(value, bool) else value
        for name, value in row.items()
        if name not in _COLUMNS
    }
    return _encode(body).decode()
