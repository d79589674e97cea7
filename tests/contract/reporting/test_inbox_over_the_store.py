"""What the capture inbox promises, over the store of each engine."""

import msgspec
import pytest

from aerogram.base.errors import ForbiddenError, NotFoundError
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.outcome import RELATED_TO, FailureState
from aerogram.model.send_options import SANDBOXED, SendOptions, packed
from aerogram.reporting.inbox import Search, StoredInbox
from aerogram.store.blobs import DiskBlobs
from aerogram.store.records.messages import outcomes, queue_changes, submissions
from aerogram.store.records.messages.engagements import Engaged
from aerogram.wire.mime.parts import Mailbox, Parts
from support.actors import everyone, looking_into, sandboxed

EVERYTHING = Search()


@pytest.fixture
def blobs(tmp_path):
    (tmp_path / "blobs").mkdir()
    return DiskBlobs(tmp_path / "blobs")


@pytest.fixture
def inbox(database, blobs):
    return StoredInbox(database, blobs)


@pytest.fixture
def capture(database):
    """Bring a message in and record that it was captured, as the product does."""

    async def keep(
        number,
        *,
        account=7,
        recipient="ada@example.org",
        body=b"Subject: x\r\n\r\n",
        blob=None,
        change=None,
        stored=None,
        **content,
    ):
        row = (
            {
                "id": number + 1000,
                "account_id": account,
                "kind": 1,
                "door": "SMTP",
                "reverse_path": "bounces@example.com",
                "from_email": "shop@example.com",
                "subject": "Your order",
                "body": b"",
                "blob": None,
                "size": 0,
                "custom_id": "",
                "event_payload": "",
                "campaign": "",
                "has_text": 1,
                "has_html": 0,
                "attachment_count": 0,
                "smtputf8": 0,
                "dsn_ret": "",
                "dsn_envid": "",
                "transcript": "C: EHLO x",
                "send_options": "",
                "created_ms": 5,
            }
            | content
            | (stored or {})
        )
        of_content = tuple(row[name] for name in submissions.CONTENT_COLUMNS)
        of_message = (
            number,
            account,
            number + 1000,
            f"uuid-{number}",
            recipient,
            "d",
            1,
            1,
            5,
            "",
            "",
            5,
            5,
            "",
        )
        made = outcomes.Change(
            message_id=number,
            account_id=account,
            lease=0,
            state=1,
            due_ms=0,
            attempts=1,
            reply="250 2.0.0 Captured",
            event_kind=EventKind.SENT,
            is_live=True,
            captured_body=None if blob else body,
            captured_blob=blob,
            captured_size=len(body),
        )
        recorded = msgspec.structs.replace(made, **(change or {}))
        await database.write(lambda: submissions.add(submissions.Rows([of_content], [of_message])))
        await database.write(lambda: outcomes.record([recorded], 9))

    return keep


async def ids_of(inbox, scope=None, limit=50, **search):
    scope = everyone() if scope is None else scope
    return [row.id for row in await inbox.newest(scope, Search(**search), limit)]


async def test_mail_is_listed_newest_first_and_at_most_as_asked(inbox, capture):
    for number in (1, 2, 3):
        await capture(number)
    assert await ids_of(inbox) == [3, 2, 1]
    assert await ids_of(inbox, limit=2) == [3, 2]


async def test_ids_lie_between_after_and_before(inbox, capture):
    for number in (1, 2, 3, 4):
        await capture(number)
    assert await ids_of(inbox, after=1, before=4) == [3, 2]


async def test_a_line_of_the_list_tells_who_what_and_when(inbox, capture):
    await capture(1, attachment_count=2)
    [row] = await inbox.newest(everyone(), EVERYTHING, 50)
    assert (row.sender, row.recipient, row.subject) == ("shop@example.com", "ada@example.org", "Your order")
    assert (row.account_id, row.at_ms, row.size, row.attachment_count) == (7, 9, 14, 2)


async def test_filters_ask_for_contained_text_in_any_case(inbox, capture):
    await capture(1, recipient="ada@example.org", subject="Your ORDER")
    await capture(2, recipient="bob@example.org", subject="Reset", from_email="login@example.com")
    assert await ids_of(inbox, to="ADA@") == [1]
    assert await ids_of(inbox, subject="order") == [1]
    assert await ids_of(inbox, sender="login") == [2]
    assert await ids_of(inbox, query="bob@") == [2]
    assert await ids_of(inbox, query="reset") == [2]
    assert await ids_of(inbox, query="shop@") == [1]
    assert await ids_of(inbox, to="ada", subject="reset") == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "100\\%"])
async def test_wildcards_of_the_database_mean_themselves(inbox, capture, text):
    await capture(1, subject="plain")
    await capture(2, subject=f"a {text} b")
    assert await ids_of(inbox, subject=text) == [2]


async def test_a_scope_sees_only_its_accounts(inbox, capture):
    await capture(1, account=7)
    await capture(2, account=8)
    assert await ids_of(inbox, scope=looking_into(7)) == [1]
    assert await ids_of(inbox, scope=looking_into(7, 8)) == [2, 1]
    assert await ids_of(inbox, scope=()) == []
    with pytest.raises(NotFoundError):
        await inbox.open(looking_into(8), 1)
    with pytest.raises(NotFoundError):
        await inbox.discard(looking_into(8), 1)


async def test_an_opened_mail_has_its_bytes_and_its_story(inbox, capture):
    await capture(1, body=b"Subject: hello\r\n\r\nworld")
    opened = await inbox.open(everyone(), 1)
    assert opened.mime == b"Subject: hello\r\n\r\nworld"
    assert (opened.uuid, opened.reverse_path) == ("uuid-1", "bounces@example.com")
    came, kept = opened.timeline
    assert (came.kind, came.at_ms, came.transcript) == ("accepted", 5, "C: EHLO x")
    assert (kept.kind, kept.at_ms, kept.reply) == ("sent", 9, "250 2.0.0 Captured")


async def test_a_large_body_comes_from_its_file(inbox, capture, blobs):
    body = b"Subject: large\r\n\r\n" + b"x" * 300_000
    await capture(1, body=body, blob=await blobs.put(body))
    assert (await inbox.open(everyone(), 1)).mime == body


async def test_a_discarded_mail_is_gone_and_the_others_stay(inbox, capture):
    await capture(1)
    await capture(2)
    await inbox.discard(everyone(), 1)
    assert await ids_of(inbox) == [2]
    with pytest.raises(NotFoundError):
        await inbox.open(everyone(), 1)
    with pytest.raises(NotFoundError):
        await inbox.discard(everyone(), 1)


async def test_clearing_forgets_the_mail_of_the_scope(inbox, capture):
    await capture(1, account=7)
    await capture(2, account=8)
    await inbox.clear(looking_into(8))
    assert await ids_of(inbox) == [1]
    await inbox.clear(everyone())
    assert await ids_of(inbox) == []


@pytest.fixture
def fail(database, capture):
    """Record that a message did not arrive, in a state and with a reason."""

    async def record(number, state, event_kind, failure=FailureState.NONE, reply="the reason", **stored):
        facts = {"body": b"Subject: raw\r\n\r\n", "size": 99} | stored
        await capture(number, change={"state": state, "event_kind": event_kind, "captured_body": None,
                      "captured_size": 0, "is_kept": True, "failure": int(failure), "reply": reply}, stored=facts)  # fmt: skip

    return record


FAILED = [
    (MessageState.BLOCKED, EventKind.BLOCKED, FailureState.TEMPLATE_LANGUAGE_ERROR, "blocked"),
    (MessageState.BOUNCED, EventKind.BOUNCE, FailureState.USER_UNKNOWN, "bounced"),
    (MessageState.HELD, EventKind.HELD, FailureState.NONE, "held"),
]


@pytest.mark.parametrize(("state", "kind", "failure", "name"), FAILED)
async def test_mail_that_did_not_arrive_is_listed_with_its_reason(inbox, fail, state, kind, failure, name):
    await fail(1, state, kind, failure)
    [row] = await inbox.newest(everyone(), EVERYTHING, 50)
    assert (row.state, row.reason, row.error) == (name, "the reason", RELATED_TO[failure][1])
    assert row.size == 99
    assert await ids_of(inbox, states=(name,)) == [1]
    assert await ids_of(inbox, states=("captured",)) == []


async def test_what_was_not_composed_opens_as_the_sender_wrote_it(inbox, fail, blobs):
    await fail(1, *FAILED[0][:2])
    opened = await inbox.open(everyone(), 1)
    assert (opened.mime, opened.is_composed) == (b"Subject: raw\r\n\r\n", False)
    name = await blobs.put(b"large")
    await fail(2, *FAILED[0][:2], body=None, blob=name)
    assert (await inbox.open(everyone(), 2)).mime == b"large"


async def test_the_parts_of_a_rest_door_open_as_mime(inbox, fail):
    parts = msgspec.json.encode(
        Parts(sender_from=Mailbox("shop@example.com"), subject="Hi", html="<p>{{var:x}}</p>")
    )
    await fail(1, *FAILED[0][:2], kind=2, body=parts)
    assert b"{{var:x}}" in (await inbox.open(everyone(), 1)).mime
    await fail(2, *FAILED[0][:2], kind=2, body=b"{")
    assert (await inbox.open(everyone(), 2)).mime == b""


async def test_what_was_held_and_released_is_listed_once_with_its_copy(inbox, fail, database):
    await fail(1, MessageState.HELD, EventKind.HELD)
    await database.write(lambda: queue_changes.change(queue_changes.QueueAction.RELEASE, [1], 9))
    assert await ids_of(inbox, states=("waiting",)) == [1]
    change = outcomes.Change(message_id=1, account_id=7, lease=0, state=1, due_ms=0, attempts=1,
                             event_kind=EventKind.SENT, is_live=True, captured_body=b"sent", captured_size=4)  # fmt: skip
    assert await database.write(lambda: outcomes.record([change], 9)) == [True]
    [row] = await inbox.newest(everyone(), EVERYTHING, 50)
    assert (row.state, row.size, row.reason) == ("captured", 4, "")
    assert (await inbox.open(everyone(), 1)).mime == b"sent"


async def test_a_complaint_makes_captured_mail_spam(inbox, capture):
    complaint = Engaged(
        account_id=7, message_id=1, event_kind=EventKind.SPAM, at_ms=9, address="ada@example.org"
    )
    await capture(1, change={"engaged": (complaint,)})
    await capture(2)
    assert [row.state for row in await inbox.newest(everyone(), EVERYTHING, 50)] == ["captured", "spam"]
    assert await ids_of(inbox, states=("spam",)) == [1]


async def test_deleting_and_clearing_reach_mail_without_a_copy(inbox, fail):
    await fail(1, *FAILED[0][:2])
    await fail(2, *FAILED[0][:2])
    await inbox.discard(everyone(), 1)
    assert await ids_of(inbox) == [2]
    await inbox.clear(everyone())
    assert await ids_of(inbox) == []


async def test_a_sandbox_key_deletes_only_mail_of_sandbox_keys(inbox, capture):
    lookalike = packed(SendOptions(variables={"is_sandboxed": True}, tags=('"is_sandboxed":true',)))
    await capture(1)
    await capture(2, send_options=packed(SANDBOXED))
    await capture(3, send_options=lookalike)
    await capture(4, send_options=packed(SANDBOXED))
    scope = (sandboxed(7),)
    for live in (1, 3):
        with pytest.raises(ForbiddenError, match="in the sandbox"):
            await inbox.discard(scope, live)
    with pytest.raises(NotFoundError):
        await inbox.discard(scope, 5)
    await inbox.discard(scope, 2)
    assert {each.id for each in await inbox.newest(scope, EVERYTHING, 9)} == {1, 3, 4}
    await inbox.clear((sandboxed(8),))
    assert {each.id for each in await inbox.newest(scope, EVERYTHING, 9)} == {1, 3, 4}
    await inbox.clear(scope)
    assert {each.id for each in await inbox.newest(scope, EVERYTHING, 9)} == {1, 3}
