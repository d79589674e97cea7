"""Deleting the rows of an address from all tables that have some, and the proofs of erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Text, bindparam, delete, select, text

from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import campaign, campaign_recipient, suppression, unsubscription
from aerogram.store.tables.contacts import contact, erasure

if TYPE_CHECKING:
    from sqlalchemy import Table


class Proof(NamedTuple):
    """The proof that a contact was erased. ``digest`` is keyed, so it reveals nothing without the key."""

    account_id: int
    contact_id: int
    digest: str
    erased_ms: int


_CAMPAIGNS: Final = select(campaign.c.name).where(campaign.c.account_id == bindparam("account_id"))
_DROP_CAMPAIGN_ROWS = Sql(
    delete(campaign_recipient).where(
        campaign_recipient.c.account_id == bindparam("account_id"),
        campaign_recipient.c.campaign.in_(_CAMPAIGNS),
        campaign_recipient.c.address == bindparam("address"),
    ),
    "account_id",
    "address",
)


def _drop(table: Table) -> Sql:
    return Sql(
        delete(table).where(
            table.c.account_id == bindparam("account_id"), table.c.address == bindparam("address")
        ),
        "account_id",
        "address",
    )


_DROP_OF_ADDRESS: Final = (_drop(suppression), _drop(unsubscription), _DROP_CAMPAIGN_ROWS)
_PROVE = Sql(
    text(
        "INSERT INTO erasure (account_id, contact_id, digest, erased_ms)"
        " VALUES (:account_id, :contact_id, :digest, :erased_ms)"
        " ON CONFLICT (account_id, contact_id) DO NOTHING"
    ),
    *Proof._fields,
)
_PROOF = Sql(
    select(*(erasure.c[name] for name in Proof._fields)).where(
        erasure.c.account_id == bindparam("account_id"), erasure.c.contact_id == bindparam("contact_id")
    ),
    "account_id",
    "contact_id",
)
_PROOFS_OF_DIGESTS = Sql(
    select(*(erasure.c[name] for name in Proof._fields))
    .where(erasure.c.account_id == bindparam("account_id"), any_of(erasure.c.digest, "digests", Text))
    .order_by(erasure.c.erased_ms),
    "account_id",
    "digests",
)
_NEWEST = Sql(
    select(*(erasure.c[name] for name in Proof._fields))
    .where(erasure.c.account_id == bindparam("account_id"))
    .order_by(erasure.c.erased_ms.desc(), erasure.c.contact_id.desc())
    .limit(bindparam("most")),
    "account_id",
    "most",
)
_PURGE = Sql(
    delete(contact)
    .where(
        contact.c.is_anonymized == 1,
        contact.c.id.in_(select(erasure.c.contact_id).where(erasure.c.erased_ms <= bindparam("until_ms"))),
    )
    .returning(contact.c.id),
    "until_ms",
)


def forget_address(account_id: int, address: str) -> Unit[None]:
    """Delete the rows of an address (a suppression key) in an account's other tables."""
    for statement in _DROP_OF_ADDRESS:
        yield statement(account_id, address)


def prove(proof: Proof) -> Unit[None]:
    """Add a proof; the first one of a contact is kept."""
    yield _PROVE(*proof)


def proof_of(account_id: int, contact_id: int) -> Unit[Proof | None]:
    """Return the proof that a contact was erased."""
    rows = yield _PROOF(account_id, contact_id)
    return Proof(*rows[0]) if rows else None


def proofs_of_digests(account_id: int, digests: list[str]) -> Unit[list[Proof]]:
    """Return the proofs with one of these digests, oldest first: an address may be added and erased again."""
    rows = yield _PROOFS_OF_DIGESTS(account_id, digests)
    return [Proof(*row) for row in rows]


def newest(account_id: int, most: int) -> Unit[list[Proof]]:
    """Return the proofs of an account, newest first."""
    rows = yield _NEWEST(account_id, most)
    return [Proof(*row) for row in rows]


def purge(until_ms: int) -> Unit[int]:
    """Delete the rows of contacts that were erased up to a time; keep their proofs. Return how many."""
    rows = yield _PURGE(until_ms)
    return len(rows)
