"""Every happening on a message in every state, on both engines: it goes where the table says, or nothing is written."""

import pytest
from sqlalchemy import bindparam, select, update

from aerogram.delivery.outcomes.change import change_for
from aerogram.delivery.retry import DEFAULT_SCHEDULE
from aerogram.model.message import MessageState
from aerogram.model.message_states import TRANSITIONS, Happening
from aerogram.model.outcome import Blocked, Bounced, Deferred, Delivered, FailureState, Held
from aerogram.queue.admin import QueueAction, QueueAdmin, Selection
from aerogram.store.blobs import DiskBlobs
from aerogram.store.records.contacts import erased_mail
from aerogram.store.records.contacts.erased_mail import FoundMessage
from aerogram.store.records.messages import outcomes
from aerogram.store.sql import Sql
from aerogram.store.tables import event, message
from aerogram.submission.accept import Acceptor
from support.letters import a_letter
from support.submissions import a_submission

LEASE = 77
_PUT = Sql(
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(state=bindparam("to"), lease=bindparam("leased")),
    *("to", "leased", "which"),
)
_STATE = Sql(select(message.c.state).where(message.c.id == bindparam("which")), "which")
_KINDS = Sql(select(event.c.kind).where(event.c.message_id == bindparam("which")), "which")

OUTCOMES = {
    Happening.DELIVERED: Delivered(reply="250 ok"),
    Happening.DEFERRED: Deferred(state=FailureState.GREYLISTED, reply="450 later"),
    Happening.BOUNCED: Bounced(state=FailureState.USER_UNKNOWN, reply="550 no", is_hard=True),
    Happening.BLOCKED: Blocked(state=FailureState.PREBLOCKED, reply="suppressed"),
    Happening.HELD: Held(reason="an error in the template"),
}
ACTIONS = {
    Happening.HELD: QueueAction.HOLD,
    Happening.RELEASED: QueueAction.RELEASE,
    Happening.CANCELLED: QueueAction.CANCEL,
    Happening.RETRIED: QueueAction.RETRY,
}


@pytest.fixture
async def message_id(database, tmp_path, ids, clock):
    acceptor = Acceptor(
        database,
        DiskBlobs(tmp_path / "blobs"),
        ids,
        clock,
        check_room=lambda: None,
        on_accepted=lambda _: None,
    )
    [[accepted]] = await acceptor.accept([a_submission()])
    return accepted.message_id


async def put(database, message_id, state, lease=0):
    def unit():
        yield _PUT(int(state), lease, message_id)

    await database.write(unit)


async def found(database, message_id):
    """The state, and the kinds of the events of deliveries and operators."""

    def unit():
        [(state,)] = yield _STATE(message_id)
        kinds = yield _KINDS(message_id)
        return MessageState(state), [kind for (kind,) in kinds]

    return await database.read(unit)


def expected(state, happening, before):
    follows = TRANSITIONS.get((state, happening))
    if follows is None:
        return state, before
    return follows.to, before + ([] if follows.event is None else [follows.event])


async def test_a_message_is_accepted_into_the_first_state(database, message_id):
    state, _ = await found(database, message_id)
    assert state is TRANSITIONS[None, Happening.ACCEPTED].to


@pytest.mark.parametrize("state", MessageState)
async def test_outcomes_of_attempts(database, ids, clock, message_id, state):
    for happening, outcome in OUTCOMES.items():
        await put(database, message_id, state, LEASE)
        _, before = await found(database, message_id)
        letter = a_letter(message_id=message_id, lease=LEASE, accepted_ms=clock.now_ms())
        change = change_for(letter, outcome, clock.now_ms(), DEFAULT_SCHEDULE)
        now = clock.now_ms()
        written = await database.write(lambda change=change, now=now: outcomes.record([change], now))
        assert written == [(state, happening) in TRANSITIONS], happening
        assert await found(database, message_id) == expected(state, happening, before), happening


@pytest.mark.parametrize("state", MessageState)
async def test_what_an_operator_does(database, ids, clock, message_id, state):
    admin = QueueAdmin(database, clock)
    for happening, action in ACTIONS.items():
        await put(database, message_id, state)
        _, before = await found(database, message_id)
        if action is QueueAction.RETRY:
            clock.advance(-1)  # what is due already needs no push
        changed = await admin.apply(action, Selection(ids=(message_id,)))
        assert changed.done == ((state, happening) in TRANSITIONS), happening
        assert await found(database, message_id) == expected(state, happening, before), happening


@pytest.mark.parametrize("state", MessageState)
async def test_an_erasure(database, message_id, state):
    await put(database, message_id, state)
    _, before = await found(database, message_id)
    erased = FoundMessage(message_id, message_id - 1, "bob@example.net")
    await database.write(lambda: erased_mail.blank([erased], "x@domain.invalid", ["bob@example.net"], 9))
    assert await found(database, message_id) == expected(state, Happening.ERASED, before)
