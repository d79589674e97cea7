"""Letters to a hop without 8BITMIME: converted once, in a thread, and never lost or sent twice."""

from __future__ import annotations

import asyncio
import threading

import pytest

from aerogram.delivery.connections.destination_queue import Limits
from aerogram.delivery.connections.dispatch import Dispatch
from aerogram.delivery.connections.dispatcher import Dispatcher
from aerogram.delivery.connections.timeouts import Timeouts
from aerogram.delivery.routing.route import Hop, RouteSettings
from aerogram.delivery.routing.router import Router
from aerogram.model.outcome import Bounced, Delivered, FailureState
from aerogram.net.dns import Resolver
from scenario.delivery.servers import EHLO_PIPELINING, scripted, take_mails
from support.letters import a_letter

NARROW = b"250-sink.example\r\n250-PIPELINING\r\n250 SIZE 50000000\r\n"
NARROW_ONE_BY_ONE = b"250 sink.example\r\n"
UNFIT = Bounced(state=FailureState.PROTOCOL_ISSUE, reply="554 5.6.3 no", is_hard=False)


class Run:
    """A dispatcher to one server, and what became of its letters."""

    def __init__(self, server, convert=None, limits=None):
        self.converted = []
        self.outcomes = {}
        self.changed = asyncio.Event()
        router = Router(
            RouteSettings(hostname="client.example.com", relay=Hop("127.0.0.1", server.port)), Resolver()
        )
        more = {} if convert == "none" else {"seven_bit": convert or self.convert}
        self.dispatcher = Dispatcher(
            router, hostname="client.example.com", timeouts=Timeouts(), limits=limits or Limits(), **more
        )

    def convert(self, letter, data):
        assert threading.current_thread() is not threading.main_thread()
        self.converted.append(letter.message_id)
        return data.replace(b"\xc3\xa9", b"=C3=A9")

    def send(self, *numbers, wide=True):
        for number in numbers:
            letter = a_letter(message_id=number, recipient=f"u{number}@example.net")
            data = b"Subject: %d\r\n\r\n%b\r\n" % (number, "\u00e9".encode() if wide else b"e")
            self.dispatcher.send(Dispatch(letter, data, self.done))

    def done(self, letter, outcome):
        assert letter.message_id not in self.outcomes, "each letter is answered once"
        self.outcomes[letter.message_id] = outcome
        self.changed.set()

    async def all_done(self, count):
        async with asyncio.timeout(20):
            while len(self.outcomes) < count:
                self.changed.clear()
                await self.changed.wait()
        assert self.dispatcher.in_flight == 0


def narrow_server(ehlo=NARROW):
    return scripted(lambda peer, server: take_mails(peer, server, ehlo=ehlo))


@pytest.mark.parametrize("ehlo", [NARROW, NARROW_ONE_BY_ONE], ids=["pipelining", "one by one"])
async def test_8_bit_letters_are_converted_and_others_are_not(ehlo):
    async with narrow_server(ehlo) as server:
        run = Run(server, limits=Limits(connections_to_fixed_hop=3))
        run.send(*range(0, 40, 2))
        run.send(*range(1, 40, 2), wide=False)
        await run.all_done(40)
        await run.dispatcher.close(1)
    assert all(isinstance(outcome, Delivered) for outcome in run.outcomes.values())
    assert sorted(run.converted) == list(range(0, 40, 2))
    assert len(server.mails) == 40
    assert all(data.isascii() and b"BODY" not in mail for mail, _, data in server.mails)


async def test_a_hop_with_8bitmime_gets_the_letters_as_they_are():
    async with narrow_server(EHLO_PIPELINING) as server:
        run = Run(server)
        run.send(1)
        await run.all_done(1)
        await run.dispatcher.close(1)
    assert run.converted == []
    [(mail, _, data)] = server.mails
    assert b" BODY=8BITMIME" in mail
    assert "\u00e9".encode() in data


async def test_a_server_that_knows_only_helo_gets_7_bit_mail():
    async def script(peer, server):
        await peer.say(b"220 old\r\n")
        await peer.hear()
        await peer.say(b"502 5.5.1 no\r\n")
        await peer.hear()
        await peer.say(b"250 old\r\n")
        for answer in (b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"):
            await peer.hear()
            await peer.say(answer)
        server.mails.append(await peer.hear_data())
        await peer.say(b"250 ok\r\n")

    async with scripted(script) as server:
        run = Run(server)
        run.send(1)
        await run.all_done(1)
        await run.dispatcher.close(1)
    assert server.mails == [b"Subject: 1\r\n\r\n=C3=A9\r\n"]


async def test_a_letter_that_cannot_be_converted_gets_its_outcome_and_the_others_go_on():
    async with narrow_server() as server:
        run = Run(
            server, lambda letter, data: UNFIT if letter.message_id % 2 else data.replace(b"\xc3\xa9", b"e")
        )
        run.send(*range(20))
        await run.all_done(20)
        await run.dispatcher.close(1)
    assert {number for number, outcome in run.outcomes.items() if outcome == UNFIT} == set(range(1, 20, 2))
    assert len(server.mails) == 10


async def test_without_a_converter_the_letter_bounces():
    async with narrow_server() as server:
        run = Run(server, "none")
        run.send(1)
        await run.all_done(1)
        await run.dispatcher.close(1)
    assert run.outcomes[1].reply.startswith("554 5.6.3 ")
    assert server.mails == []


async def test_a_letter_whose_connection_ends_meanwhile_goes_over_the_next_one():
    async with narrow_server() as server:
        gone = threading.Event()

        def slow(_, data):
            assert gone.wait(10)
            return data.replace(b"\xc3\xa9", b"e")

        run = Run(server, slow, Limits(idle_seconds=0.05))
        run.send(1)
        async with asyncio.timeout(10):
            await server.one_ended.wait()
        gone.set()
        await run.all_done(1)
        await run.dispatcher.close(1)
    assert isinstance(run.outcomes[1], Delivered)
    assert server.connections == 2


async def test_a_stop_returns_the_letters_that_are_being_converted_and_sends_none():
    async with narrow_server() as server:
        begun, may_end = threading.Event(), threading.Event()

        def slow(_, data):
            begun.set()
            may_end.wait(10)
            return data.replace(b"\xc3\xa9", b"e")

        run = Run(server, slow)
        run.send(1)
        await asyncio.to_thread(begun.wait, 10)
        asyncio.get_running_loop().call_later(0.2, may_end.set)
        left = await run.dispatcher.close(0.05)
        assert [letter.message_id for letter in left] == [1]
        assert run.outcomes == {}
        assert run.dispatcher.in_flight == 0
    assert server.mails == []


async def test_letters_that_are_being_converted_count_as_waiting():
    async with narrow_server() as server:
        begun, may_end = threading.Barrier(4, timeout=10), threading.Event()

        def slow(_, data):
            begun.wait()
            assert may_end.wait(10)
            return data.replace(b"\xc3\xa9", b"e")

        run = Run(server, slow, Limits(waiting_for_fixed_hop=3))
        run.send(1, 2)
        assert not run.dispatcher.is_backlogged(a_letter(message_id=9))
        run.send(3)
        await asyncio.to_thread(begun.wait)
        assert run.dispatcher.is_backlogged(a_letter(message_id=9))
        may_end.set()
        await run.all_done(3)
        assert not run.dispatcher.is_backlogged(a_letter(message_id=9))
        await run.dispatcher.close(1)
