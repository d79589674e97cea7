"""Mail without a copy (blocked, bounced, held) leaves the inbox with the person it was for, and other mail stays."""

import pytest

from aerogram.audience.contacts import Contacts
from aerogram.audience.erasure import Erasures
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.outcome import FailureState
from aerogram.reporting.inbox import Search, StoredInbox
from aerogram.store.blobs import DiskBlobs
from aerogram.store.records.messages import outcomes
from support.actors import acting, everyone, looking_into
from support.followed import Post
from support.webhooks import ACCOUNT

ANN, BOB = "ann@example.net", "bob@example.net"
FATES = {
    "blocked": (MessageState.BLOCKED, EventKind.BLOCKED, FailureState.TEMPLATE_LANGUAGE_ERROR),
    "bounced": (MessageState.BOUNCED, EventKind.BOUNCE, FailureState.USER_UNKNOWN),
    "held": (MessageState.HELD, EventKind.HELD, FailureState.NONE),
    "captured": (MessageState.SENT, EventKind.SENT, FailureState.NONE),
}


@pytest.fixture
def post(database):
    return Post(database)


@pytest.fixture
def inbox(database, tmp_path):
    return StoredInbox(database, DiskBlobs(tmp_path / "blobs"))


@pytest.fixture
def erase(post, tmp_path):
    erasures = Erasures(post.database, DiskBlobs(tmp_path / "blobs"), post.clock, b"k" * 32)

    async def erase(email):
        contact = await Contacts(post.database, post.ids, post.clock).create(acting(ACCOUNT), email)
        assert await erasures.erase(acting(ACCOUNT), contact.id)

    return erase


async def end(post, message_id, name, account_id=ACCOUNT):
    """Let a message end so, as the recorder writes it with an inbox."""
    state, kind, failure = FATES[name]
    body = b"Subject: hello\r\n\r\nann" if name == "captured" else None
    change = outcomes.Change(
        message_id=message_id,
        account_id=account_id,
        lease=0,
        state=state,
        due_ms=0,
        attempts=1,
        failure=int(failure),
        reply="550 5.1.1 <ann@example.net>: no such user",
        event_kind=kind,
        is_live=True,
        is_kept=True,
        captured_body=body,
        captured_size=len(body or b""),
    )
    assert await post.database.write(lambda: outcomes.record([change], post.clock.now_ms())) == [True]


async def rows_of(inbox, scope=None):
    return await inbox.newest(everyone() if scope is None else scope, Search(), 50)


@pytest.mark.parametrize("name", FATES)
async def test_an_erased_persons_mail_is_no_longer_listed(post, inbox, erase, name):
    of_ann, of_bob = await post.mail(ANN, BOB)
    for message_id in (of_ann, of_bob):
        await end(post, message_id, name)
    (another,) = await post.mail("ANN@example.net")
    await end(post, another, name)
    assert {row.id for row in await rows_of(inbox)} == {of_ann, of_bob, another}
    await erase(ANN)
    (row,) = await rows_of(inbox)
    assert (row.id, row.recipient) == (of_bob, BOB)


@pytest.mark.parametrize("name", ["blocked", "bounced"])
async def test_the_erasure_of_one_account_spares_the_inbox_of_another(post, inbox, erase, name):
    (own,) = await post.mail(ANN)
    (others,) = await post.mail(ANN, account_id=ACCOUNT + 1)
    await end(post, own, name)
    await end(post, others, name, ACCOUNT + 1)
    await erase(ANN)
    (row,) = await rows_of(inbox)
    assert (row.id, row.recipient) == (others, ANN)
    assert await rows_of(inbox, looking_into(ACCOUNT)) == []


async def test_nothing_in_the_inbox_says_whom_an_erased_mail_was_for(post, inbox, erase):
    (of_ann,) = await post.mail(ANN)
    await end(post, of_ann, "bounced")
    await erase(ANN)
    found = await inbox.newest(everyone(), Search(to="ann"), 50)
    found += await inbox.newest(everyone(), Search(query="ann"), 50)
    assert found == []


async def test_mail_that_ends_after_the_erasure_is_not_listed(post, inbox, erase):
    (waiting,) = await post.mail(ANN)
    await erase(ANN)
    state, kind, failure = FATES["bounced"]
    late = outcomes.Change(message_id=waiting, account_id=ACCOUNT, lease=1, state=state, due_ms=0, attempts=1,
                           failure=int(failure), event_kind=kind, is_live=True, is_kept=True)  # fmt: skip
    assert await post.database.write(lambda: outcomes.record([late], 9)) == [False]
    assert await rows_of(inbox) == []
