"""Tracking hosts: the base URLs of tracked links in mail from a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, delete, select, text

from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import tracking_host

if TYPE_CHECKING:
    from collections.abc import Collection

    from aerogram.store.sql import Rows

_OF_DOMAINS = Sql(
    select(tracking_host.c.account_id, tracking_host.c.domain, tracking_host.c.base_url).where(
        any_of(tracking_host.c.domain, "domains", Text())
    ),
    "domains",
)
_PUT = Sql(
    text(
        "INSERT INTO tracking_host (account_id, domain, base_url) VALUES (:account_id, :domain, :base_url)"
        " ON CONFLICT (account_id, domain) DO UPDATE SET base_url = excluded.base_url"
    ),
    "account_id",
    "domain",
    "base_url",
)
_REMOVE = Sql(
    delete(tracking_host).where(
        tracking_host.c.account_id == bindparam("account_id"), tracking_host.c.domain == bindparam("domain")
    ),
    "account_id",
    "domain",
)


def of_domains(domains: Collection[str]) -> Unit[Rows]:
    """Return account_id, domain and base_url of the tracking hosts for these domains, of all accounts."""
    return (yield _OF_DOMAINS(list(domains)))


def put(account_id: int, domain: str, base_url: str) -> Unit[None]:
    """Set the base URL of tracked links in an account's mail from a domain; "" removes it."""
    if base_url:
        yield _PUT(account_id, domain, base_url)
    else:
        yield _REMOVE(account_id, domain)
