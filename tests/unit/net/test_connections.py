"""Who gets a place among the connections, and who loses it."""

import functools
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.clock import DAY, ManualClock
from aerogram.net import connections
from aerogram.net.connections import ConnectionLimiter


class Clients:
    """Open connections by name, as many as a test wants."""

    def __init__(self, limiter):
        self.limiter, self.closed, self.visits = limiter, [], {}

    def enter(self, name, ip, **options):
        visit = self.limiter.enter(ip, lambda: self.closed.append(name), **options)
        if visit is not None:
            self.visits[name] = visit
        return visit is not None


@pytest.fixture
def make(monkeypatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 10)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS_OF_PROVEN", 4)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS_PER_CLIENT", 3)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS_PER_PROVEN_CLIENT", 6)
    clock = ManualClock()

    def making(**options):
        clients = Clients(ConnectionLimiter(clock, **options))
        clients.clock = clock
        return clients

    return making


def fill(clients, *, works=False):
    for number in range(10):
        assert clients.enter(number, f"192.0.2.{number}")
        if works:
            clients.visits[number].works()


def test_when_it_is_full_the_stranger_that_has_waited_longest_makes_room(make):
    clients = make()
    fill(clients)
    assert clients.enter("new", "198.51.100.1")
    assert clients.enter("newer", "198.51.100.2")
    assert clients.closed == [0, 1]
    assert clients.limiter.count == 10


def test_a_client_that_waits_for_us_keeps_its_place_and_one_that_is_served_is_last_in_line(make):
    clients = make()
    fill(clients)
    clients.visits[0].works()
    clients.visits[1].works()
    clients.visits[1].waits()
    for number in range(9):
        assert clients.enter(f"new {number}", f"198.51.100.{number}")
    assert clients.closed == [2, 3, 4, 5, 6, 7, 8, 9, 1]


def test_nobody_enters_while_all_wait_for_us(make):
    clients = make()
    fill(clients, works=True)
    assert not clients.enter("new", "198.51.100.1")
    assert clients.closed == []
    clients.visits[3].leave()
    assert clients.enter("new", "198.51.100.1")


def test_room_is_kept_for_clients_that_have_signed_in_lately(make):
    clients = make()
    assert clients.enter("ann", "203.0.113.1")
    clients.visits["ann"].prove()
    clients.visits["ann"].leave()
    fill(clients, works=True)
    assert [clients.enter(f"ann {number}", "203.0.113.1") for number in range(5)] == [True] * 4 + [True]
    assert clients.closed == ["ann 0"]
    assert not clients.enter("stranger", "198.51.100.1")


def test_strangers_take_no_place_from_proven_clients(make):
    clients = make()
    assert clients.enter("ann", "203.0.113.1", is_proven=True)
    for number in range(30):
        clients.enter(number, f"192.0.2.{number}")
    assert "ann" not in clients.closed
    assert clients.visits["ann"].is_open


def test_proven_clients_take_the_places_of_strangers_first(make):
    clients = make()
    assert clients.enter("ann", "203.0.113.1", is_proven=True)
    for number in range(9):
        clients.enter(number, f"192.0.2.{number}")
    for number in range(4):
        assert clients.enter(f"bob {number}", "203.0.113.2", is_proven=True)
    assert clients.closed == []
    assert clients.enter("bob 4", "203.0.113.2", is_proven=True)
    assert clients.closed == [0]


def test_a_network_is_proven_for_a_day(make):
    clients = make()
    clients.enter("ann", "203.0.113.1")
    clients.visits["ann"].prove()
    fill_from = [f"192.0.2.{number}" for number in range(9)]
    for ip in fill_from:
        clients.enter(ip, ip)
        clients.visits[ip].works()
    clients.visits["ann"].works()
    assert clients.enter("lately", "203.0.113.1")
    clients.visits["lately"].leave()
    clients.clock.advance(DAY)
    assert not clients.enter("later", "203.0.113.1")


def test_the_networks_that_are_remembered_are_bounded_and_the_oldest_is_forgotten(make, monkeypatch):
    monkeypatch.setattr(connections, "MAX_PROVEN_NETWORKS", 2)
    clients = make()
    for number in range(3):
        clients.enter(number, f"203.0.113.{number}")
        clients.visits[number].prove()
        clients.visits[number].leave()
    for number in range(3):
        clients.enter(number, f"203.0.113.{number}")
    assert [clients.visits[number].is_proven for number in range(3)] == [False, True, True]


@pytest.mark.parametrize(
    "ips",
    [
        ["192.0.2.1"] * 4,
        ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1", "::ffff:c000:201"],
        ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::", "2001:db8::3%eth0"],
    ],
)
def test_one_client_is_an_ipv4_address_or_an_ipv6_64_and_its_oldest_makes_room_for_its_next(make, ips):
    clients = make()
    for number, ip in enumerate(ips):
        assert clients.enter(number, ip)
    assert clients.closed == [0]
    for number in (1, 2, 3):
        clients.visits[number].works()
    assert not clients.enter("one more", ips[0])
    assert clients.enter("a neighbour", "2001:db8:0:1::1")


def test_proxies_are_shared_by_many_clients_so_they_have_no_limit_and_prove_only_one_connection(make):
    clients = make(shared=[ipaddress.ip_network("10.0.0.0/8")])
    for number in range(10):
        assert clients.enter(number, "10.1.2.3")
    clients.visits[0].prove()
    assert clients.enter("new", "10.1.2.3")
    assert not clients.visits["new"].is_proven
    assert clients.closed == [1]


@pytest.mark.parametrize(
    ("descriptors", "strangers", "all_"), [(256, 107, 128), (1_024, 427, 512), (8_000, 5_000, 6_000)]
)
def test_descriptors_are_kept_for_the_store_and_for_mail_that_leaves(descriptors, strangers, all_):
    limiter = ConnectionLimiter(ManualClock(), max_descriptors=descriptors)
    assert limiter.max_connections == strangers
    assert limiter.max_connections + limiter.max_of_proven == all_
    assert all_ <= max(descriptors - 512, descriptors // 2)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter", "works", "waits", "prove", "leave"]), st.integers(0, 40), st.booleans()
    ),
    max_size=200,
)


@given(STEPS)
def test_the_count_is_that_of_open_connections_whatever_happens(steps):
    limiter = ConnectionLimiter(ManualClock(), max_descriptors=40)
    visits, closed = [], set()
    for what, number, is_proven in steps:
        if what == "enter":
            visit = limiter.enter(
                f"192.0.2.{number % 7}", functools.partial(closed.add, len(visits)), is_proven=is_proven
            )
            if visit is not None:
                visits.append(visit)
        elif visits:
            getattr(visits[number % len(visits)], what)()
    still_open = [visit for visit in visits if visit.is_open]
    assert limiter.count == len(still_open) <= 20
    assert all(not visits[at].is_open for at in closed)
    assert set(limiter._waiting_strangers) | set(limiter._waiting_proven) == {
        visit for visit in still_open if visit.is_waiting
    }
    for visit in still_open:
        visit.leave()
    assert limiter.count == 0
    assert not limiter._by_network
