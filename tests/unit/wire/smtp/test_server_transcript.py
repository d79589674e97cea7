"""The conversation as it is kept with a message."""

from aerogram.wire.smtp.limits import MAX_TRANSCRIPT_BYTES
from aerogram.wire.smtp.server.transcript import Transcript
from support.smtp_dialogue import Dialogue

MAIL = b"MAIL FROM:<ann%d@example.com>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\nSubject: secret\r\n\r\n.\r\n"


def test_it_tells_the_whole_way_to_a_message_but_not_the_message():
    dialogue = Dialogue(is_tls=True, requires_auth=True, banner="ESMTP")
    dialogue.say(b"EHLO client.example.com\r\nAUTH PLAIN AGEAYg==\r\n" + MAIL % 1)
    assert dialogue.session.transcript().splitlines() == [
        "S: 220 mx.example.com ESMTP",
        "C: EHLO client.example.com",
        "S: 250-mx.example.com",
        "S: 250-PIPELINING",
        "S: 250-SIZE 15728640",
        "S: 250-AUTH PLAIN LOGIN",
        "S: 250-AUTH=PLAIN LOGIN",
        "S: 250-ENHANCEDSTATUSCODES",
        "S: 250-8BITMIME",
        "S: 250-SMTPUTF8",
        "S: 250-DSN",
        "S: 250 CHUNKING",
        "C: AUTH PLAIN ***",
        "S: 235 2.7.0 OK",
        "C: MAIL FROM:<ann1@example.com>",
        "S: 250 2.1.0 Ok",
        "C: RCPT TO:<bob@example.net>",
        "S: 250 2.1.5 Ok",
        "C: DATA",
        "S: 354 End data with <CR><LF>.<CR><LF>",
        "C: (message, 19 octets)",
        "S: 250 2.0.0 Ok: queued",
    ]


def test_a_message_has_the_opening_and_its_own_transaction():
    dialogue = Dialogue().greeted()
    dialogue.say(MAIL % 1 + b"NOOP\r\n" + MAIL % 2)
    transcript = dialogue.session.transcript()
    assert transcript.startswith("S: 220 mx.example.com ESMTP Aerogram\nC: EHLO client.example.com\n")
    assert "ann2@example.com" in transcript
    assert "ann1@example.com" not in transcript
    assert "NOOP" not in transcript


def test_chunks_are_told_by_their_size():
    dialogue = Dialogue().greeted()
    dialogue.say(b"MAIL FROM:<>\r\nRCPT TO:<b@example.net>\r\nBDAT 2\r\nxxBDAT 1 LAST\r\nx")
    assert dialogue.session.transcript().splitlines()[-5:] == [
        "C: BDAT 2",
        "S: 250 2.0.0 Ok: 2 octets received",
        "C: BDAT 1 LAST",
        "C: (message, 3 octets)",
        "S: 250 2.0.0 Ok: queued",
    ]


def test_it_stays_small_and_keeps_the_end():
    dialogue = Dialogue().greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\n" + b"RCPT TO:<bob@example.net>\r\n" * 900 + b"DATA\r\n.\r\n")
    transcript = dialogue.session.transcript()
    assert len(transcript.encode()) <= MAX_TRANSCRIPT_BYTES
    assert transcript.startswith("S: 220 ")
    assert "\n[...]\n" in transcript
    assert transcript.endswith(
        "S: 354 End data with <CR><LF>.<CR><LF>\nC: (message, 0 octets)\nS: 250 2.0.0 Ok: queued\n"
    )


def test_long_lines_are_cut():
    transcript = Transcript()
    for _ in range(100):
        transcript.client(b"x" * 2_000)
        transcript.server(b"250 " + b"y" * 500 + b"\r\n")
    transcript.start_message()
    for _ in range(100):
        transcript.client("é".encode() * 1_000)
        transcript.server(b"250 " + b"y" * 500 + b"\r\n")
    assert len(transcript.text().encode()) <= MAX_TRANSCRIPT_BYTES
