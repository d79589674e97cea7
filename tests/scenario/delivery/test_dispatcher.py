"""Many letters over many connections: the dispatcher against cooperative and hostile servers."""

from __future__ import annotations

import asyncio
import random

import msgspec
import pytest

from aerogram.delivery.connections.destination_queue import Limits
from aerogram.delivery.connections.dispatch import Dispatch
from aerogram.delivery.connections.dispatcher import Dispatcher
from aerogram.delivery.connections.hop_health import HopHealth
from aerogram.delivery.routing.route import Hop, RouteSettings
from aerogram.delivery.routing.router import Router
from aerogram.model.message import ContentKind, Letter
from aerogram.model.outcome import Bounced, Deferred, Delivered, FailureState
from aerogram.net.dns import Resolver
from scenario.delivery.servers import (
    CUT,
    EHLO_PLAIN,
    GO_AHEAD,
    HANG,
    OK,
    converse,
    scripted,
    take_mails,
    unused_port,
)
from scenario.zones import SERVFAIL, name_server
from support.waiting import until


def a_letter(number=1, recipient=None, reverse_path="shop@example.com"):
    return Letter(
        message_id=number,
        uuid=f"uuid-{number}",
        account_id=1,
        content_id=1,
        lease=1,
        recipient=recipient or f"u{number}@example.net",
        attempts=0,
        reclaims=0,
        accepted_ms=0,
        kind=ContentKind.MIME,
        body=b"",
        reverse_path=reverse_path,
        from_email="shop@example.com",
    )


def data_of(number):
    return b"Subject: %d\r\n\r\n.%d\r\n" % (number, number)


class DispatcherRun:
    """Sends letters with a dispatcher and collects the outcomes."""

    def __init__(self, dispatcher):
        self.dispatcher = dispatcher
        self.outcomes = {}
        self.expected = 0
        self._changed = asyncio.Event()

    def send(self, *letters):
        self.expected += len(letters)
        for letter in letters:
            self.dispatcher.send(Dispatch(letter, data_of(letter.message_id), self._done))

    def send_many(self, count):
        self.send(*(a_letter(number) for number in range(self.expected, self.expected + count)))

    def _done(self, letter, outcome):
        assert letter.message_id not in self.outcomes, "each letter is answered once"
        self.outcomes[letter.message_id] = outcome
        self._changed.set()

    async def has_all_but_one(self):
        return len(self.outcomes) == self.expected - 1

    async def all_done(self):
        async with asyncio.timeout(20):
            while len(self.outcomes) < self.expected:
                self._changed.clear()
                await self._changed.wait()
        assert self.dispatcher.in_flight == 0
        return list(self.outcomes.values())


def to_relay(server_or_port, timeouts, limits=None, **more):
    port = getattr(server_or_port, "port", server_or_port)
    settings = RouteSettings(hostname="client.example.com", relay=Hop("127.0.0.1", port))
    return Dispatcher(
        Router(settings, Resolver()), hostname="client.example.com", timeouts=timeouts, limits=limits, **more
    )


def to_mx(names, timeouts, mx_port, limits=None, **more):
    settings = RouteSettings(hostname="client.example.com", mx_port=mx_port, may_reach_itself=True)
    resolver = Resolver(["127.0.0.1"], names.port, query_timeout=0.3, lookup_timeout=0.6)
    router = Router(settings, resolver, random.Random(1))
    return Dispatcher(router, hostname="client.example.com", timeouts=timeouts, limits=limits, **more)


@pytest.mark.parametrize("ehlo", [None, EHLO_PLAIN], ids=["pipelining", "one by one"])
async def test_every_letter_arrives_once_and_whole_over_a_few_busy_connections(patient, ehlo):
    options = {"ehlo": ehlo} if ehlo else {}
    async with scripted(lambda peer, server: take_mails(peer, server, **options)) as server:
        limits = Limits(connections_to_fixed_hop=4, mails_per_connection=30)
        run = DispatcherRun(to_relay(server, patient, limits))
        run.send_many(400)
        outcomes = await run.all_done()
        await run.dispatcher.close(1)
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    expected = {(b"RCPT TO:<u%d@example.net>\r\n" % number, data_of(number)) for number in range(400)}
    assert {(rcpt, data) for _, rcpt, data in server.mails} == expected
    assert len(server.mails) == 400
    assert server.most_open <= 4
    assert server.connections >= 400 / 30
    assert server.goodbyes == server.connections


async def test_letters_do_not_wait_for_a_connection_that_falls_silent_at_a_quick_hop(patient, monkeypatch):
    monkeypatch.setattr("aerogram.delivery.connections.quickness.SOON_SECONDS", 100.0)
    answers = {"FINAL": OK}
    async with scripted(lambda peer, server: take_mails(peer, server, answers=answers)) as server:
        run = DispatcherRun(to_relay(server, patient))
        run.send_many(20)
        await run.all_done()
        answers["FINAL"] = HANG
        run.send_many(1)
        await arrived(server, 21)
        answers["FINAL"] = OK
        run.send_many(10)
        await arrived(server, 31)
        await until(run.has_all_but_one, "the outcomes")
        await run.dispatcher.close(0)
    assert isinstance(run.outcomes.pop(20), Deferred)
    assert all(isinstance(outcome, Delivered) for outcome in run.outcomes.values())


async def arrived(server, count):
    async def has_arrived():
        return len(server.mails) >= count

    await until(has_arrived, f"mail {count}")


async def test_mixed_answers_reach_their_own_letters(patient):
    async def script(peer, server):
        await peer.greet()
        while True:
            line = await peer.hear()
            if line.startswith(b"RCPT"):
                number = int(line[10 : line.index(b"@")])
                await peer.say([OK, b"550 5.1.1 no such user\r\n", b"451 4.3.0 later\r\n"][number % 3])
                refused = number % 3
            elif line.startswith(b"DATA"):
                # An old server that allows DATA for nobody (RFC 2920 §3.1).
                await peer.say(GO_AHEAD)
                data = await peer.hear_data()
                assert bool(data) is not bool(refused)
                await peer.say(OK)
            elif line.startswith(b"QUIT"):
                return
            else:
                await peer.say(OK)

    async with scripted(script) as server:
        run = DispatcherRun(to_relay(server, patient, Limits(connections_to_fixed_hop=2)))
        run.send_many(60)
        await run.all_done()
        await run.dispatcher.close(1)
    kinds = [Delivered, Bounced, Deferred]
    assert all(isinstance(outcome, kinds[number % 3]) for number, outcome in run.outcomes.items())


async def test_a_connection_rests_and_then_says_goodbye(patient):
    async with scripted(take_mails) as server:
        run = DispatcherRun(to_relay(server, patient, Limits(idle_seconds=0.05)))
        run.send_many(1)
        await run.all_done()
        run.send_many(1)
        await run.all_done()
        assert server.connections == 1
        async with asyncio.timeout(10):
            await server.one_ended.wait()
        assert server.goodbyes == 1


async def test_a_server_that_closes_after_some_mails_gets_the_rest_over_new_connections(patient):
    async def script(peer, server):
        await peer.greet()
        for _ in range(3):
            for answer in (OK, OK, GO_AHEAD):
                await peer.hear()
                await peer.say(answer)
            server.mails.append(await peer.hear_data())
            await peer.say(OK)
        await peer.say(b"421 4.7.0 enough for one connection\r\n")

    async with scripted(script) as server:
        run = DispatcherRun(to_relay(server, patient, Limits(connections_to_fixed_hop=2)))
        run.send_many(20)
        outcomes = await run.all_done()
        await run.dispatcher.close(1)
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert len(server.mails) == 20


@pytest.mark.parametrize("failure", [CUT, HANG], ids=["cut", "hang"])
async def test_only_the_mail_whose_final_dot_was_sent_is_in_doubt(patient, failure):
    async def script(peer, server):
        await peer.greet()
        for answer in (OK, OK, GO_AHEAD):
            await peer.hear()
            await peer.say(answer)
        if server.connections == 1:
            server.mails.append(await peer.hear_data())
            await peer.say(failure)
        server.mails.append(await peer.hear_data())
        await peer.say(OK)
        await converse(peer, server)

    async with scripted(script) as server:
        timeouts = msgspec.structs.replace(patient, final=1.0)
        run = DispatcherRun(
            to_relay(server, timeouts, Limits(connections_to_fixed_hop=1), health=HopHealth(_never))
        )
        run.send_many(5)
        outcomes = await run.all_done()
        await run.dispatcher.close(1)
    in_doubt = [outcome for outcome in outcomes if isinstance(outcome, Deferred)]
    assert len(in_doubt) == 1
    assert in_doubt[0].in_doubt
    assert sum(isinstance(outcome, Delivered) for outcome in outcomes) == 4


def _never():
    """Stand for a clock on which every rest is over at once."""
    _never.now += 1_000.0
    return _never.now


_never.now = 0.0


async def test_a_dead_relay_defers_the_whole_line_with_one_knock(quick):
    port = unused_port()
    run = DispatcherRun(to_relay(port, quick))
    run.send_many(50)
    outcomes = await run.all_done()
    assert all(isinstance(outcome, Deferred) for outcome in outcomes)
    assert outcomes[0].state is FailureState.CONNECTION_ISSUE
    assert str(port) in outcomes[0].reply
    await run.dispatcher.close(1)


async def test_a_hop_that_failed_is_left_alone_for_a_while(patient):
    async def script(peer, server):
        await peer.say(b"554 5.7.1 Client host blocked using zen.spamhaus.org\r\n")

    async with scripted(script) as server:
        now = [0.0]
        run = DispatcherRun(to_relay(server, patient, health=HopHealth(lambda: now[0], 2.0)))
        for _ in range(5):
            run.send_many(3)
            await run.all_done()
        assert server.connections == 1
        now[0] = 2.1
        run.send_many(3)
        outcomes = await run.all_done()
        assert server.connections == 2
        await run.dispatcher.close(1)
    assert all(isinstance(outcome, Deferred) for outcome in outcomes)
    assert {outcome.state for outcome in outcomes} == {FailureState.SENDER_BLOCKED}


async def test_a_server_that_drops_every_mail_is_left_alone_too(patient):
    async def script(peer, server):
        await peer.greet()
        await peer.hear()
        await peer.say(CUT)

    async with scripted(script) as server:
        run = DispatcherRun(to_relay(server, patient, health=HopHealth(lambda: 0.0)))
        run.send_many(30)
        outcomes = await run.all_done()
        await run.dispatcher.close(1)
    assert all(isinstance(outcome, Deferred) and not outcome.in_doubt for outcome in outcomes)
    assert server.connections == 1


async def test_a_relay_that_takes_few_connections_is_served_over_few(patient):
    async def script(peer, server):
        if server.open_now > 2:
            await peer.say(b"421 4.7.0 Too many connections\r\n")
            return
        await take_mails(peer, server)

    async with scripted(script) as server:
        run = DispatcherRun(to_relay(server, patient, Limits(mails_per_connection=50)))
        run.send_many(300)
        outcomes = await run.all_done()
        await run.dispatcher.close(1)
    assert all(isinstance(outcome, Delivered) for outcome in outcomes)


async def test_letters_without_an_outcome_from_a_broken_callback_do_not_stop_the_others(patient):
    async with scripted(take_mails) as server:
        dispatcher = to_relay(server, patient)
        complaints = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        dispatcher.send(Dispatch(a_letter(1), data_of(1), lambda *_: 1 / 0))
        run = DispatcherRun(dispatcher)
        run.send(a_letter(2))
        await run.all_done()
        await dispatcher.close(1)
    assert isinstance(complaints[0]["exception"], ZeroDivisionError)


async def test_an_answer_never_comes_before_send_returns(patient):
    async with scripted(take_mails) as server:
        run = DispatcherRun(to_relay(server, patient))
        run.send_many(1)
        await run.all_done()
        run.send(a_letter(7, reverse_path="bad\rsender@example.com"))
        assert 7 not in run.outcomes
        await run.all_done()
        assert isinstance(run.outcomes[7], Bounced)
        await run.dispatcher.close(1)


# MX


async def test_letters_go_to_the_best_mx_and_to_the_next_one_when_it_is_down(patient):
    async with scripted(take_mails) as server:
        zone = {
            "example.net.": ["60 IN MX 10 dead.example.net.", "60 IN MX 20 alive.example.net."],
            "dead.example.net.": ["60 IN A 127.0.0.66"],
            "alive.example.net.": ["60 IN A 127.0.0.1"],
        }
        async with name_server(zone) as names:
            run = DispatcherRun(to_mx(names, patient, server.port))
            run.send_many(5)
            outcomes = await run.all_done()
            await run.dispatcher.close(1)
    assert {outcome.host for outcome in outcomes} == {"alive.example.net"}


async def test_a_mail_cut_off_at_one_mx_is_tried_at_the_next(patient):
    async def script(peer, server):
        await peer.greet()
        if server.connections == 1:
            await peer.hear()
            await peer.say(CUT)
        await converse(peer, server)

    async with scripted(script) as server:
        zone = {
            "example.net.": ["60 IN MX 10 one.example.net.", "60 IN MX 20 two.example.net."],
            "one.example.net.": ["60 IN A 127.0.0.1"],
            "two.example.net.": ["60 IN A 127.0.0.1"],
        }
        async with name_server(zone) as names:
            run = DispatcherRun(to_mx(names, patient, server.port, Limits(connections_to_domain=1)))
            run.send_many(1)
            (outcome,) = await run.all_done()
            await run.dispatcher.close(1)
    assert isinstance(outcome, Delivered)
    assert outcome.host == "two.example.net"


async def test_each_domain_has_its_own_end(quick):
    zone = {
        "null.example.": ["60 IN MX 0 ."],
        "broken.example.": SERVFAIL,
        "hostless.example.": ["60 IN TXT x"],
        "loop.example.": ["60 IN MX 10 client.example.com."],
        "badmx.example.": ["60 IN MX 10 nowhere.example."],
        "dead.example.": ["60 IN A 127.0.0.66"],
    }
    async with name_server(zone) as names:
        run = DispatcherRun(to_mx(names, quick, unused_port()))
        domains = [*(name.rstrip(".") for name in zone), "nowhere.example", "[127.0.0.66]", "[nonsense]"]
        run.send(*(a_letter(number, f"ann@{domain}") for number, domain in enumerate(domains)))
        run.send(a_letter(99, "no-domain"), a_letter(98, "ann@"))
        await run.all_done()
        await run.dispatcher.close(1)
    found = {
        domain: (type(run.outcomes[number]), run.outcomes[number].state)
        for number, domain in enumerate(domains)
    }
    assert found == {
        "null.example": (Bounced, FailureState.NO_MAIL_HOST),
        "broken.example": (Deferred, FailureState.CONNECTION_ISSUE),
        "hostless.example": (Bounced, FailureState.NO_MAIL_HOST),
        "loop.example": (Bounced, FailureState.RELAY_DENIED),
        "badmx.example": (Deferred, FailureState.CONNECTION_ISSUE),
        "dead.example": (Deferred, FailureState.CONNECTION_ISSUE),
        "nowhere.example": (Bounced, FailureState.INVALID_DOMAIN),
        "[127.0.0.66]": (Deferred, FailureState.CONNECTION_ISSUE),
        "[nonsense]": (Bounced, FailureState.INVALID_DOMAIN),
    }
    assert isinstance(run.outcomes[98], Bounced)


async def test_mx_on_this_machine_are_not_believed_by_default(quick):
    async with scripted(take_mails) as server:
        zone = {"evil.example.": ["60 IN MX 10 evil.example.", "60 IN A 127.0.0.1"]}
        async with name_server(zone) as names:
            settings = RouteSettings(hostname="client.example.com", mx_port=server.port)
            router = Router(settings, Resolver(["127.0.0.1"], names.port))
            run = DispatcherRun(Dispatcher(router, hostname="client.example.com", timeouts=quick))
            run.send(a_letter(1, "ann@evil.example"))
            (outcome,) = await run.all_done()
            await run.dispatcher.close(1)
    assert isinstance(outcome, Deferred)
    assert server.connections == 0


# The end


async def test_closing_carries_what_is_in_hand(patient):
    async with scripted(take_mails) as server:
        run = DispatcherRun(to_relay(server, patient))
        run.send_many(100)
        assert await run.dispatcher.close(20) == []
        assert len(run.outcomes) == 100
        with pytest.raises(RuntimeError):
            run.send_many(1)


async def test_closing_without_grace_answers_what_was_begun_and_gives_back_the_rest(patient):
    reached = asyncio.Event()

    async def script(peer, server):
        await peer.greet()
        for answer in (OK, OK, GO_AHEAD):
            await peer.hear()
            await peer.say(answer)
        await peer.hear_data()
        reached.set()
        await peer.say(HANG)

    async with scripted(script) as server:
        run = DispatcherRun(to_relay(server, patient, Limits(connections_to_fixed_hop=1)))
        run.send_many(10)
        await reached.wait()
        left = await run.dispatcher.close(0)
    assert run.dispatcher.in_flight == 0
    assert [outcome.in_doubt for outcome in run.outcomes.values()] == [True]
    assert len(left) == 9
    assert {letter.message_id for letter in left} | set(run.outcomes) == set(range(10))


async def test_closing_while_a_connection_opens_gives_the_letters_back(patient):
    async with scripted(lambda peer, _: peer.say(HANG)) as server:
        run = DispatcherRun(to_relay(server, patient))
        run.send_many(3)
        left = await run.dispatcher.close(0)
    assert len(left) == 3
    assert run.outcomes == {}
