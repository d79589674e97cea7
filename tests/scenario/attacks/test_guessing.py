"""Guessing gets no hit, locks out nobody who is known, and costs bounded memory.

``AEROGRAM_TEST_GUESSES=100000`` makes it the attack of full size; ``pytest -s`` shows its figures.
"""

import asyncio
import os
import random
import smtplib
import sys

import pytest

from support.guessing import attack, basic, honest, megabytes
from support.process_tree import cpu_seconds
from support.server import running

GUESSES = int(os.environ.get("AEROGRAM_TEST_GUESSES", "3000"))
HOME, ELSEWHERE = "203.0.113.9", "198.51.100.200"
REST, BEARER, PAGE = "/v3/REST/contact", "/v1/REST/templates", "/inbox/list"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server in capture mode behind a proxy, which reports the addresses of its clients."""
    with running(
        tmp_path_factory.mktemp("guessing") / "data", trusted_proxies="127.0.0.1/32", rate_limit="none"
    ) as process:
        yield process


@pytest.fixture
def port(server):
    return int(server.url.rpartition(":")[2])


@pytest.fixture
def owner(server):
    return basic(server.settings["api_key"], server.settings["secret_key"])


def figures(text):
    """Show what was measured; pytest shows it with ``-s``."""
    sys.stdout.write(text + "\n")


def networks(count):
    """Networks of an attacker, and that of the owner: a neighbour guesses too."""
    dice = random.Random(9)
    return [HOME, *(f"10.{dice.randrange(256)}.{dice.randrange(256)}.{n % 256}" for n in range(count))]


def guesses(server, count):
    """Guesses at the owner's key, over all doors that take it, and as many names as guesses."""
    key, places = server.settings["api_key"], networks(500)
    for number in range(count):
        place = places[number % len(places)]
        yield REST, basic(key, f"{number:032x}"), place
        yield BEARER, f"Bearer {number:032x}", place
        yield REST, basic(f"{number:032x}", "x"), place
        yield REST, basic(f"ann{number}@example.com", "x"), place


async def test_no_guess_hits_and_the_owner_is_served_at_home(server, port, owner):
    pid, over = server.pid, asyncio.Event()
    assert (await attack(port, [(REST, owner, HOME)])) == {200: 1}
    cpu, memory = cpu_seconds(pid), megabytes(pid)
    at_home = asyncio.create_task(honest(port, REST, owner, HOME, over))
    found = await attack(port, guesses(server, GUESSES // 4))
    over.set()
    served, seconds = await at_home
    grown = megabytes(pid, "VmHWM") - memory
    figures(
        f"\n{sum(found.values())} guesses: {dict(found)}; owner at home: {dict(served)},"
        f" p99 {seconds[len(seconds) * 99 // 100] * 1000:.0f} ms; {cpu_seconds(pid) - cpu:.1f} s of CPU,"
        f" {grown:.0f} MB more at the peak"
    )
    assert set(found) <= {401, 429}
    assert set(served) == {200}
    assert seconds[len(seconds) * 99 // 100] < 1
    assert grown < 100
    # From elsewhere, where the owner was never seen, the guesses on the name keep everybody out for a while.
    assert (await attack(port, [(REST, owner, ELSEWHERE)])) == {429: 1}


async def test_the_right_key_of_a_neighbour_works_behind_any_number_of_wrong_names(server, port, owner):
    """Ten failures under other names, and a wrong key of a neighbour a hundred times, from one new address."""
    place = "192.0.2.77"
    made = server.answer_of("account", "create", "Neighbour")
    right = basic(made["api_key"], made["secret_key"])
    calls = [(REST, basic(f"name{number}", "x"), place) for number in range(15)]
    calls += [(REST, basic("one broken program", "x"), place)] * 100
    found = await attack(port, calls, clients=1)
    assert found == {401: 25, 429: 90}
    assert (await attack(port, [(REST, right, place)])) == {200: 1}


async def test_a_persons_right_password_where_only_keys_are_taken_locks_nothing(server, port):
    added = server.answer_of("account", "member", "add", server.settings["api_key"], "bob@example.com")
    right, place = basic("bob@example.com", added["password"]), "192.0.2.88"
    wrong_door = [(path, right, place) for path in ("/metrics", REST, BEARER) for _ in range(20)]
    assert set(await attack(port, wrong_door)) <= {401, 429}
    assert (await attack(port, [(PAGE, right, place)])) == {200: 1}


async def test_many_wrong_passwords_at_a_time_take_little_memory_and_give_it_back(server, port):
    pid = server.pid
    before = megabytes(pid)
    calls = [(PAGE, basic(f"ann{number}@example.com", "x"), None) for number in range(120)]
    found = await attack(port, calls, clients=60)
    peak, after = megabytes(pid, "VmHWM") - before, megabytes(pid) - before
    figures(f"\n{dict(found)}; {peak:.0f} MB more at the peak, {after:.0f} MB afterwards")
    assert set(found) == {401, 429}
    assert peak < 200
    assert after < 60


async def test_a_locked_name_is_answered_alike_whether_it_exists_or_not(server, port):
    place = "192.0.2.99"
    names = (server.settings["api_key"], "f" * 32)
    calls = [[(REST, basic(name, "x"), place)] * 12 for name in names]
    found = [await attack(port, each, clients=1) for each in calls]
    assert found[0][429] >= 2
    assert found[1] == {401: 10, 429: 2}


def test_nobody_is_locked_out_of_smtp_on_loopback(server):
    def login(secret):
        with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
            client.starttls()
            client.login(server.settings["api_key"], secret)

    for _ in range(12):
        with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
            login("x")
        assert refused.value.smtp_code == 535
    login(server.settings["secret_key"])
