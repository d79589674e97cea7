"""The results of the last DNS checks of domains."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, text

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import domain_check


class DomainCheckRow(NamedTuple):
    """The result of a check; statuses are Mailjet's words."""

    account_id: int
    domain: str
    dkim_status: str
    spf_status: str
    checked_ms: int


_OF_ACCOUNT = Sql(
    select(*(domain_check.c[name] for name in DomainCheckRow._fields)).where(
        domain_check.c.account_id == bindparam("account_id")
    ),
    "account_id",
)
_PUT: Final = Sql(
    text(
        "INSERT INTO domain_check (account_id, domain, dkim_status, spf_status, checked_ms)"
        " VALUES (:account_id, :domain, :dkim_status, :spf_status, :checked_ms)"
        " ON CONFLICT (account_id, domain) DO UPDATE SET dkim_status = excluded.dkim_status,"
        " spf_status = excluded.spf_status, checked_ms = excluded.checked_ms"
    ),
    *DomainCheckRow._fields,
)


def of_account(account_id: int) -> Unit[list[DomainCheckRow]]:
    """Return the last check of each domain of an account that was checked."""
    rows = yield _OF_ACCOUNT(account_id)
    return [DomainCheckRow(*row) for row in rows]


def put(row: DomainCheckRow) -> Unit[None]:
    """Store a check, replacing the one before."""
    yield _PUT(*row)
