"""One mail over one connection: what a server does, and what the message becomes."""

from __future__ import annotations

import asyncio
import ssl

import msgspec
import pytest

from aerogram.delivery.connections.connection import Connection
from aerogram.delivery.connections.opening import Opener
from aerogram.delivery.outcomes.conclude import HopFailure
from aerogram.delivery.routing.route import Hop
from aerogram.model.outcome import Bounced, Deferred, Delivered, FailureState
from aerogram.wire.smtp.client.events import OutgoingMail, Stage
from scenario.delivery.servers import (
    CUT,
    EHLO_PLAIN,
    GO_AHEAD,
    HANG,
    OK,
    converse,
    ordinary,
    scripted,
    take_mails,
    unused_port,
)

BODY = b"Subject: Hi\r\n\r\n.dot\r\n..\r\nend"


def a_mail(data=BODY, recipient="ann@example.net", **more):
    return OutgoingMail(reverse_path="shop@example.com", recipient=recipient, data=data, **more)


async def attempt(port, timeouts, mail=None, opener=None, **hop):
    """Open, send one mail, say goodbye; give the outcome."""
    opener = opener or Opener(hostname="client.example.com", timeouts=timeouts)
    opened = await opener.open(Hop("127.0.0.1", port, **hop), ["127.0.0.1"])
    if isinstance(opened, HopFailure):
        return opened.deferral()
    outcome = await opened.deliver(mail or a_mail())
    opened.quit()
    await opened.closed
    return outcome


async def test_an_ordinary_server_gets_the_mail_as_it_was(patient):
    async with ordinary() as (mailbox, port):
        outcome = await attempt(port, patient)
    assert isinstance(outcome, Delivered)
    assert outcome.reply == "250 2.0.0 Ok: queued as AIO"
    assert (outcome.host, outcome.tls) == ("127.0.0.1", "")
    (envelope,) = mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("shop@example.com", ["ann@example.net"])
    assert envelope.content == BODY + b"\r\n"


@pytest.mark.parametrize("ehlo", [EHLO_PLAIN, None], ids=["one by one", "pipelining"])
async def test_a_connection_carries_many_mails(patient, ehlo):
    options = {"ehlo": ehlo} if ehlo else {}
    async with scripted(lambda peer, server: take_mails(peer, server, **options)) as server:
        opened = await Opener(hostname="c", timeouts=patient).open(
            Hop("127.0.0.1", server.port), ["127.0.0.1"]
        )
        for number in range(20):
            outcome = await opened.deliver(a_mail(b"Subject: %d\r\n" % number))
            assert isinstance(outcome, Delivered)
        assert "connection reused" in outcome.transcript
        opened.quit()
        await opened.closed
    assert [data for _, _, data in server.mails] == [b"Subject: %d\r\n" % n for n in range(20)]
    assert (server.connections, server.goodbyes) == (1, 1)


async def test_a_greeting_of_many_lines_is_read_to_its_end(patient):
    async def script(peer, server):
        await peer.greet(greeting=b"220-sink.example\r\n220-no unsolicited mail\r\n220 ESMTP\r\n")
        await converse(peer, server)

    async with scripted(script) as server:
        assert isinstance(await attempt(server.port, patient), Delivered)


STAGES = ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "FINAL"]
TIMEOUT_OF = {"EHLO": "hello"}
"""The field of the timeouts, where it is not the stage's name."""


def failing_at(stage, failure):
    """Behave well up to ``stage``, then do ``failure`` instead of answering."""

    async def script(peer, server):
        for name, answer in [
            ("GREETING", b"220 sink.example\r\n"),
            ("EHLO", EHLO_PLAIN),
            ("MAIL", OK),
            ("RCPT", OK),
            ("DATA", GO_AHEAD),
            ("FINAL", OK),
        ]:
            if name == "FINAL":
                await peer.hear_data()
            elif name != "GREETING":
                await peer.hear()
            await peer.say(failure if name == stage else answer)
        await peer.say(HANG)

    return script


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("failure", [HANG, CUT], ids=["hangs", "cuts"])
async def test_a_server_that_falls_silent_defers_and_only_after_the_final_dot_in_doubt(
    patient, stage, failure
):
    timeouts = msgspec.structs.replace(patient, **{TIMEOUT_OF.get(stage, stage.lower()): 0.3})
    async with scripted(failing_at(stage, failure)) as server:
        outcome = await attempt(server.port, timeouts)
    assert isinstance(outcome, Deferred)
    assert outcome.state is FailureState.CONNECTION_ISSUE
    assert ("timed out" if failure is HANG else "lost connection") in outcome.reply
    assert outcome.in_doubt is (stage == "FINAL")
    assert outcome.transcript.startswith("-- connected to 127.0.0.1")


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("garbage", [b"HTTP/1.1 400 Bad Request\r\n", b"250\n", b"\0" * 3000])
async def test_garbage_defers_as_a_protocol_issue(patient, stage, garbage):
    async with scripted(failing_at(stage, garbage)) as server:
        outcome = await attempt(server.port, patient)
    assert isinstance(outcome, Deferred)
    assert outcome.state is FailureState.PROTOCOL_ISSUE
    assert outcome.in_doubt is (stage == "FINAL")


@pytest.mark.parametrize("stage", STAGES)
async def test_a_421_is_a_deferral_at_every_stage_and_never_in_doubt(patient, stage):
    async with scripted(failing_at(stage, b"421 4.3.2 shutting down\r\n")) as server:
        outcome = await attempt(server.port, patient)
    assert isinstance(outcome, Deferred)
    assert "421 4.3.2 shutting down" in outcome.reply
    assert not outcome.in_doubt


async def test_greylisted_and_then_delivered(patient):
    async def script(peer, server):
        first = server.connections == 1
        answers = {"RCPT": b"451 4.7.1 Greylisting in action, please come back later\r\n"} if first else {}
        await take_mails(peer, server, answers=answers | ({"DATA": b"554 5.5.1 nobody\r\n"} if first else {}))

    async with scripted(script) as server:
        outcome = await attempt(server.port, patient)
        assert isinstance(outcome, Deferred)
        assert outcome.state is FailureState.GREYLISTED
        assert isinstance(await attempt(server.port, patient), Delivered)


async def test_an_unknown_user_is_a_hard_bounce_even_when_data_was_allowed(patient):
    async def script(peer, server):
        await take_mails(peer, server, answers={"RCPT": b"550 5.1.1 no such user\r\n"})

    async with scripted(script) as server:
        outcome = await attempt(server.port, patient)
    assert isinstance(outcome, Bounced)
    assert (outcome.state, outcome.is_hard) == (FailureState.USER_UNKNOWN, True)
    assert outcome.reply == "550 5.1.1 no such user"
    assert [data for _, _, data in server.mails] == [b""], "nobody got the mail"


async def test_a_refused_mail_does_not_spoil_the_next_one(patient):
    async def script(peer, server):
        await peer.greet(EHLO_PLAIN)
        while True:
            line = await peer.hear()
            if b"bad@" in line:
                await peer.say(b"550 5.1.1 no such user\r\n")
            elif line.startswith(b"DATA"):
                await peer.say(GO_AHEAD)
                server.mails.append(await peer.hear_data())
                await peer.say(OK)
            else:
                await peer.say(OK)

    async with scripted(script) as server:
        opened = await Opener(hostname="c", timeouts=patient).open(
            Hop("127.0.0.1", server.port), ["127.0.0.1"]
        )
        assert isinstance(await opened.deliver(a_mail(recipient="bad@example.net")), Bounced)
        assert isinstance(await opened.deliver(a_mail()), Delivered)
        opened.abort("done")
        assert b"RSET\r\n" in server.peers[0].heard
    assert len(server.mails) == 1


async def test_smtputf8_that_is_missing_is_a_bounce(patient):
    async with scripted(take_mails) as server:
        outcome = await attempt(server.port, patient, a_mail(recipient="jörg@example.net"))
    assert isinstance(outcome, Bounced)
    assert "5.6.7" in outcome.reply
    assert not outcome.is_hard
    assert server.mails == []


async def test_a_mail_with_bare_line_ends_never_leaves(patient):
    async with scripted(take_mails) as server:
        outcome = await attempt(server.port, patient, a_mail(b"a\r\n\n.\r\nMAIL FROM:<x@y>\r\n"))
    assert isinstance(outcome, Bounced)
    assert server.mails == []


async def test_a_server_that_stops_reading_a_large_mail_is_left(patient):
    async def script(peer, server):
        await peer.greet()
        for answer in (OK, OK, GO_AHEAD):
            await peer.hear()
            await peer.say(answer)
        peer.reader._transport.pause_reading()
        await peer.say(HANG)

    async with scripted(script) as server:
        timeouts = msgspec.structs.replace(patient, data_block=0.3)
        outcome = await attempt(server.port, timeouts, a_mail(b"x" * 998 + b"\r\n" + b"line\r\n" * 5_000_000))
    assert isinstance(outcome, Deferred)
    assert "timed out" in outcome.reply


async def test_nobody_listening_is_a_deferral(quick):
    outcome = await attempt(unused_port(), quick)
    assert isinstance(outcome, Deferred)
    assert outcome.state is FailureState.CONNECTION_ISSUE


async def test_the_next_address_is_tried_when_the_first_does_not_answer(patient):
    async with scripted(take_mails) as server:
        opener = Opener(hostname="c", timeouts=patient)
        opened = await opener.open(Hop("sink.example", server.port), ["127.0.0.9", "127.0.0.1"])
        assert isinstance(opened, Connection)
        opened.quit()
        await opened.closed


# TLS


def starttls(certificate, *, injected=b"", handshake=True):
    """Offer STARTTLS, and say ``injected`` in clear right behind the 220."""

    async def script(peer, server):
        await peer.greet(b"250-sink.example\r\n250-STARTTLS\r\n250 PIPELINING\r\n")
        line = await peer.hear()
        if line != b"STARTTLS\r\n":
            await peer.say(OK)
            await converse(peer, server)
            return
        await peer.say(b"220 2.0.0 go ahead\r\n" + injected)
        if not handshake:
            await peer.reader.read(100)
            await peer.say(b"this is not TLS\r\n")
            return
        await peer.writer.start_tls(certificate.server)
        await peer.hear()
        await peer.say(b"250-sink.example\r\n250 PIPELINING\r\n")
        await converse(peer, server)

    return script


async def test_starttls_is_used_with_any_certificate_and_the_grade_is_told(patient, certificate):
    async with scripted(starttls(certificate)) as server:
        outcome = await attempt(server.port, patient)
    assert isinstance(outcome, Delivered)
    assert outcome.tls == "TLSv1.3 unverified"
    assert "-- TLS established" in outcome.transcript
    assert len(server.mails) == 1


async def test_a_valid_certificate_is_graded_verified(patient, certificate):
    opener = Opener(hostname="c", timeouts=patient, verified=lambda: certificate.trusting)
    async with scripted(starttls(certificate)) as server:
        outcome = await attempt(server.port, patient, opener=opener, must_verify=True)
    assert isinstance(outcome, Delivered)
    assert outcome.tls == "TLSv1.3 verified"


async def test_a_certificate_that_must_be_valid_and_is_not_stops_the_mail(patient, certificate):
    async with scripted(starttls(certificate)) as server:
        outcome = await attempt(server.port, patient, must_verify=True)
    assert isinstance(outcome, Deferred)
    assert "TLS handshake failed" in outcome.reply
    assert (server.mails, server.connections) == ([], 1)


async def test_a_failed_opportunistic_handshake_is_tried_once_more_in_clear(patient, certificate):
    async with scripted(starttls(certificate, handshake=False)) as server:
        outcome = await attempt(server.port, patient)
    assert isinstance(outcome, Delivered)
    assert outcome.tls == ""
    assert server.connections == 2


async def test_starttls_that_is_demanded_and_not_offered_stops_the_mail(patient):
    async with scripted(take_mails) as server:
        outcome = await attempt(server.port, patient, must_verify=True)
    assert isinstance(outcome, Deferred)
    assert "STARTTLS" in outcome.reply
    assert server.mails == []


@pytest.mark.parametrize("injected", [b"250-mx\r\n250 AUTH PLAIN\r\n", b"2", b"421 bye\r\n"])
async def test_bytes_in_clear_behind_the_starttls_answer_are_refused(patient, certificate, injected):
    async with scripted(starttls(certificate, injected=injected)) as server:
        outcome = await attempt(server.port, patient)
    assert isinstance(outcome, Deferred)
    assert outcome.state is FailureState.PROTOCOL_ISSUE
    assert server.mails == []


async def test_implicit_tls_is_verified(patient, certificate):
    async with scripted(take_mails, ssl=certificate.server) as server:
        hop = {"implicit_tls": True, "must_verify": True}
        opener = Opener(hostname="c", timeouts=patient, verified=lambda: certificate.trusting)
        outcome = await attempt(server.port, patient, opener=opener, **hop)
        assert isinstance(outcome, Delivered)
        assert outcome.tls == "TLSv1.3 verified"
        refused = await attempt(server.port, patient, **hop)
        assert isinstance(refused, Deferred)
        assert "certificate" in refused.reply.lower()
    assert len(server.mails) == 1


# AUTH


async def test_credentials_are_used_over_tls_and_not_shown(patient, certificate):
    async def script(peer, server):
        await peer.greet(b"250-sink.example\r\n250 AUTH PLAIN LOGIN\r\n")
        server.mails.append(await peer.hear())
        await peer.say(b"235 2.7.0 OK\r\n")
        await converse(peer, server)

    async with scripted(script, ssl=certificate.server) as server:
        opener = Opener(hostname="c", timeouts=patient, verified=lambda: certificate.trusting)
        hop = {"implicit_tls": True, "must_verify": True, "username": "key", "password": "s3cret"}
        outcome = await attempt(server.port, patient, opener=opener, **hop)
    assert isinstance(outcome, Delivered)
    assert server.mails[0] == b"AUTH PLAIN AGtleQBzM2NyZXQ=\r\n"
    assert "AGtleQBzM2NyZXQ=" not in outcome.transcript
    assert "s3cret" not in outcome.transcript


async def test_refused_credentials_defer_because_an_operator_must_act(patient):
    async def script(peer, server):
        await peer.greet(b"250-sink.example\r\n250 AUTH PLAIN LOGIN\r\n")
        await peer.hear()
        await peer.say(b"535 5.7.8 Error: authentication failed\r\n")
        await peer.say(HANG)

    async with scripted(script) as server:
        opened = await Opener(hostname="c", timeouts=patient).open(
            Hop("127.0.0.1", server.port, username="key", password="wrong"), ["127.0.0.1", "127.0.0.1"]
        )
    assert isinstance(opened, HopFailure)
    assert opened.stage is Stage.AUTH
    assert server.connections == 1, "a wrong password is not tried again at the next address"
    assert isinstance(opened.deferral(), Deferred)


async def test_a_cancelled_opening_leaves_no_connection(patient):
    reached = asyncio.Event()

    async def script(peer, server):
        reached.set()
        await peer.say(HANG)

    async with scripted(script) as server:
        opener = Opener(hostname="c", timeouts=patient)
        opening = asyncio.create_task(opener.open(Hop("127.0.0.1", server.port), ["127.0.0.1"]))
        await reached.wait()
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert await server.peers[0].reader.read() == b""


async def test_tls_contexts_refuse_what_is_out_of_date():
    from aerogram.net.client_tls import unverified_context, verified_context

    assert unverified_context().minimum_version is ssl.TLSVersion.TLSv1_2
    assert verified_context().minimum_version is ssl.TLSVersion.TLSv1_2
    assert verified_context().verify_mode is ssl.CERT_REQUIRED
