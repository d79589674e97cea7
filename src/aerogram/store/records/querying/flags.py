"""Conditions on flags that few contacts have, answered by a partial index without reading contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Integer, and_, bindparam, literal_column, or_, select

from aerogram.store.tables.contacts import contact

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

SET: Final[ColumnElement[int]] = literal_column("1", Integer())
"""A literal, because a planner uses a partial index only for a constant that matches its condition."""
UNSET: Final[ColumnElement[int]] = literal_column("0", Integer())


def flagged(contact_id: ColumnElement[int], flag: str) -> ColumnElement[bool]:
    """Compare a contact's flag with the parameter of its name, 0 or 1. Needs the parameter ``of_account``."""
    other = contact.alias("flagged")
    with_flag = select(other.c.id).where(other.c.account_id == bindparam("of_account"), other.c[flag] == SET)
    wanted = bindparam(flag, type_=Integer())
    return or_(
        and_(wanted == UNSET, contact_id.not_in(with_flag)), and_(wanted == SET, contact_id.in_(with_flag))
    ).self_group()
