"""The machine's clock is set by an hour or a day, forth or back: nothing is sent twice, and what is due goes."""

import pytest

from aerogram.base.clock import DAY, HOUR
from aerogram.base.ids import IdGenerator
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.identity.accounts import Accounts
from aerogram.identity.attempts import MAX_FAILURES, LoginAttempts
from aerogram.identity.authenticate import Authenticator
from aerogram.model.message import MessageState
from aerogram.queue.leases import Leases
from support.actors import acting

JUMPS = pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY], ids=["+1h", "-1h", "+1d", "-1d"])


@JUMPS
async def test_a_worker_does_not_take_what_it_holds_already(plant, clock, jump):
    messages = await plant.accept("a@example.net", "b@example.net")
    held = await plant.leases.claim(10)
    assert sorted(letter.message_id for letter in held) == messages
    clock.advance(jump)
    assert await plant.leases.claim(10) == []
    assert {(await plant.fate(message))[2] for message in messages} == {held[0].lease}


@JUMPS
async def test_what_is_accepted_after_the_jump_goes_at_once(plant, clock, jump):
    async with plant.working():
        [before] = await plant.accept("a@example.net")
        await plant.until(before, MessageState.SENT)
        clock.advance(jump)
        [after] = await plant.accept("b@example.net")
        await plant.until(after, MessageState.SENT)
        assert after > before


async def test_a_renewed_lease_is_safe_from_others_after_a_jump(plant, database, ids, clock):
    await plant.accept("a@example.net")
    assert await plant.leases.claim(10)
    clock.advance(HOUR)
    await plant.leases.renew()
    assert await Leases(database, ids, clock).claim(10) == []


@JUMPS
def test_ids_rise_through_a_jump_and_through_a_restart_after_it(clock, jump):
    generator = IdGenerator(clock)
    before = generator.next_ids(1_000)
    clock.advance(jump)
    after = generator.next_ids(1_000)
    restarted = IdGenerator(clock, after=after[-1]).next_ids(10)
    made = [*before, *after, *restarted]
    assert made == sorted(set(made))


@pytest.mark.parametrize("database_url", [None], ids=["sqlite"])
async def test_a_revoked_key_is_forgotten_in_time_when_the_clock_is_set_back(database, ids, clock):
    sealer = Sealer(new_master_key())
    accounts = Accounts(database, sealer, ids, clock)
    keys = (await accounts.create(acting(), "test")).keys
    authenticator = Authenticator(database, sealer, clock)
    assert await authenticator.check(*keys) is not None
    clock.advance(-DAY)
    assert authenticator.cached(*keys) is None


def test_nobody_is_locked_out_for_a_day_by_a_clock_that_was_set_back(clock):
    attempts = LoginAttempts(clock)
    for _ in range(MAX_FAILURES):
        attempts.failed("ann", "192.0.2.1")
    assert attempts.is_locked("ann", "192.0.2.1")
    clock.advance(-DAY)
    assert not attempts.is_locked("ann", "192.0.2.1")
