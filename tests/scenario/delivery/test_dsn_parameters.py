"""Who reports what became of a mail: a hop that offers DSN takes the duty over with the parameters."""

from __future__ import annotations

import pytest

from aerogram.delivery.connections.opening import Opener
from aerogram.delivery.outcomes.conclude import HopFailure
from aerogram.delivery.routing.route import Hop
from aerogram.model.outcome import Bounced, Deferred, Delivered
from aerogram.wire.smtp.client.events import OutgoingMail
from scenario.delivery.servers import CUT, scripted, take_mails

EHLO_DSN = b"250-sink.example\r\n250-PIPELINING\r\n250 DSN\r\n"
EHLO_WITHOUT = b"250-sink.example\r\n250 PIPELINING\r\n"


async def attempt(server, timeouts, data=b"Subject: Hi\r\n\r\n"):
    opened = await Opener(hostname="client.example.com", timeouts=timeouts).open(
        Hop("127.0.0.1", server.port), ["127.0.0.1"]
    )
    if isinstance(opened, HopFailure):
        return opened.deferral()
    mail = OutgoingMail(
        reverse_path="shop@example.com",
        recipient="ann@example.net",
        data=data,
        notify="SUCCESS,FAILURE",
        orcpt="rfc822;ann@example.net",
        ret="FULL",
        envid="QQ",
    )
    outcome = await opened.deliver(mail)
    opened.quit()
    await opened.closed
    return outcome


@pytest.mark.parametrize(("ehlo", "is_passed_on"), [(EHLO_DSN, True), (EHLO_WITHOUT, False)])
async def test_the_parameters_go_to_a_hop_that_knows_them(patient, ehlo, is_passed_on):
    async with scripted(lambda peer, server: take_mails(peer, server, ehlo=ehlo)) as server:
        outcome = await attempt(server, patient)
    assert isinstance(outcome, Delivered)
    assert outcome.dsn_passed_on is is_passed_on
    [(mail, rcpt, _)] = server.mails
    assert (b" RET=FULL ENVID=QQ\r\n" in mail) is is_passed_on
    assert (b" NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;ann@example.net\r\n" in rcpt) is is_passed_on


async def test_what_the_server_said_is_kept_in_its_own_words(patient):
    answers = {"FINAL": b"550-5.7.1 Not\r\n550 5.7.1 here\r\n"}
    async with scripted(lambda peer, server: take_mails(peer, server, answers=answers)) as server:
        outcome = await attempt(server, patient)
    assert isinstance(outcome, Bounced)
    assert outcome.server_reply == "550 5.7.1 Not here"


async def test_a_greeting_that_refuses_is_kept_without_our_words(patient):
    async def script(peer, _):
        await peer.say(b"450 4.3.2 closed today\r\n")

    async with scripted(script) as server:
        outcome = await attempt(server, patient)
    assert isinstance(outcome, Deferred)
    assert outcome.server_reply == "450 4.3.2 closed today"
    assert outcome.reply != outcome.server_reply


@pytest.mark.parametrize("data", [b"bare\nline end\r\n", b"Subject: Hi\r\n\r\n"], ids=["own refusal", "cut"])
async def test_a_reason_of_ours_is_not_put_into_the_mouth_of_a_server(patient, data):
    async def script(peer, _):
        await peer.greet(EHLO_WITHOUT)
        await peer.hear()
        await peer.say(CUT)

    async with scripted(script) as server:
        outcome = await attempt(server, patient, data)
    assert isinstance(outcome, Bounced | Deferred)
    assert outcome.reply
    assert outcome.server_reply == ""
