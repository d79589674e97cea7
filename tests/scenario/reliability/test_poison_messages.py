"""One message that breaks what touches it: it is held for an operator, and the others go on."""

import asyncio

import pytest

from aerogram.base.errors import SettingsError, UnavailableError
from aerogram.delivery.outcomes import recorder as recorder_module
from aerogram.model.message import MessageState
from aerogram.store.blobs import INLINE_LIMIT_BYTES
from support.submissions import MAIL
from support.webhooks import eventually

LARGE = MAIL + (b"y" * 76 + b"\r\n") * (INLINE_LIMIT_BYTES // 70)


HOUR_MS = 3_600_000
"""Longer than the first retry waits."""


def broken_for(domain):
    if domain == "example.org":
        raise SettingsError("master_key: a stored secret was sealed with another key.")


def breaking(function, poison, error):
    """Wrap a function of a letter so that it fails for one message."""

    def wrapped(letter, *rest):
        if letter.recipient == poison:
            raise error
        return function(letter, *rest)

    return wrapped


async def test_an_error_in_composing_one_mail_holds_it_and_no_other(plant):
    plant.composer.compose = breaking(plant.composer.compose, "poison@example.net", TypeError("a bug"))
    [poison] = await plant.accept("poison@example.net")
    [other] = await plant.accept("bob@example.net")
    async with plant.working():
        await plant.until(other, MessageState.SENT)
        assert "internal error" in await plant.until(poison, MessageState.HELD)
        [later] = await plant.accept("eve@example.net")
        await plant.until(later, MessageState.SENT)


async def test_an_error_in_concluding_one_outcome_holds_it_and_no_other(plant, monkeypatch):
    original = recorder_module.change_for
    error = ValueError("a bug")

    def change_for(letter, outcome, *rest):
        if letter.recipient == "poison@example.net" and type(outcome).__name__ == "Delivered":
            raise error
        return original(letter, outcome, *rest)

    monkeypatch.setattr(recorder_module, "change_for", change_for)
    [poison] = await plant.accept("poison@example.net")
    [other] = await plant.accept("bob@example.net")
    async with plant.working():
        await plant.until(other, MessageState.SENT)
        assert "internal error" in await plant.until(poison, MessageState.HELD)
    assert plant.leases.held == 0


async def test_a_transport_that_refuses_one_letter_holds_it_and_no_other(plant):
    carry = plant.transport.send

    def send(dispatch):
        if dispatch.letter.recipient == "poison@example.net":
            raise LookupError("a bug")
        carry(dispatch)

    plant.transport.send = send
    [poison] = await plant.accept("poison@example.net")
    [other] = await plant.accept("bob@example.net")
    async with plant.working():
        await plant.until(other, MessageState.SENT)
        assert "internal error" in await plant.until(poison, MessageState.HELD)


async def test_a_mail_whose_stored_body_is_gone_is_held_with_the_reason(plant):
    [poison] = await plant.accept("poison@example.net", body=LARGE)
    [other] = await plant.accept("bob@example.net")
    [file] = [path for path in plant.blobs._folder.rglob("*") if path.is_file()]
    file.unlink()
    async with plant.working():
        await plant.until(other, MessageState.SENT)
        assert "is missing" in await plant.until(poison, MessageState.HELD)


async def test_a_stored_body_that_cannot_be_read_now_defers_its_mail_and_no_other(plant):
    read, error = plant.blobs.read, UnavailableError("The stored body cannot be read: Input/output error.")

    def failing(_):
        raise error

    plant.blobs.read = failing
    [large] = await plant.accept("large@example.net", body=LARGE)
    [other] = await plant.accept("bob@example.net")
    async with plant.working():
        await plant.until(other, MessageState.SENT)
        await eventually(lambda: plant.events(large))
        state, reply, lease, _ = await plant.fate(large)
        assert (state, lease) == (MessageState.QUEUED, 0)
        assert "Input/output" in reply
        plant.blobs.read = read
        plant.clock.advance(HOUR_MS)
        await plant.until(large, MessageState.SENT)


async def test_a_domain_whose_keys_cannot_be_opened_holds_its_mail_and_no_other(plant):
    plant.keyring._nearest = lambda _account, domain, _rows: broken_for(domain)
    [poison] = await plant.accept("poison@example.net")
    [other] = await plant.accept("bob@example.net", from_email="ann@example.com")
    async with plant.working():
        await plant.until(other, MessageState.SENT)
        assert "sealed with another key" in await plant.until(poison, MessageState.HELD)


async def test_keys_that_cannot_be_read_for_a_moment_leave_no_letter_behind(plant):
    load, failures = plant.keyring.load, [UnavailableError("away")]

    async def failing(wanted):
        if failures:
            raise failures.pop()
        await load(wanted)

    plant.keyring.load = failing
    [message] = await plant.accept("bob@example.net")
    async with plant.working():
        await plant.until(message, MessageState.SENT)
    assert not failures


async def test_a_mail_that_took_three_workers_with_it_is_held_and_those_claimed_with_it_are_sent(
    plant, ids, clock
):
    [poison] = await plant.accept("poison@example.net")
    others = [(await plant.accept(f"a{number}@example.net"))[0] for number in range(5)]
    crashes = 0

    class CrashError(BaseException):
        pass

    error = CrashError()
    plant.composer.compose = breaking(plant.composer.compose, "poison@example.net", error)
    # What comes first is the poison: whatever was claimed with it goes down with the worker.
    while (await plant.fate(poison))[0] is not MessageState.HELD:
        plant.leases = type(plant.leases)(plant.database, ids, clock)
        worker = plant.worker()
        task = asyncio.create_task(worker.run())
        held = asyncio.create_task(plant.until(poison, MessageState.HELD))
        await asyncio.wait([task, held], return_when=asyncio.FIRST_COMPLETED)
        if held.done():
            for other in others:
                await plant.until(other, MessageState.SENT)
            await worker.stop(1.0)
            await task
            break
        held.cancel()
        with pytest.raises(CrashError):
            await task
        crashes += 1
        assert crashes <= 3
        clock.advance(60_000)
    assert crashes == 3
    assert "workers died" in (await plant.fate(poison))[1]
