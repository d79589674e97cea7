"""Senders as the REST API manages them: listing, counting, defaults, and whether a sender is covered."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Integer, Text, bindparam, case, func, literal, or_, select, update

from aerogram.model.sender import ACTIVE, DELETED
from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.owned import Owned
from aerogram.store.records.senders.senders import SenderRow
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import metasender, sender

_AT: Final = literal("@")
_DOMAIN_PARAMETER: Final = bindparam("domain", type_=Text())
_LOCAL_PART_PARAMETER: Final = bindparam("local_part", type_=Text())

LISTING: Final = Listing(
    sender,
    SenderRow._fields,
    conditions={
        "id": sender.c.id == bindparam("id"),
        "email": sender.c.email == bindparam("email"),
        # Compared without a pattern, so that no character of a name is a wildcard.
        "domain": func.substr(sender.c.email, func.length(sender.c.email) - func.length(_DOMAIN_PARAMETER))
        == _AT.concat(_DOMAIN_PARAMETER),
        "local_part": func.substr(sender.c.email, 1, func.length(_LOCAL_PART_PARAMETER) + 1)
        == _LOCAL_PART_PARAMETER.concat(_AT),
        "is_domain": case((func.substr(sender.c.email, 1, 2) == "*@", 1), else_=0)
        == bindparam("is_domain", type_=Integer()),
        "status": sender.c.status == bindparam("status"),
        # Excludes a status.
        "not_status": sender.c.status != bindparam("not_status"),
    },
    orders={"id": sender.c.id},
)

OWNED: Final = Owned(sender)

_COUNT = Sql(
    select(func.count())
    .select_from(sender)
    .where(sender.c.account_id == bindparam("account_id"), sender.c.status != DELETED),
    "account_id",
)
_COVERED = Sql(
    select(sender.c.id)
    .where(
        sender.c.account_id == bindparam("account_id"),
        sender.c.email == bindparam("whole_domain"),
        sender.c.status == ACTIVE,
    )
    .union_all(
        select(metasender.c.id).where(
            metasender.c.is_enabled == 1,
            or_(metasender.c.email == bindparam("email"), metasender.c.email == bindparam("meta_domain")),
        )
    ),
    "account_id",
    "whole_domain",
    "email",
    "meta_domain",
)
_NO_DEFAULT = Sql(
    update(sender)
    .where(sender.c.account_id == bindparam("owner"), sender.c.is_default == 1)
    .values(is_default=0),
    "owner",
)


def count(account_id: int) -> Unit[int]:
    """Count an account's senders that are not deleted."""
    [(number,)] = yield _COUNT(account_id)
    return int(number)


def is_covered(account_id: int, email: str) -> Unit[bool]:
    """Return whether the account's own active ``*@domain`` or an enabled metasender covers a sender."""
    whole_domain = f"*@{email.rpartition('@')[2]}"
    rows = yield _COVERED(account_id, whole_domain, email, whole_domain)
    return bool(rows)


def clear_default(account_id: int) -> Unit[None]:
    """Clear the default sender of an account."""
    yield _NO_DEFAULT(account_id)
