"""Guessing made slow, without locking out who has the right secret."""

import base64
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.base.clock import DAY, ManualClock
from aerogram.doors.asgi.authentication import HttpAuthenticator, UnauthenticatedError
from aerogram.doors.smtp.policy import AUTH_LOCKED, SmtpPolicy
from aerogram.identity.attempts import (
    MAX_FAILURES,
    MAX_FAILURES_OF_NAME,
    MAX_FAILURES_OF_NETWORK,
    WINDOW_MS,
    LockedOutError,
    LoginAttempts,
)
from aerogram.identity.proven import MAX_PROVEN_PER_NAME, PROVEN_MS
from aerogram.identity.rate import RateLimiter, payer
from aerogram.model.account import CredentialKind, Principal
from aerogram.wire.smtp.replies import AUTHENTICATION_FAILED
from support.together import Spread, together

HERE, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture(params=["alone", "several processes"])
def attempts(request, clock):
    if request.param == "alone":
        yield LoginAttempts(clock)
        return
    with together(3) as (_, children):
        yield Spread([LoginAttempts(clock, across=child) for child in children])


def fail(attempts, times, name="key", ip=HERE, **options):
    for _ in range(times):
        attempts.failed(name, ip, **options)


def fail_everywhere(attempts, times, name="key"):
    for number in range(times):
        attempts.failed(name, f"203.0.{number // 250}.{number % 250}")


class TestANameFromANetwork:
    def test_ten_failures_lock_it_for_the_window(self, attempts, clock):
        fail(attempts, MAX_FAILURES - 1)
        assert not attempts.is_locked("key", HERE)
        fail(attempts, 1)
        assert attempts.locked_seconds("key", HERE) == WINDOW_MS // 1000
        clock.advance(WINDOW_MS)
        assert not attempts.is_locked("key", HERE)

    def test_another_name_from_the_same_network_is_not_locked(self, attempts):
        fail(attempts, MAX_FAILURES * 2)
        assert not attempts.is_locked("another", HERE)

    def test_ten_failures_under_any_names_lock_no_other_name(self, attempts):
        for number in range(MAX_FAILURES):
            attempts.failed(f"key{number}", HERE)
        assert not attempts.is_locked("another", HERE)

    def test_the_owner_is_not_locked_out_from_another_network(self, attempts):
        fail(attempts, MAX_FAILURES * 3)
        assert not attempts.is_locked("key", ELSEWHERE)

    @pytest.mark.parametrize("spelling", ["ANN@example.com", " ann@example.com ", "Ann@Example.COM\t"])
    def test_spellings_of_a_name_are_one_name(self, attempts, spelling):
        fail(attempts, MAX_FAILURES, "ann@example.com")
        assert attempts.is_locked(spelling, HERE)

    def test_long_names_that_begin_alike_are_several(self, attempts):
        fail(attempts, MAX_FAILURES, "a" * 5000 + "b")
        assert attempts.is_locked("a" * 5000 + "b", HERE)
        assert not attempts.is_locked("a" * 5000 + "c", HERE)

    def test_success_resets_its_failures(self, attempts, clock):
        fail(attempts, MAX_FAILURES - 1)
        attempts.succeeded("key", HERE)
        clock.advance(PROVEN_MS + 1)
        fail(attempts, MAX_FAILURES - 1)
        assert not attempts.is_locked("key", HERE)


class TestAllNetworks:
    def test_a_hundred_failures_of_a_name_lock_it_from_networks_that_are_not_proven(self, attempts):
        attempts.succeeded("key", HERE)
        fail_everywhere(attempts, MAX_FAILURES_OF_NAME - 1)
        assert not attempts.is_locked("key", ELSEWHERE)
        attempts.failed("key", "203.0.113.200")
        assert attempts.is_locked("key", ELSEWHERE)
        assert not attempts.is_locked("key", HERE)
        assert not attempts.is_locked("another", ELSEWHERE)

    def test_success_somewhere_does_not_reset_the_failures_of_others(self, attempts):
        fail_everywhere(attempts, MAX_FAILURES_OF_NAME)
        attempts.succeeded("key", HERE)
        assert attempts.is_locked("key", ELSEWHERE)


class TestAllNames:
    def test_very_many_failures_lock_a_network_for_names_that_are_not_proven_there(self, attempts):
        attempts.succeeded("key", HERE)
        for number in range(MAX_FAILURES_OF_NETWORK):
            attempts.failed(f"name{number}", HERE)
        assert attempts.is_locked("another", HERE)
        assert not attempts.is_locked("key", HERE)
        assert not attempts.is_locked("another", ELSEWHERE)


class TestProvenPairs:
    def test_failures_of_others_never_lock_it(self, attempts):
        attempts.succeeded("key", HERE)
        fail(attempts, 5_000)
        fail_everywhere(attempts, 5_000)
        assert not attempts.is_locked("key", HERE)

    def test_it_is_not_proven_forever(self, attempts, clock):
        attempts.succeeded("key", HERE)
        clock.advance(PROVEN_MS + 1)
        fail(attempts, MAX_FAILURES)
        assert attempts.is_locked("key", HERE)

    def test_one_name_cannot_displace_the_others(self, attempts):
        attempts.succeeded("owner", HERE)
        for number in range(MAX_PROVEN_PER_NAME * 10):
            attempts.succeeded("greedy", f"203.0.{number // 250}.{number % 250}")
        assert not attempts.is_expected("greedy", "203.0.0.0")
        assert attempts.is_expected("owner", HERE)
        assert MAX_PROVEN_PER_NAME <= len(attempts._proven) <= MAX_PROVEN_PER_NAME + 1


class TestDoorsForKeysOnly:
    def test_an_address_presented_there_locks_neither_the_person_nor_the_network(self, attempts):
        fail(attempts, 5_000, "ann@example.com", only_keys=True)
        assert attempts.is_locked("ann@example.com", HERE, only_keys=True)
        assert not attempts.is_locked("ann@example.com", HERE)
        assert not attempts.is_locked("key", HERE, only_keys=True)

    def test_a_key_is_one_name_at_all_doors(self, attempts):
        fail(attempts, MAX_FAILURES, "key", only_keys=True)
        assert attempts.is_locked("key", HERE)

    def test_very_many_addresses_lock_only_addresses(self, attempts):
        for number in range(MAX_FAILURES_OF_NETWORK):
            attempts.failed(f"ann{number}@example.com", HERE, only_keys=True)
        assert attempts.is_locked("bob@example.com", HERE, only_keys=True)
        assert not attempts.is_locked("key", HERE, only_keys=True)
        assert not attempts.is_locked("bob@example.com", HERE)


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", ""])
def test_loopback_is_never_locked_out_and_counts_against_nobody(attempts, ip):
    fail(attempts, MAX_FAILURES_OF_NETWORK * 2, ip=ip)
    assert not attempts.is_locked("key", ip)
    assert not attempts.is_locked("key", HERE)


def test_a_clock_that_was_set_back_locks_nobody(attempts, clock):
    fail(attempts, MAX_FAILURES)
    clock.advance(-DAY)
    assert not attempts.is_locked("key", HERE)
    fail(attempts, MAX_FAILURES)
    assert attempts.is_locked("key", HERE)


@given(st.text(), st.text(max_size=45), st.booleans())
def test_any_name_and_any_address_is_counted(name, ip, only_keys):
    attempts = LoginAttempts(_Still())
    fail(attempts, MAX_FAILURES, name, ip, only_keys=only_keys)
    assert attempts.is_locked(name, ip, only_keys=only_keys) is bool(ip)


def test_strangers_cannot_make_it_forget_who_is_locked(attempts, clock):
    dice = random.Random(4)
    fail(attempts, MAX_FAILURES)
    fail_everywhere(attempts, MAX_FAILURES_OF_NAME, "victim")
    attempts.succeeded("owner", HERE)
    for _ in range(120_000):
        attempts.failed(f"{dice.getrandbits(60)}", f"2001:db8:{dice.getrandbits(16):x}::1")
        clock.advance(1)
    assert attempts.is_locked("key", HERE)
    assert attempts.is_locked("victim", ELSEWHERE)
    assert attempts.is_expected("owner", HERE)


NAMES, IPS = ["key", "ann@example.com", "bob"], [HERE, ELSEWHERE, "2001:db8::1"]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from(["failed", "failed", "failed", "failed", "succeeded"]),
            st.sampled_from(NAMES),
            st.sampled_from(IPS),
            st.integers(1, 6),
            st.sampled_from([0, 0, 1, WINDOW_MS // 3, WINDOW_MS, PROVEN_MS]),
        ),
        max_size=40,
    )
)
@settings(deadline=None)
def test_several_processes_answer_as_one_would(steps):
    clock = ManualClock()
    alone = LoginAttempts(clock)
    with together(3) as (_, children):
        several = [LoginAttempts(clock, across=child) for child in children]
        for slot, what, name, ip, times, pause in steps:
            clock.advance(pause)
            for number in range(times):
                getattr(alone, what)(name, ip)
                getattr(several[(slot + number) % 3], what)(name, ip)
            for who in itertools.product(NAMES, IPS):
                assert {each.locked_seconds(*who) for each in several} == {alone.locked_seconds(*who)}
                assert {each.is_expected(*who) for each in several} == {alone.is_expected(*who)}


class _Still:
    def now_ms(self):
        return 1_700_000_000_000


class Keys:
    """One key pair, and no domain token."""

    async def check(self, key, secret):
        is_right = (key, secret) == ("key", "right")
        return Principal(account_id=1, kind=CredentialKind.API_KEY, label=key) if is_right else None

    async def check_token(self, _):
        return None

    async def is_suspended(self, *_):
        return False

    def cached(self, *_):
        return None


class Knowing:
    async def remember(self, _):
        return None


class TestOneBookForAllDoors:
    """A login counts wherever it is tried, and is refused in the words of the door."""

    @pytest.fixture
    def smtp(self, attempts):
        parts = dict.fromkeys(("rate", "acceptor", "trusted", "references"))
        return SmtpPolicy(authenticator=Keys(), attempts=attempts, authorizer=Knowing(), **parts)

    @pytest.fixture
    def http(self, attempts, clock):
        return HttpAuthenticator(Keys(), attempts, RateLimiter(None, clock), Keys())

    @staticmethod
    def basic(text, ip=HERE):
        token = base64.b64encode(text.encode())
        return {"headers": [(b"authorization", b"Basic " + token)], "client": (ip, 1)}

    async def test_failures_over_http_lock_smtp(self, smtp, http):
        for _ in range(MAX_FAILURES):
            with pytest.raises(UnauthenticatedError):
                await http.admit(self.basic("key:wrong"))
        assert await smtp.login("key", "right", HERE) == AUTH_LOCKED
        assert (await smtp.login("key", "right", ELSEWHERE)).account_id == 1
        assert await smtp.login("another", "wrong", HERE) == AUTHENTICATION_FAILED

    async def test_failures_over_smtp_lock_http(self, smtp, http):
        for _ in range(MAX_FAILURES):
            assert await smtp.login("key", "wrong", HERE) == AUTHENTICATION_FAILED
        with pytest.raises(LockedOutError) as locked:
            await http.admit(self.basic("key:right"))
        assert locked.value.seconds == WINDOW_MS // 1000
        assert (await http.admit(self.basic("key:right", ELSEWHERE))).account_id == 1

    async def test_a_key_that_was_right_at_one_door_passes_at_the_other(self, smtp, http):
        await http.admit(self.basic("key:right"))
        for _ in range(MAX_FAILURES * 2):
            assert await smtp.login("key", "wrong", HERE) == AUTHENTICATION_FAILED
        assert (await smtp.login("key", "right", HERE)).account_id == 1

    async def test_the_wrong_token_of_a_neighbour_locks_no_other_token(self, smtp):
        for _ in range(MAX_FAILURES * 2):
            await smtp.login("wrong token", "wrong token", HERE)
        assert await smtp.login("other token", "other token", HERE) == AUTHENTICATION_FAILED


def test_the_sandbox_of_an_account_uses_up_a_limit_of_its_own(clock):
    limiter = RateLimiter(1, clock)
    assert limiter.take(payer(1, is_sandboxed=True)) == 0
    assert limiter.take(payer(1, is_sandboxed=True)) > 0
    assert limiter.take(payer(1, is_sandboxed=False)) == 0
