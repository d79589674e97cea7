"""Whole conversations: what a client says, and what it must hear."""

import pytest

from aerogram.wire.smtp.envelope_parameters import MailParameters
from aerogram.wire.smtp.replies import Reply
from aerogram.wire.smtp.server.events import MailRequested, MessageReceived, RcptRequested, RcptTo
from support.smtp_dialogue import Dialogue


def queued_as(uuid):
    return {MessageReceived: Reply(250, text=f"OK queued as {uuid}")}


def test_a_mail_is_taken_in_mailjets_words():
    dialogue = Dialogue(queued_as("81a494b6-69ac-406c-8f70-000000000000"))
    dialogue.run("""
        S: 220 mx.example.com ESMTP Aerogram
        C: EHLO client.example.com
        S: 250-mx.example.com
        S: 250-PIPELINING
        S: 250-SIZE 15728640
        S: 250-ENHANCEDSTATUSCODES
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-DSN
        S: 250 CHUNKING
        C: MAIL FROM:<shop@example.com>
        S: 250 2.1.0 Ok
        C: RCPT TO:<ann@example.net>
        S: 250 2.1.5 Ok
        C: DATA
        S: 354 End data with <CR><LF>.<CR><LF>
        C: Subject: Hello
        C:
        C: Dear Ann
        C: .
        S: 250 OK queued as 81a494b6-69ac-406c-8f70-000000000000
        C: QUIT
        S: 221 2.0.0 Bye
        S: (closed)
    """)
    assert dialogue.message.data == b"Subject: Hello\r\n\r\nDear Ann\r\n"
    assert dialogue.message.envelope.reverse_path == "shop@example.com"
    assert dialogue.message.envelope.recipients == (RcptTo("ann@example.net"),)


def test_helo_is_enough_for_an_old_client():
    dialogue = Dialogue()
    dialogue.run("""
        S: 220 ...
        C: HELO old.example.com
        S: 250 mx.example.com
    """)
    assert not dialogue.session.is_esmtp
    assert dialogue.session.helo_name == "old.example.com"


def test_the_banner_and_the_limits_of_the_port_are_told():
    Dialogue(banner="ESMTP ready", max_message_bytes=1_000).run("""
        S: 220 mx.example.com ESMTP ready
        C: EHLO c
        S: 250-mx.example.com
        S: 250-PIPELINING
        S: 250-SIZE 1000
        S: 250-ENHANCEDSTATUSCODES
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-DSN
        S: 250 CHUNKING
    """)


def test_all_parameters_of_the_envelope_reach_the_host():
    dialogue = Dialogue().greeted()
    dialogue.run("""
        C: MAIL FROM:<josé@example.com> SIZE=120 BODY=8BITMIME SMTPUTF8 RET=hdrs ENVID=QQ+2B1 AUTH=<>
        S: 250 2.1.0 Ok
        C: RCPT TO:<ann@bücher.example> NOTIFY=success,DELAY ORCPT=rfc822;ann+40b
        S: 250 2.1.5 Ok
        C: RCPT TO:<bob@example.net>
        S: 250 2.1.5 Ok
        C: DATA
        S: 354 ...
        C: .
        S: 250 2.0.0 Ok: queued
    """)
    assert dialogue.events[0] == MailRequested(
        "josé@example.com",
        MailParameters(120, smtputf8=True, ret="HDRS", envid="QQ+2B1", auth="<>"),
    )
    envelope = dialogue.message.envelope
    assert envelope.recipients == (
        RcptTo("ann@bücher.example", "SUCCESS,DELAY", "rfc822;ann+40b"),
        RcptTo("bob@example.net"),
    )
    assert envelope.smtputf8
    assert (envelope.dsn_ret, envelope.dsn_envid) == ("HDRS", "QQ+2B1")


def test_a_session_takes_one_message_after_another():
    dialogue = Dialogue().greeted()
    for number in (1, 2, 3):
        dialogue.run(f"""
            C: MAIL FROM:<ann{number}@example.com>
            S: 250 2.1.0 Ok
            C: RCPT TO:<bob{number}@example.net>
            S: 250 2.1.5 Ok
            C: DATA
            S: 354 ...
            C: {number}
            C: .
            S: 250 2.0.0 Ok: queued
        """)
    assert [message.data for message in dialogue.messages] == [b"1\r\n", b"2\r\n", b"3\r\n"]
    assert [message.envelope.recipients[0].forward_path for message in dialogue.messages] == [
        "bob1@example.net",
        "bob2@example.net",
        "bob3@example.net",
    ]


def test_pipelined_commands_are_answered_one_by_one_in_order():
    """RFC 2920 §3.1: a group of commands in one packet, with the next message behind the first."""
    refuse_bob = {
        RcptRequested: lambda event: Reply(550, "5.1.1", "no") if "bob" in event.forward_path else None
    }
    dialogue = Dialogue(refuse_bob).greeted()
    dialogue.say(
        b"MAIL FROM:<a@example.com>\r\nRCPT TO:<bob@example.net>\r\nRCPT TO:<c@example.net>\r\nDATA\r\n"
        b"first\r\n.\r\nMAIL FROM:<b@example.com>\r\nRCPT TO:<d@example.net>\r\nDATA\r\nsecond\r\n.\r\nQUIT\r\n"
    ).run("""
        S: 250 2.1.0 Ok
        S: 550 5.1.1 no
        S: 250 2.1.5 Ok
        S: 354 ...
        S: 250 2.0.0 Ok: queued
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 354 ...
        S: 250 2.0.0 Ok: queued
        S: 221 2.0.0 Bye
        S: (closed)
    """)
    assert [message.data for message in dialogue.messages] == [b"first\r\n", b"second\r\n"]


def test_nothing_is_answered_while_an_event_waits():
    dialogue = Dialogue().greeted()
    session = dialogue.session
    session.receive(b"MAIL FROM:<a@example.com>\r\nNOOP\r\nRCPT TO:<b@example.net>\r\n")
    assert session.next_event() == MailRequested("a@example.com")
    assert session.next_event() is None
    assert session.outgoing() == b""
    session.answer(Reply(450, "4.7.1", "later"))
    assert session.next_event() is None
    assert session.outgoing() == (
        b"450 4.7.1 later\r\n250 2.0.0 Ok\r\n503 5.5.1 Error: need MAIL command\r\n"
    )


def test_a_refused_sender_opens_no_transaction():
    dialogue = Dialogue({MailRequested: Reply(550, "5.7.1", "Sender not allowed")}).greeted()
    dialogue.run("""
        C: MAIL FROM:<ann@example.com>
        S: 550 5.7.1 Sender not allowed
        C: RCPT TO:<bob@example.net>
        S: 503 5.5.1 Error: need MAIL command
        C: MAIL FROM:<ann@example.com>
        S: 550 5.7.1 Sender not allowed
    """)


def test_a_refused_message_leaves_the_session_usable():
    dialogue = Dialogue({MessageReceived: Reply(451, "4.3.0", "later")}).ready_for_data()
    dialogue.run("""
        C: text
        C: .
        S: 451 4.3.0 later
        C: MAIL FROM:<ann@example.com>
        S: 250 2.1.0 Ok
    """)


@pytest.mark.parametrize("again", ["RSET", "EHLO client.example.com", "HELO client.example.com"])
def test_rset_and_a_new_greeting_forget_the_transaction(again):
    dialogue = Dialogue().greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\n")
    dialogue.heard.clear()
    dialogue.say(again.encode() + b"\r\n")
    assert dialogue.heard[-1].startswith("250 ")
    dialogue.heard.clear()
    dialogue.run("""
        C: DATA
        S: 503 5.5.1 Error: need MAIL command
        C: MAIL FROM:<c@example.com>
        S: 250 2.1.0 Ok
        C: DATA
        S: 503 5.5.1 Error: need RCPT command
        C: RCPT TO:<d@example.net>
        S: 250 2.1.5 Ok
        C: DATA
        S: 354 ...
        C: .
        S: 250 2.0.0 Ok: queued
    """)
    assert dialogue.message.envelope.reverse_path == "c@example.com"
    assert dialogue.message.envelope.recipients == (RcptTo("d@example.net"),)


def test_mail_for_the_postmaster_without_a_domain_is_for_ours():
    """RFC 5321 §4.5.1."""
    dialogue = Dialogue().greeted()
    dialogue.run("""
        C: MAIL FROM:<>
        S: 250 2.1.0 Ok
        C: RCPT TO:<PostMaster>
        S: 250 2.1.5 Ok
    """)
    assert dialogue.events == [MailRequested(""), RcptRequested("postmaster@mx.example.com")]


def test_verbs_and_keywords_may_be_written_in_any_case():
    Dialogue().greeted().run("""
        C: mAiL fRoM:<ann@example.com> size=5 Body=8bitmime
        S: 250 2.1.0 Ok
        C: rcpt to: <bob@example.net> notify=never
        S: 250 2.1.5 Ok
        C: dAtA
        S: 354 ...
        C: .
        S: 250 2.0.0 Ok: queued
        C: quit
        S: 221 2.0.0 Bye
        S: (closed)
    """)


def test_a_421_of_the_host_ends_the_session():
    Dialogue({MailRequested: Reply(421, "4.7.0", "Service temporarily unavailable")}).greeted().run("""
        C: MAIL FROM:<ann@example.com>
        S: 421 4.7.0 Service temporarily unavailable
        S: (closed)
    """)


def test_the_host_may_close_at_any_time_and_a_late_answer_is_ignored():
    session = Dialogue().ready_for_data().session
    session.receive(b"text\r\n.\r\n")
    assert isinstance(session.next_event(), MessageReceived)
    session.close_with(Reply(421, "4.3.2", "shutting down"))
    session.close_with(Reply(421, "4.3.2", "again"))
    session.answer()
    session.tls_started()
    session.receive(b"NOOP\r\n")
    assert session.next_event() is None
    assert session.is_closed
    assert session.outgoing() == b"421 4.3.2 shutting down\r\n"


def test_nothing_is_heard_after_quit():
    dialogue = Dialogue().greeted()
    dialogue.say(b"QUIT\r\nMAIL FROM:<a@example.com>\r\n").run("""
        S: 221 2.0.0 Bye
        S: (closed)
    """)
    assert dialogue.events == []
    assert not dialogue.session.wants_read


def test_an_answer_to_nothing_is_the_hosts_error():
    session = Dialogue().session
    with pytest.raises(RuntimeError, match="no event waits"):
        session.answer()
    with pytest.raises(RuntimeError, match="did not ask for TLS"):
        session.tls_started()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "CONNECT", "OPTIONS", "PRI", "get"])
def test_a_web_browser_is_shown_the_door(method):
    """Its request's body would be commands: a cross-protocol attack."""
    dialogue = Dialogue()
    request = (
        f"{method} / HTTP/1.1\r\nHost: x\r\n\r\nEHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\n"
    )
    dialogue.say(request.encode()).run("""
        S: 220 ...
        S: 421 4.7.0 this is an SMTP server; closing
        S: (closed)
    """)
    assert dialogue.events == []


def test_a_client_that_begins_with_tls_in_clear_is_told_so():
    Dialogue().say(b"\x16\x03\x01\x02\x00\x01").run("""
        S: 220 ...
        S: 421 4.7.0 this port starts in clear; use STARTTLS, or the port for implicit TLS
        S: (closed)
    """)
