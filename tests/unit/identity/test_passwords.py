"""Passwords are checked a few at a time, at the same cost whoever asks, and nobody fills the queue for all."""

import asyncio
import threading

import pytest

from aerogram.identity.accounts import hashed_password
from aerogram.identity.passwords import (
    MAX_CHECKS,
    MAX_REMEMBERED,
    MAX_WAITING,
    MAX_WAITING_PER_NETWORK,
    NOBODY,
    Passwords,
    TooManyLoginsError,
)


class Slow:
    """A check that takes as long as the test wants."""

    def __init__(self):
        self.go = threading.Event()
        self.asked = []
        self.running = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, password_hash, password):
        with self._lock:
            self.asked.append(password_hash)
            self.running += 1
            self.most = max(self.most, self.running)
        self.go.wait(30)
        with self._lock:
            self.running -= 1
        return password_hash == f"hash of {password}"


async def answers(passwords, slow, *calls):
    tasks = [asyncio.create_task(passwords.is_right(*call, **options)) for *call, options in calls]
    await asyncio.sleep(0)
    slow.go.set()
    return await asyncio.gather(*tasks, return_exceptions=True)


def from_networks(count, each=1):
    return [("hash", "wrong", f"192.0.2.{number}", {}) for number in range(count) for _ in range(each)]


async def test_few_run_at_a_time():
    slow = Slow()
    assert await answers(Passwords(slow), slow, *from_networks(MAX_WAITING)) == [False] * MAX_WAITING
    assert slow.most <= MAX_CHECKS


async def test_beyond_the_queue_the_answer_is_come_again():
    slow = Slow()
    found = await answers(Passwords(slow), slow, *from_networks(MAX_WAITING + 5))
    assert [type(each) for each in found[MAX_WAITING:]] == [TooManyLoginsError] * 5
    assert found[-1].seconds > 0
    assert len(slow.asked) == MAX_WAITING


async def test_one_network_cannot_fill_the_queue():
    slow = Slow()
    calls = [*from_networks(1, each=MAX_WAITING), ("hash of x", "x", "198.51.100.1", {})]
    found = await answers(Passwords(slow), slow, *calls)
    assert found.count(False) == MAX_WAITING_PER_NETWORK
    assert found[-1] is True


async def test_a_full_queue_does_not_keep_out_who_has_signed_in_from_there():
    slow = Slow()
    calls = [*from_networks(MAX_WAITING), ("hash of x", "x", "198.51.100.1", {"is_expected": True})]
    assert (await answers(Passwords(slow), slow, *calls))[-1] is True


async def test_there_is_room_again_afterwards():
    slow = Slow()
    passwords = Passwords(slow)
    for _ in range(3):
        assert set(await answers(passwords, slow, *from_networks(MAX_WAITING))) == {False}
    assert not passwords._waiting


async def test_who_gives_up_leaves_no_more_than_the_running_checks():
    slow = Slow()
    passwords = Passwords(slow)
    for _ in range(5):
        tasks = [asyncio.create_task(passwords.is_right(*call)) for *call, _ in from_networks(MAX_WAITING)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    slow.go.set()
    assert await passwords.is_right("hash of x", "x", "192.0.2.1")
    assert slow.most <= MAX_CHECKS
    assert len(slow.asked) <= MAX_CHECKS + 1


async def test_the_password_of_nobody_costs_a_check_and_is_never_right():
    slow = Slow()
    slow.go.set()
    passwords = Passwords(slow)
    for _ in range(2):
        assert not await passwords.is_right(None, "x", "192.0.2.1")
    assert slow.asked == [NOBODY, NOBODY]


async def test_a_right_password_is_checked_once_and_a_wrong_one_each_time():
    slow = Slow()
    slow.go.set()
    passwords = Passwords(slow)
    for password in ("x", "x", "y", "y"):
        await passwords.is_right("hash of x", password, "192.0.2.1")
    assert len(slow.asked) == 3
    assert not await passwords.is_right("hash of z", "x", "192.0.2.1")


async def test_few_right_passwords_are_remembered():
    slow = Slow()
    slow.go.set()
    passwords = Passwords(slow)
    for number in range(MAX_REMEMBERED + 10):
        await passwords.is_right(f"hash of {number}", f"{number}", "192.0.2.1")
    assert len(passwords._right) == MAX_REMEMBERED


@pytest.mark.parametrize("password", ["right", "wrong", "", "é", "x" * 10_000])
async def test_argon2_tells_right_from_wrong(password):
    found = hashed_password("right")
    assert await Passwords().is_right(found, password, "192.0.2.1") is (password == "right")
