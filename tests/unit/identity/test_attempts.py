"""Brute force made slow, without locking out who has the right secret."""

import pytest

from aerogram.identity.attempts import MAX_FAILURES, WINDOW_MS, LoginAttempts


@pytest.fixture
def attempts(clock):
    return LoginAttempts(clock)


def fail(attempts, times, name="key", ip="192.0.2.1"):
    for _ in range(times):
        attempts.failed(name, ip)


def test_ten_failures_lock_the_network_for_the_window(attempts, clock):
    fail(attempts, MAX_FAILURES - 1)
    assert not attempts.is_locked("key", "192.0.2.1")
    fail(attempts, 1)
    assert attempts.is_locked("key", "192.0.2.1")
    clock.advance(WINDOW_MS + 1)
    assert not attempts.is_locked("key", "192.0.2.1")


def test_another_name_from_the_same_network_is_locked_too(attempts):
    for number in range(MAX_FAILURES):
        attempts.failed(f"key{number}", "192.0.2.1")
    assert attempts.is_locked("another", "192.0.2.1")


def test_the_owner_is_not_locked_out_from_another_network(attempts):
    fail(attempts, MAX_FAILURES * 3)
    assert not attempts.is_locked("key", "198.51.100.7")


def test_a_whole_ipv6_subscriber_counts_as_one(attempts):
    for number in range(MAX_FAILURES):
        attempts.failed("key", f"2001:db8::{number:x}")
    assert attempts.is_locked("key", "2001:db8::ffff")
    assert not attempts.is_locked("key", "2001:db8:1::1")


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_never_locked_out(attempts, ip):
    fail(attempts, 100, ip=ip)
    assert not attempts.is_locked("key", ip)
