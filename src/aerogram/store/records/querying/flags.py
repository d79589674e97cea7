"""Flags that few contacts bear, asked of a small index that has only those: no contact's row is read for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Integer, and_, bindparam, literal_column, or_, select

from aerogram.store.tables.contacts import contact

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement

SET: Final[ColumnElement[int]] = literal_column("1", Integer())
"""What an index of marked rows is found by: a parameter might be another number."""
UNSET: Final[ColumnElement[int]] = literal_column("0", Integer())


def flagged(contact_id: ColumnElement[int], flag: str) -> ColumnElement[bool]:
    """Ask whether a contact's flag is as a parameter of its name says, 0 or 1; ``of_account`` is whose he is."""
    bearer = contact.alias("bearer")
    bearers = select(bearer.c.id).where(bearer.c.account_id == bindparam("of_account"), bearer.c[flag] == SET)
    asked = bindparam(flag, type_=Integer())
    return or_(
        and_(asked == UNSET, contact_id.not_in(bearers)), and_(asked == SET, contact_id.in_(bearers))
    ).self_group()
