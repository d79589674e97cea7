"""A content and its messages belong together whenever they were added: an erasure misses none, and spares the others' mail."""

import pytest
from sqlalchemy import bindparam, select, text

from aerogram.audience.contacts import Contacts
from aerogram.audience.erasure import Erasures
from aerogram.model.message import ERASED_DOMAIN, MessageState
from aerogram.store.blobs import DiskBlobs
from aerogram.store.sql import Sql
from aerogram.store.tables import content, message
from aerogram.store.tables.events import event
from support.actors import acting
from support.followed import Post
from support.webhooks import ACCOUNT

ANN, BOB = "ann@example.net", "bob@example.org"
HOURS_LATER = 2**40
"""Ids of two days."""
ADD_TO_CONTENT = Sql(
    text(
        "INSERT INTO message (id, account_id, content_id, uuid, recipient, domain, role, queue_key, due_ms, created_ms,"
        " updated_ms) SELECT id + CAST(:later AS BIGINT), account_id, content_id, '', :recipient, :domain, role, queue_key,"
        " due_ms, created_ms, updated_ms FROM message WHERE id = :first"
    ),
    "later",
    "recipient",
    "domain",
    "first",
)
FILL = Sql(
    text(
        "UPDATE content SET subject = 'Sale', transcript = :said"
        " WHERE id = (SELECT content_id FROM message WHERE id = :which)"
    ),
    "said",
    "which",
)
OWN = message.alias("own")
FATES = Sql(
    select(message.c.domain, message.c.state, content.c.subject, content.c.transcript)
    .join(content, content.c.id == message.c.content_id)
    .where(
        message.c.content_id
        == select(OWN.c.content_id).where(OWN.c.id == bindparam("which")).scalar_subquery()
    )
    .order_by(message.c.id),
    "which",
)

NOTIFY = Sql(
    text(
        "INSERT INTO notification (message_id, content_id)"
        " SELECT :about, content_id FROM message WHERE id = :which"
    ),
    "about",
    "which",
)
KINDS = Sql(select(event.c.message_id, event.c.kind).order_by(event.c.id))


@pytest.fixture
def post(database):
    return Post(database)


@pytest.fixture
def erase(post, tmp_path):
    erasures = Erasures(post.database, DiskBlobs(tmp_path / "blobs"), post.clock, b"k" * 32)

    async def erase(email):
        known = (await post.contacts()).get(email)
        contact = (
            known["id"]
            if known
            else (await Contacts(post.database, post.ids, post.clock).create(acting(ACCOUNT), email)).id
        )
        assert await erasures.erase(acting(ACCOUNT), contact)

    return erase


async def added(post, first, recipient):
    """Add a message to a mail's content, as a campaign does hours later."""

    def unit():
        yield ADD_TO_CONTENT(HOURS_LATER, recipient, recipient.partition("@")[2], first)
        yield FILL("EHLO", first)

    await post.database.write(unit)


async def fates(post, which):
    def unit():
        return [tuple(row) for row in (yield FATES(which))]

    return await post.database.read(unit)


async def test_a_body_that_others_wait_for_is_kept(post, erase):
    (first,) = await post.mail(ANN)
    await added(post, first, BOB)
    await erase(ANN)
    assert await fates(post, first) == [
        (ERASED_DOMAIN, MessageState.CANCELLED, "Sale", ""),
        ("example.org", MessageState.QUEUED, "Sale", ""),
    ]


async def test_the_last_of_them_takes_the_body_along(post, erase):
    (first,) = await post.mail(ANN)
    await added(post, first, BOB)
    await erase(ANN)
    await erase(BOB)
    assert await fates(post, first) == [(ERASED_DOMAIN, MessageState.CANCELLED, "", "")] * 2


async def test_a_message_that_was_added_later_is_found(post, erase):
    (first,) = await post.mail(BOB)
    await added(post, first, ANN)
    await erase(ANN)
    [bobs, anns] = await fates(post, first)
    # What was said to the client that sent both may name her.
    assert bobs == ("example.org", MessageState.QUEUED, "Sale", "")
    assert anns == (ERASED_DOMAIN, MessageState.CANCELLED, "Sale", "")


async def test_what_waits_is_cancelled_without_an_event(post, erase):
    """An event would need a reason, and nobody but the person asked for it (decision 40)."""
    (mail,) = await post.mail(ANN)
    (notice,) = await post.mail(BOB)

    def notify():
        yield NOTIFY(mail, notice)

    def happened():
        return (yield KINDS())

    await post.database.write(notify)
    before = await post.database.read(happened)
    await erase(ANN)
    assert [state for _, state, *_ in await fates(post, mail) + await fates(post, notice)] == [
        MessageState.CANCELLED
    ] * 2
    assert await post.database.read(happened) == before
