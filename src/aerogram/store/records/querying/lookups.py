"""Lookups that accepting and signing mail need: credentials, senders, signing keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Text, bindparam, select

from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import account, credential, dkim_key, metasender, sender

if TYPE_CHECKING:
    from collections.abc import Collection

    from aerogram.store.sql import Rows

_CREDENTIAL = Sql(
    select(
        credential.c.account_id,
        credential.c.kind,
        credential.c.secret_hash,
        credential.c.revoked_ms,
        account.c.is_active,
        credential.c.domain,
        credential.c.is_sandboxed,
        account.c.tracks_opens,
        account.c.tracks_clicks,
    )
    .join_from(credential, account, account.c.id == credential.c.account_id)
    .where(credential.c.key == bindparam("key")),
    "key",
)
_SENDERS = Sql(
    select(sender.c.email)
    .where(sender.c.account_id == bindparam("account_id"), sender.c.status == "Active")
    .union_all(select(metasender.c.email).where(metasender.c.is_enabled == 1)),
    "account_id",
)
_KEYS = Sql(
    select(dkim_key.c.account_id, dkim_key.c.domain, dkim_key.c.selector, dkim_key.c.algorithm)
    .add_columns(dkim_key.c.private_sealed)
    .where(any_of(dkim_key.c.domain, "domains", Text()), dkim_key.c.is_active == 1)
    .order_by(dkim_key.c.algorithm.desc(), dkim_key.c.id),
    "domains",
)


class Opening(NamedTuple):
    """A credential with the state and defaults of its account; flags are 0 or 1."""

    account_id: int
    kind: int
    secret_hash: str
    revoked_ms: int | None
    is_active: int
    domain: str
    is_sandboxed: int
    tracks_opens: int
    tracks_clicks: int


def credential_by_key(key: str) -> Unit[Opening | None]:
    """Return the credential of a key; None when the key is unknown."""
    rows = yield _CREDENTIAL(key)
    return Opening(*rows[0]) if rows else None


def active_senders(account_id: int) -> Unit[list[str]]:
    """Return the addresses and ``*@domain`` patterns from which an account may send.

    Enabled metasenders count for all accounts.
    """
    rows = yield _SENDERS(account_id)
    return [email for (email,) in rows]


def signing_keys(domains: Collection[str]) -> Unit[Rows]:
    """Return account_id, domain, selector, algorithm, private_sealed of active keys; RSA before Ed25519."""
    return (yield _KEYS(list(domains)))
