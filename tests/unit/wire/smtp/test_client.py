"""Dialogues: what the server says, and what it must hear."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.smtp.client.client import ClientSession
from aerogram.wire.smtp.client.events import (
    Answered,
    Ended,
    Interrupted,
    OutgoingMail,
    Ready,
    Stage,
    TlsDue,
    TlsUse,
)
from aerogram.wire.smtp.client.opening import OpeningPolicy

MAIL = OutgoingMail(
    reverse_path="shop@example.com", recipient="ann@example.net", data=b"Subject: Hi\r\n\r\nHello\r\n"
)
GROUP = b"MAIL FROM:<shop@example.com>\r\nRCPT TO:<ann@example.net>\r\nDATA\r\n"
OK = b"250 2.0.0 Ok\r\n"


def a_session(*, may_overlap=False, **policy):
    return ClientSession(
        OpeningPolicy(hostname="client.example.com", **policy), may_overlap=may_overlap, label="to mx"
    )


def said(session):
    return b"".join(session.take_output())


def ready(*extensions, may_overlap=False, **policy):
    session = a_session(may_overlap=may_overlap, **policy)
    session.receive(b"220 mx.example.net ESMTP\r\n")
    assert said(session) == b"EHLO client.example.com\r\n"
    lines = ["mx.example.net", *extensions]
    reply = "".join(f"250-{line}\r\n" for line in lines[:-1]) + f"250 {lines[-1]}\r\n"
    assert session.receive(reply.encode()) == [Ready()]
    return session


# The opening


def test_a_greeting_of_many_lines_is_one_greeting():
    session = a_session()
    assert session.receive(b"220-mx.example.net\r\n220-no spam\r\n") == []
    assert said(session) == b""
    session.receive(b"220 please\r\n")
    assert said(session) == b"EHLO client.example.com\r\n"


@pytest.mark.parametrize("greeting", [b"554 5.7.1 go away\r\n", b"421 4.3.2 too busy\r\n"])
def test_a_refused_greeting_ends_the_conversation(greeting):
    (ended,) = a_session().receive(greeting)
    assert isinstance(ended, Ended)
    assert ended.stage is Stage.GREETING
    assert ended.reply.raw == greeting.strip()


def test_a_server_without_ehlo_is_greeted_with_helo():
    session = a_session()
    session.receive(b"220 old\r\n")
    said(session)
    assert session.receive(b"502 5.5.2 not recognized\r\n") == []
    assert said(session) == b"HELO client.example.com\r\n"
    assert session.receive(b"250 hi\r\n") == [Ready()]


def test_starttls_is_used_when_offered_and_ehlo_is_said_again():
    session = a_session()
    session.receive(b"220 mx\r\n")
    said(session)
    session.receive(b"250-mx\r\n250-STARTTLS\r\n250 PIPELINING\r\n")
    assert said(session) == b"STARTTLS\r\n"
    assert session.receive(b"220 2.0.0 go\r\n") == [TlsDue()]
    session.tls_established()
    assert said(session) == b"EHLO client.example.com\r\n"
    assert session.receive(b"250 mx\r\n") == [Ready()]
    session.start(MAIL)
    assert said(session) == b"MAIL FROM:<shop@example.com>\r\n", "PIPELINING was offered in clear only"


@pytest.mark.parametrize(
    "injected",
    [
        b"220 go\r\n250 injected\r\n",
        b"220 go\r\n250-injec",
        b"220 go\r\n\x16\x03\x01",
        b"220 go\r\n421 bye\r\n",
    ],
)
def test_anything_behind_the_starttls_reply_is_refused(injected):
    session = a_session()
    session.receive(b"220 mx\r\n")
    said(session)
    session.receive(b"250-mx\r\n250 STARTTLS\r\n")
    said(session)
    (ended,) = session.receive(injected)
    assert isinstance(ended, Ended)
    assert "protocol error" in ended.reason


def test_clear_bytes_that_arrive_before_the_handshake_are_refused():
    session = a_session()
    session.receive(b"220 mx\r\n")
    said(session)
    session.receive(b"250-mx\r\n250 STARTTLS\r\n")
    said(session)
    session.receive(b"220 go\r\n")
    (ended,) = session.receive(b"250 injected\r\n")
    assert "protocol error" in ended.reason


def test_required_tls_that_is_not_offered_ends_the_conversation():
    session = a_session(tls=TlsUse.REQUIRED)
    session.receive(b"220 mx\r\n")
    said(session)
    (ended,) = session.receive(b"250 mx\r\n")
    assert "STARTTLS" in ended.reason
    assert said(session) == b""


def test_refused_starttls_goes_on_in_clear_when_tls_is_opportunistic():
    session = a_session()
    session.receive(b"220 mx\r\n")
    said(session)
    session.receive(b"250-mx\r\n250 STARTTLS\r\n")
    said(session)
    assert session.receive(b"454 4.7.0 TLS not available\r\n") == [Ready()]


# AUTH


def authenticating(*extensions, **policy):
    session = a_session(username="key", password="s3cret", **policy)
    session.receive(b"220 relay\r\n")
    said(session)
    lines = ["relay", *extensions]
    reply = "".join(f"250-{line}\r\n" for line in lines[:-1]) + f"250 {lines[-1]}\r\n"
    return session, session.receive(reply.encode())


def test_plain_is_preferred_and_leaves_no_secret_in_the_transcript():
    session, _ = authenticating("AUTH LOGIN PLAIN", is_encrypted=True)
    blob = base64.b64encode(b"\0key\0s3cret")
    assert said(session) == b"AUTH PLAIN " + blob + b"\r\n"
    assert session.receive(b"235 2.7.0 OK\r\n") == [Ready()]
    assert "C: AUTH PLAIN ***" in session.transcript
    assert blob.decode() not in session.transcript


def test_login_answers_two_challenges():
    session, _ = authenticating("AUTH=LOGIN", is_encrypted=True)
    assert said(session) == b"AUTH LOGIN\r\n"
    session.receive(b"334 VXNlcm5hbWU6\r\n")
    assert said(session) == base64.b64encode(b"key") + b"\r\n"
    session.receive(b"334 UGFzc3dvcmQ6\r\n")
    assert said(session) == base64.b64encode(b"s3cret") + b"\r\n"
    assert session.receive(b"235 OK\r\n") == [Ready()]
    assert base64.b64encode(b"s3cret").decode() not in session.transcript


def test_a_password_is_not_sent_in_clear_unless_allowed():
    session, (ended,) = authenticating("AUTH PLAIN")
    assert "not sent in clear" in ended.reason
    assert said(session) == b""
    session, events = authenticating("AUTH PLAIN", cleartext_password=True)
    assert events == []
    assert said(session).startswith(b"AUTH PLAIN ")


@pytest.mark.parametrize("reply", [b"535 5.7.8 no\r\n", b"334 more?\r\n", b"454 4.7.0 later\r\n"])
def test_refused_credentials_end_the_conversation(reply):
    session, _ = authenticating("AUTH PLAIN", is_encrypted=True)
    said(session)
    (ended,) = session.receive(reply)
    assert ended.stage is Stage.AUTH


def test_a_server_without_a_known_mechanism_is_left():
    _, (ended,) = authenticating("AUTH CRAM-MD5", is_encrypted=True)
    assert "neither" in ended.reason


# One mail


def test_without_pipelining_each_command_waits_for_its_reply():
    session = ready("SIZE 1000")
    session.start(MAIL)
    assert said(session) == b"MAIL FROM:<shop@example.com> SIZE=22\r\n"
    session.receive(OK)
    assert said(session) == b"RCPT TO:<ann@example.net>\r\n"
    session.receive(OK)
    assert said(session) == b"DATA\r\n"
    session.receive(b"354 go\r\n")
    assert said(session) == b"Subject: Hi\r\n\r\nHello\r\n.\r\n"
    (answer,) = session.receive(b"250 2.0.0 Ok: queued as 4ABC\r\n")
    assert answer.is_accepted
    assert answer.reply.text == "250 2.0.0 Ok: queued as 4ABC"


def test_with_pipelining_a_mail_takes_two_writes():
    session = ready("PIPELINING")
    session.start(MAIL)
    assert said(session) == GROUP
    assert session.receive(OK + OK + b"354 go\r\n") == []
    assert said(session) == b"Subject: Hi\r\n\r\nHello\r\n.\r\n"
    (answer,) = session.receive(OK)
    assert answer.is_accepted
    assert session.may_start


def test_the_transcript_shows_what_was_said_and_not_the_mail():
    session = ready("PIPELINING")
    session.start(MAIL)
    session.receive(OK[:0])
    said(session)
    session.receive(OK + OK + b"354 go\r\n")
    said(session)
    (answer,) = session.receive(OK)
    assert answer.transcript.splitlines() == [
        "-- to mx",
        "S: 220 mx.example.net ESMTP",
        "C: EHLO client.example.com",
        "S: 250-mx.example.net",
        "S: 250 PIPELINING",
        "C: MAIL FROM:<shop@example.com>",
        "C: RCPT TO:<ann@example.net>",
        "C: DATA",
        "S: 250 2.0.0 Ok",
        "S: 250 2.0.0 Ok",
        "S: 354 go",
        "C: <22 bytes>",
        "C: .",
        "S: 250 2.0.0 Ok",
    ]


def test_a_refused_recipient_is_told_with_its_stage_and_the_next_mail_begins_with_rset():
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    (answer,) = session.receive(OK + b"550 5.1.1 no such user\r\n554 5.5.1 no valid recipients\r\n")
    assert (answer.stage, answer.reply.enhanced) == (Stage.RCPT, "5.1.1")
    session.start(MAIL)
    assert said(session) == b"RSET\r\n" + GROUP


def test_without_pipelining_a_refusal_ends_the_mail_at_once():
    session = ready()
    session.start(MAIL)
    said(session)
    (answer,) = session.receive(b"451 4.7.1 greylisted\r\n")
    assert answer.stage is Stage.MAIL
    session.start(MAIL)
    assert said(session) == b"RSET\r\n"
    session.receive(OK)
    assert said(session).startswith(b"MAIL FROM")


def test_data_allowed_for_nobody_gets_a_lone_dot():
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    assert session.receive(OK + b"550 5.1.1 no such user\r\n354 go\r\n") == []
    assert said(session) == b".\r\n"
    (answer,) = session.receive(b"250 accepted for nobody\r\n")
    assert (answer.stage, answer.reply.code) == (Stage.RCPT, 550)
    assert not answer.is_accepted


@pytest.mark.parametrize("refused", [b"552 5.2.2 full\r\n", b"451 4.3.0 later\r\n"])
def test_a_refusal_after_the_final_dot_is_an_answer(refused):
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    session.receive(OK + OK + b"354 go\r\n")
    said(session)
    (answer,) = session.receive(refused)
    assert (answer.stage, answer.is_accepted) == (Stage.FINAL, False)


def test_parameters_are_sent_only_when_offered():
    mail = OutgoingMail(
        reverse_path="",
        recipient="ann@example.net",
        data="Subject: hé\r\n\r\n".encode(),
        notify="FAILURE,DELAY",
        orcpt="rfc822;ann@example.net",
        ret="HDRS",
        envid="QQ314159",
    )
    session = ready("PIPELINING", "SIZE", "8BITMIME", "DSN")
    session.start(mail)
    assert said(session) == (
        b"MAIL FROM:<> SIZE=16 BODY=8BITMIME RET=HDRS ENVID=QQ314159\r\n"
        b"RCPT TO:<ann@example.net> NOTIFY=FAILURE,DELAY ORCPT=rfc822;ann@example.net\r\nDATA\r\n"
    )
    session = ready()
    session.start(mail)
    assert said(session) == b"MAIL FROM:<>\r\n"


def test_an_international_address_needs_smtputf8():
    mail = OutgoingMail(reverse_path="shop@example.com", recipient="jörg@example.net", data=b"")
    session = ready("SMTPUTF8")
    assert session.start(mail) is None
    assert said(session) == b"MAIL FROM:<shop@example.com> SMTPUTF8\r\n"
    assert ready().start(mail).enhanced == "5.6.7"


def test_an_international_domain_alone_is_written_as_a_labels():
    mail = OutgoingMail(reverse_path="", recipient="ann@bücher.example", data=b"")
    session = ready("PIPELINING")
    assert session.start(mail) is None
    assert b"RCPT TO:<ann@xn--bcher-kva.example>\r\n" in said(session)


def test_smtputf8_asked_for_without_need_is_dropped():
    mail = OutgoingMail(reverse_path="", recipient="ann@example.net", data=b"A: b\r\n\r\n", smtputf8=True)
    assert ready().start(mail) is None
    mail = OutgoingMail(
        reverse_path="", recipient="ann@example.net", data="A: ü\r\n\r\n".encode(), smtputf8=True
    )
    assert ready().start(mail).enhanced == "5.6.7"


@pytest.mark.parametrize(
    ("changes", "enhanced"),
    [
        ({"data": b"a\nb"}, "5.6.0"),
        ({"data": b"a\r\n.\rb"}, "5.6.0"),
        ({"recipient": "ann@example.net>\r\nDATA"}, "5.1.3"),
        ({"recipient": "ann@example.net> NOTIFY=NEVER"}, "5.1.3"),
        ({"recipient": ""}, "5.1.3"),
        ({"reverse_path": "a\rb@example.com"}, "5.1.7"),
        ({"orcpt": "rfc822;a b"}, "5.5.4"),
        ({"envid": "x\r\nRSET"}, "5.5.4"),
        ({"data": b"x" * 1001}, "5.3.4"),
    ],
)
def test_what_could_break_the_conversation_is_refused_before_it_is_sent(changes, enhanced):
    fields = {"reverse_path": "", "recipient": "ann@example.net", "data": b""} | changes
    session = ready("SIZE 1000", "DSN")
    assert session.start(OutgoingMail(**fields)).enhanced == enhanced
    assert said(session) == b""
    assert session.may_start


def test_a_quoted_local_part_may_hold_what_would_end_a_path():
    mail = OutgoingMail(reverse_path="", recipient='"a> b"@example.net', data=b"")
    assert ready().start(mail) is None


# Overlap


def overlapping():
    session = ready("PIPELINING", may_overlap=True)
    session.start(MAIL)
    said(session)
    session.receive(OK + OK + b"354 go\r\n")
    assert session.may_start
    session.start(MAIL)
    assert not session.may_start
    return session


def test_the_next_mails_commands_may_follow_the_data_in_one_write():
    session = overlapping()
    assert said(session) == b"Subject: Hi\r\n\r\nHello\r\n.\r\n" + GROUP
    (answer,) = session.receive(OK + OK + OK + b"354 go\r\n")
    assert answer.is_accepted
    assert said(session) == b"Subject: Hi\r\n\r\nHello\r\n.\r\n"


def test_without_leave_to_overlap_the_next_mail_waits():
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    session.receive(OK + OK + b"354 go\r\n")
    assert not session.may_start


def test_when_the_connection_dies_only_the_mail_whose_data_left_is_in_doubt():
    session = overlapping()
    said(session)
    first, second, ended = session.give_up("connection lost")
    assert (first.stage, first.in_doubt) == (Stage.FINAL, True)
    assert (second.stage, second.in_doubt) == (Stage.MAIL, False)
    assert ended == Ended(Stage.FINAL, "connection lost", None, ended.transcript)


def test_a_421_after_an_answer_does_not_answer_the_next_mail():
    session = overlapping()
    said(session)
    answer, interrupted, ended = session.receive(OK + b"421 4.7.0 enough mails\r\n")
    assert answer.is_accepted
    assert (interrupted.stage, interrupted.in_doubt) == (Stage.MAIL, False)
    assert ended.reply.code == 421


# Ends


def test_a_421_answers_the_mail_it_meets_and_ends_the_conversation():
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    answer, ended = session.receive(OK + b"421 4.7.28 unusual rate\r\n")
    assert (answer.stage, answer.reply.code) == (Stage.RCPT, 421)
    assert ended.reply.code == 421
    assert not session.may_start


def test_a_421_on_the_first_mail_is_its_answer_and_on_a_later_one_is_not():
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    assert isinstance(session.receive(b"421 busy\r\n")[0], Answered)
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    session.receive(b"550 no\r\n550 no\r\n550 no\r\n")
    session.start(MAIL)
    said(session)
    (interrupted, _) = session.receive(b"421 idle for too long\r\n")
    assert isinstance(interrupted, Interrupted)
    assert not interrupted.in_doubt


@pytest.mark.parametrize(
    ("before", "stage", "in_doubt"),
    [
        (b"", Stage.MAIL, False),
        (OK, Stage.RCPT, False),
        (OK + OK, Stage.DATA, False),
        (OK + OK + b"354 go\r\n", Stage.FINAL, True),
    ],
)
def test_garbage_ends_the_conversation_and_is_in_doubt_only_after_the_final_dot(before, stage, in_doubt):
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    if before:
        session.receive(before)
        said(session)
    interrupted, ended = session.receive(b"whatever\r\n")
    assert (interrupted.stage, interrupted.in_doubt) == (stage, in_doubt)
    assert "protocol error" in ended.reason


def test_an_answer_before_the_question_is_a_protocol_error_and_no_delivery():
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    interrupted, ended = session.receive(OK + OK + b"354 go\r\n" + OK)
    assert not interrupted.in_doubt
    assert "before it was asked" in ended.reason
    assert said(session) == b""


@pytest.mark.parametrize("odd", [b"354 go\r\n", OK + b"354 go\r\n", OK + OK + OK])
def test_a_reply_of_the_wrong_kind_is_a_protocol_error(odd):
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    interrupted, ended = session.receive(odd)
    assert isinstance(interrupted, Interrupted)
    assert "protocol error" in ended.reason


def test_a_refusal_known_before_the_end_is_kept():
    session = ready("PIPELINING")
    session.start(MAIL)
    said(session)
    session.receive(OK + b"550 5.1.1 no such user\r\n")
    answer, _ = session.give_up("connection lost")
    assert answer.reply.code == 550


def test_quit_is_said_once_and_ends_the_conversation():
    session = ready()
    session.quit()
    session.quit()
    assert said(session) == b"QUIT\r\n"
    (ended,) = session.receive(b"221 2.0.0 Bye\r\n")
    assert ended.stage is None
    assert session.give_up("again") == []


def test_an_idle_connection_may_be_ended_by_the_server():
    (ended,) = ready().receive(b"421 4.4.2 idle\r\n")
    assert ended.stage is None
    assert ended.reply.code == 421


WHOLE_CONVERSATION = [
    b"220 mx.example.net\r\n",
    b"250-mx.example.net\r\n250 PIPELINING\r\n",
    OK + OK + b"354 go\r\n",
    b"250-2.0.0 Ok:\r\n250 2.0.0 queued as 4ABC\r\n",
]


@pytest.mark.parametrize("cut", range(sum(map(len, WHOLE_CONVERSATION)) + 1))
def test_a_connection_cut_at_any_byte_leaves_the_right_state(cut):
    session = a_session()
    events = []
    started = False
    left = cut
    for turn in WHOLE_CONVERSATION:
        events += session.receive(turn[:left])
        left = max(left - len(turn), 0)
        if session.may_start and not started:
            session.start(MAIL)
            started = True
        said(session)
    events += session.give_up("lost connection")
    before_data = sum(map(len, WHOLE_CONVERSATION[:3]))
    before_mail = sum(map(len, WHOLE_CONVERSATION[:2]))
    (end,) = [event for event in events if isinstance(event, Answered | Interrupted)] or [None]
    if cut == before_data + len(WHOLE_CONVERSATION[3]):
        assert end.is_accepted
    elif cut >= before_mail:
        assert isinstance(end, Interrupted)
        assert end.in_doubt is (cut >= before_data)
    else:
        assert end is None


@settings(max_examples=150)
@given(
    replies=st.lists(
        st.sampled_from(
            [
                OK,
                b"354 go\r\n",
                b"550 5.1.1 no\r\n",
                b"451 later\r\n",
                b"421 bye\r\n",
                b"220-x\r\n",
                b"\0\r\n",
            ]
        ),
        max_size=30,
    ),
    may_overlap=st.booleans(),
    pipelining=st.booleans(),
)
def test_every_mail_started_ends_exactly_once_whatever_the_server_says(replies, may_overlap, pipelining):
    session = ready(*(["PIPELINING"] if pipelining else []), may_overlap=may_overlap)
    started = 0
    ends = []
    for reply in [*replies, None]:
        while session.may_start and started < 5:
            session.start(MAIL)
            started += 1
        said(session)
        events = session.give_up("lost") if reply is None else session.receive(reply)
        ends += [event for event in events if isinstance(event, Answered | Interrupted)]
    assert len(ends) == started
    assert not session.has_mails


def test_an_oddly_dotted_local_part_is_written_in_quotes():
    session = ready("PIPELINING")
    session.start(OutgoingMail(reverse_path=".a@example.com", recipient="b..c@example.net", data=MAIL.data))
    assert said(session) == b'MAIL FROM:<".a"@example.com>\r\nRCPT TO:<"b..c"@example.net>\r\nDATA\r\n'
