"""Who gets a place among the connections, and who loses it."""

import functools
import ipaddress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.base.clock import DAY, ManualClock
from aerogram.base.networks import network_of
from aerogram.base.shared.layout import Number, Table
from aerogram.net import connections
from aerogram.net.connections import ConnectionLimiter
from support.together import together


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


class TestSeveralProcesses:
    """Each counts its own connections, and decides by those of all."""

    @pytest.fixture
    def processes(self, make):
        with together(2) as (supervisor, children):
            made = [make(across=child) for child in children]
            made[0].supervisor = supervisor
            yield made

    def test_the_total_is_that_of_all_and_the_next_one_takes_a_place_of_the_process_that_got_it(
        self, processes
    ):
        one, other = processes
        for number in range(10):
            assert processes[number % 2].enter(number, f"192.0.2.{number}")
        assert other.enter("new", "198.51.100.1")
        assert (one.closed, other.closed) == ([], [1])
        assert one.limiter.count + other.limiter.count == 10

    def test_a_process_closes_no_connection_of_another(self, processes):
        one, other = processes
        fill(one)
        assert not other.enter("new", "198.51.100.1")
        assert one.closed == []
        one.visits[0].leave()
        assert other.enter("new", "198.51.100.1")

    def test_room_for_proven_clients_is_kept_in_all_together(self, processes):
        one, other = processes
        fill(one, works=True)
        for number in range(4):
            assert other.enter(number, "203.0.113.1", is_proven=True)
            other.visits[number].works()
        assert not other.enter("one more", "203.0.113.2", is_proven=True)

    def test_a_network_has_its_connections_in_all_together(self, processes):
        one, other = processes
        assert one.enter("a", "192.0.2.1")
        assert one.enter("b", "192.0.2.1")
        assert other.enter("c", "192.0.2.1")
        assert other.enter("d", "192.0.2.1")
        assert (one.closed, other.closed) == ([], ["c"])
        other.visits["d"].works()
        assert not other.enter("e", "192.0.2.1")
        assert other.enter("neighbour", "192.0.2.2")
        one.visits["a"].leave()
        assert other.enter("e", "192.0.2.1")

    def test_who_has_signed_in_at_one_is_proven_at_the_other_for_a_day(self, processes):
        one, other = processes
        assert one.enter("ann", "203.0.113.1")
        one.visits["ann"].prove()
        assert other.enter("ann", "203.0.113.1")
        assert other.visits["ann"].is_proven
        other.clock.advance(DAY)
        assert other.enter("later", "203.0.113.1")
        assert not other.visits["later"].is_proven

    def test_connections_of_a_dead_process_count_no_more(self, processes):
        one, other = processes
        for number in range(3):
            assert one.enter(number, "192.0.2.1")
        for number in range(3, 10):
            assert one.enter(number, f"192.0.3.{number}")
        assert not other.enter("new", "192.0.2.1")
        one.supervisor.left(0)
        assert other.enter("new", "192.0.2.1")

    def test_proxies_have_no_limit_in_all_together(self, make):
        shared = [ipaddress.ip_network("10.0.0.0/8")]
        with together(2) as (_, children):
            one, other = [make(across=child, shared=shared) for child in children]
            for number in range(5):
                assert one.enter(number, "10.1.2.3")
                assert other.enter(number, "10.1.2.3")
            assert one.closed == other.closed == []


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


@given(STEPS, st.lists(st.integers(0, 2), max_size=200))
@settings(deadline=None)
def test_what_processes_say_of_themselves_is_what_they_hold(steps, slots):
    """Whatever happens, each sees of the others exactly what is open there, by network and in total."""
    with together(3) as (supervisor, children):
        limiters = [ConnectionLimiter(ManualClock(), max_descriptors=40, across=child) for child in children]
        visits = []
        for (what, number, is_proven), slot in zip(steps, slots, strict=False):
            if what == "enter":
                ip = f"192.0.2.{number % 7}"
                visit = limiters[slot].enter(ip, lambda: None, is_proven=is_proven)
                if visit is not None:
                    visits.append((slot, ip, visit))
            elif visits:
                getattr(visits[number % len(visits)][2], what)()
        still_open = [(slot, ip) for slot, ip, visit in visits if visit.is_open]
        assert supervisor.number(Number.CONNECTIONS).total() == len(still_open)
        for own, child in enumerate(children):
            table = child.gauges(Table.CONNECTIONS)
            for last in range(7):
                elsewhere = [ip for slot, ip in still_open if slot != own and ip == f"192.0.2.{last}"]
                assert table.of_others(network_of(f"192.0.2.{last}")) == len(elsewhere)
