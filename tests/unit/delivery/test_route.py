from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.delivery.routing.route import (
    Hop,
    Hops,
    RouteSettings,
    domain_of,
    fixed_hops,
    literal_hops,
    mx_hops,
    usable_addresses,
)
from aerogram.model.outcome import Bounced, Deferred, FailureState
from aerogram.net.dns_answers import LookupFailed, MxRecords, NoRecords, NoSuchName, NullMx

DIRECT = RouteSettings(hostname="mail.example.com")


def hosts_for(records, hostname="mail.example.com", seed=1):
    settings = RouteSettings(hostname=hostname)
    answer = mx_hops(settings, "example.net", MxRecords(tuple(records)), random.Random(seed))
    assert isinstance(answer, Hops)
    return [hop.host for hop in answer.hops]


def test_hosts_come_in_the_order_of_preference():
    assert hosts_for([(20, "b"), (10, "a"), (30, "c")]) == ["a", "b", "c"]


def test_hosts_of_equal_preference_share_the_load():
    orders = {tuple(hosts_for([(10, "a"), (10, "b"), (20, "c")], seed=seed)) for seed in range(30)}
    assert orders == {("a", "b", "c"), ("b", "a", "c")}


def test_hosts_at_or_behind_our_own_preference_are_left_out():
    records = [(10, "a"), (20, "mail.example.com"), (20, "b"), (30, "c")]
    assert hosts_for(records, hostname="Mail.Example.com") == ["a"]


def test_mail_that_would_come_back_is_refused():
    answer = mx_hops(DIRECT, "example.net", MxRecords(((10, "mail.example.com"),)), random.Random(1))
    assert isinstance(answer, Bounced)
    assert "5.4.6" in answer.reply
    assert not answer.is_hard


def test_a_domain_without_mx_is_its_own_host():
    answer = mx_hops(DIRECT, "example.net", NoRecords(), random.Random(1))
    assert answer == Hops(key="example.net", hops=(Hop("example.net", 25),), is_fixed=False)


@pytest.mark.parametrize(
    ("answer", "state"),
    [(NullMx(), FailureState.NO_MAIL_HOST), (NoSuchName(), FailureState.INVALID_DOMAIN)],
)
def test_a_domain_that_takes_no_mail_is_a_hard_bounce(answer, state):
    bounced = mx_hops(DIRECT, "example.net", answer, random.Random(1))
    assert isinstance(bounced, Bounced)
    assert (bounced.state, bounced.is_hard) == (state, True)


def test_a_dns_failure_is_a_deferral_and_never_a_bounce():
    deferred = mx_hops(DIRECT, "example.net", LookupFailed("SERVFAIL"), random.Random(1))
    assert isinstance(deferred, Deferred)
    assert "SERVFAIL" in deferred.reply


@given(
    records=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["a", "b", "c", "mail.example.com"])), min_size=1
    ),
    seed=st.integers(),
)
def test_no_order_ever_leads_back_to_ourselves(records, seed):
    answer = mx_hops(DIRECT, "example.net", MxRecords(tuple(records)), random.Random(seed))
    own = [preference for preference, host in records if host == "mail.example.com"]
    if isinstance(answer, Hops):
        best = {host: min(p for p, h in records if h == host) for _, host in records}
        assert "mail.example.com" not in [hop.host for hop in answer.hops]
        assert all(not own or best[hop.host] < min(own) for hop in answer.hops)
    else:
        assert own


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("ann@Example.NET", "example.net"),
        ("ann@example.net.", "example.net"),
        ("ann@bücher.example", "xn--bcher-kva.example"),
        ('"a@b"@example.net', "example.net"),
        ("ann@[192.0.2.1]", "[192.0.2.1]"),
        ("ann@", None),
        ("ann@\N{COMBINING GRAVE ACCENT}.example", None),
    ],
)
def test_the_domain_of_an_address(address, domain):
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("literal", "host"),
    [("[192.0.2.1]", "192.0.2.1"), ("[IPv6:2001:db8::1]", "2001:db8::1"), ("[ipv6:::1]", "::1")],
)
def test_an_address_literal_is_its_own_hop(literal, host):
    answer = literal_hops(DIRECT, literal)
    assert isinstance(answer, Hops)
    assert answer.hops == (Hop(host, 25),)


@pytest.mark.parametrize("literal", ["[example.net]", "[999.0.0.1]", "[]", "[x-tag:abc]"])
def test_a_malformed_literal_is_a_hard_bounce(literal):
    answer = literal_hops(DIRECT, literal)
    assert isinstance(answer, Bounced)
    assert answer.is_hard


def test_routes_come_before_the_relay_and_the_relay_before_mx():
    relay, special, rest = Hop("relay", 25), Hop("special", 2525), Hop("rest", 26)
    both = RouteSettings(hostname="m", relay=relay, routes={"example.net": special})
    assert fixed_hops(both, "example.net").hops == (special,)
    assert fixed_hops(both, "example.org").hops == (relay,)
    assert fixed_hops(RouteSettings(hostname="m", relay=relay, routes={"*": rest}), "a.b").hops == (rest,)
    assert fixed_hops(DIRECT, "example.net") is None


def test_addresses_of_this_machine_are_not_believed():
    found = (
        "127.0.0.1",
        "0.0.0.0",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "fe80::1",
        "224.0.0.1",
        "192.0.2.1",
    )
    assert usable_addresses(DIRECT, found) == ("192.0.2.1",)
    assert usable_addresses(RouteSettings(hostname="m", may_reach_itself=True), found) == found


def test_a_hop_never_shows_its_password():
    assert "s3cret" not in repr(Hop("relay", 25, username="u", password="s3cret"))
