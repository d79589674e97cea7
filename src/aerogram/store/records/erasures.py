"""What is left of a person in the store, found and blanked; the proofs that it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, case, delete, exists, select, text, update

from aerogram.model.message import MessageState
from aerogram.store.contact_tables import contact, erasure
from aerogram.store.records import contact_journal
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import (
    campaign,
    campaign_recipient,
    captured,
    content,
    event,
    message,
    suppression,
    unsubscription,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Table


class Found(NamedTuple):
    """A message that may have gone to somebody who is erased."""

    id: int
    content_id: int
    recipient: str


class Proof(NamedTuple):
    """That a contact was erased: ``digest`` is keyed, and so tells nothing to who has not the key."""

    account_id: int
    contact_id: int
    digest: str
    erased_ms: int


_MESSAGES = Sql(
    select(*(message.c[name] for name in Found._fields))
    .where(
        message.c.account_id == bindparam("account_id"),
        message.c.id > bindparam("after"),
        message.c.domain == bindparam("domain"),
    )
    .order_by(message.c.id)
    .limit(bindparam("most")),
    "account_id",
    "after",
    "domain",
    "most",
)
_SOME: Final = any_of(message.c.id, "message_ids")
_BLANK_MESSAGES = Sql(
    update(message)
    .where(_SOME)
    .values(
        recipient=bindparam("alias"),
        domain=bindparam("alias_domain"),
        reply="",
        orcpt="",
        personal="",
        # A worker that has the message right now loses its lease, and so can record nothing of it.
        lease=0,
        state=case(
            (message.c.state == int(MessageState.QUEUED), int(MessageState.CANCELLED)),
            (message.c.state == int(MessageState.HELD), int(MessageState.CANCELLED)),
            else_=message.c.state,
        ),
    ),
    "alias",
    "alias_domain",
    "message_ids",
)
_BLANK_EVENTS = Sql(
    update(event)
    .where(any_of(event.c.message_id, "message_ids"))
    .values(reply="", transcript="", agent="", ip="", url="", geo="", address=""),
    "message_ids",
)
_DROP_CAPTURED = Sql(delete(captured).where(any_of(captured.c.message_id, "message_ids")), "message_ids")
_OTHER = message.alias("other")
_BLANK_CONTENTS = Sql(
    update(content)
    .where(
        any_of(content.c.id, "content_ids"),
        # A mail to several belongs to the others too. The ids of its messages follow its own.
        ~exists().where(
            _OTHER.c.account_id == content.c.account_id,
            _OTHER.c.id > content.c.id,
            _OTHER.c.id <= content.c.id + bindparam("span"),
            _OTHER.c.content_id == content.c.id,
            _OTHER.c.domain != bindparam("alias_domain"),
        ),
    )
    .values(
        body=b"",
        blob=None,
        size=0,
        subject="",
        custom_id="",
        event_payload="",
        transcript="",
        treatment="",
    ),
    "content_ids",
    "span",
    "alias_domain",
)
_SPAN: Final = 2**24
"""Ids behind a content's own among which its messages are: two seconds of `aerogram.base.ids`, or half a
million recipients."""
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
_PURGE = Sql(
    delete(contact)
    .where(
        contact.c.is_anonymized == 1,
        contact.c.id.in_(select(erasure.c.contact_id).where(erasure.c.erased_ms <= bindparam("until_ms"))),
    )
    .returning(contact.c.id),
    "until_ms",
)


def messages_to_domain(account_id: int, domain: str, after: int, most: int) -> Unit[list[Found]]:
    """Give messages of an account to a domain, by rising id, from behind the id ``after``."""
    rows = yield _MESSAGES(account_id, after, domain, most)
    return [Found(*row) for row in rows]


def blank_messages(found: Sequence[Found], alias: str) -> Unit[None]:
    """Blank all that is personal in messages, their events and captured mail; those that wait are cancelled.

    What contacts have still to be told of them is told to nobody.
    ``alias`` stands for the address that is erased. A content goes when all its recipients are of its domain.
    """
    ids = [each.id for each in found]
    domain = alias.rpartition("@")[2]
    yield _BLANK_MESSAGES(alias, domain, ids)
    yield _BLANK_EVENTS(ids)
    yield from contact_journal.forget_messages(ids)
    yield _DROP_CAPTURED(ids)
    yield _BLANK_CONTENTS(sorted({each.content_id for each in found}), _SPAN, domain)


def forget_address(account_id: int, address: str) -> Unit[None]:
    """Delete what an account's other tables have of an address (a suppression key)."""
    for statement in _DROP_OF_ADDRESS:
        yield statement(account_id, address)


def prove(proof: Proof) -> Unit[None]:
    """Keep a proof; the first of a contact counts."""
    yield _PROVE(*proof)


def proof_of(account_id: int, contact_id: int) -> Unit[Proof | None]:
    """Give the proof that a contact was erased."""
    rows = yield _PROOF(account_id, contact_id)
    return Proof(*rows[0]) if rows else None


def purge(until_ms: int) -> Unit[int]:
    """Delete the rows of contacts that were erased up to a moment; gives how many. Their proofs stay."""
    rows = yield _PURGE(until_ms)
    return len(rows)
