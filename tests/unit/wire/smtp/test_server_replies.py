"""Every reply the server has of its own, and the shortest way to hear it."""

import pytest

from aerogram.wire.smtp import replies
from aerogram.wire.smtp.replies import Reply
from support.smtp_dialogue import Dialogue

BEGUN = "EHLO c|MAIL FROM:<a@b.example>"
ADDRESSED = f"{BEGUN}|RCPT TO:<c@d.example>"
STARTTLS = {"offers_starttls": True}
TLS = {"is_tls": True}

WAYS = {
    # client's lines, parted by |          reply to the last of them                       port
    "RSET": ("RSET", "250 2.0.0 Ok", {}),
    "NOOP": ("NOOP with words", "250 2.0.0 Ok", {}),
    "QUIT": ("QUIT", "221 2.0.0 Bye", {}),
    "HELO": ("HELO c", "250 mx.example.com", {}),
    "HELP": ("HELP", "214 2.0.0 Commands: EHLO ...", {}),
    "VRFY": ("VRFY ann", "252 2.0.0 Cannot verify the user, but ...", {}),
    "VRFY of nothing": ("VRFY", "501 5.5.4 Syntax: VRFY address", {}),
    "EXPN": ("EHLO c|EXPN list", "502 5.5.1 Error: command not implemented", {}),
    "STARTTLS": ("EHLO c|STARTTLS", "220 2.0.0 Ready to start TLS", STARTTLS),
    "STARTTLS not offered": ("EHLO c|STARTTLS", "502 5.5.1 Error: command not implemented", {}),
    "STARTTLS within TLS": ("EHLO c|STARTTLS", "503 5.5.1 Error: TLS already active", TLS),
    "STARTTLS with words": ("EHLO c|STARTTLS x", "501 5.5.4 Syntax: STARTTLS", STARTTLS),
    "AUTH": ("EHLO c|AUTH PLAIN AGEAYg==", "235 2.7.0 OK", TLS),
    "AUTH asks": ("EHLO c|AUTH LOGIN", "334 VXNlcm5hbWU6", TLS),
    "AUTH of nothing": ("EHLO c|AUTH", "501 5.5.4 Syntax: AUTH ...", TLS),
    "AUTH twice": ("EHLO c|AUTH PLAIN AGEAYg==|AUTH PLAIN AGEAYg==", "503 5.5.1 Error: already...", TLS),
    "AUTH unknown": ("EHLO c|AUTH CRAM-MD5", "504 5.5.4 Error: authentication mechanism ...", TLS),
    "AUTH in clear": ("EHLO c|AUTH LOGIN", "538 5.7.11 Encryption required for ...", {}),
    "AUTH late": (f"{BEGUN}|AUTH LOGIN", "503 5.5.1 Error: MAIL transaction in progress", TLS),
    "AUTH cancelled": ("EHLO c|AUTH LOGIN|*", "501 5.7.0 Error: authentication cancelled", TLS),
    "AUTH not base64": ("EHLO c|AUTH LOGIN|?", "501 5.5.2 Error: the response is not valid base64", TLS),
    "AUTH malformed": ("EHLO c|AUTH PLAIN YQ==", "501 5.5.2 Error: malformed authentication ...", TLS),
    "AUTH for another": ("EHLO c|AUTH PLAIN YQBiAGM=", "535 5.7.8 Error: authentication failed: ...", TLS),
    "MAIL": (BEGUN, "250 2.1.0 Ok", {}),
    "MAIL without AUTH": (BEGUN, "530 5.7.0 Authentication required", {"requires_auth": True}),
    "MAIL without EHLO": ("MAIL FROM:<>", "503 5.5.1 Error: send HELO/EHLO first", {}),
    "MAIL nested": (f"{BEGUN}|MAIL FROM:<>", "503 5.5.1 Error: nested MAIL command", {}),
    "MAIL of nothing": ("EHLO c|MAIL", "501 5.5.4 Syntax: MAIL FROM:<address>", {}),
    "MAIL TO": ("EHLO c|MAIL TO:<a@b>", "501 5.5.4 Syntax: MAIL FROM:<address>", {}),
    "MAIL without brackets": ("EHLO c|MAIL FROM:a@b SIZE=9", "250 2.1.0 Ok", {}),
    "MAIL without half a bracket": ("EHLO c|MAIL FROM:<a@b", "501 5.1.7 Error: bad address syntax; ...", {}),
    "MAIL bad path": ("EHLO c|MAIL FROM:<a@>", "501 5.1.7 <a@>: bad address syntax", {}),
    "MAIL long path": (f"EHLO c|MAIL FROM:<{'a' * 65}@b>", "501 5.1.7 <aaa...", {}),
    "MAIL beyond ASCII": ("EHLO c|MAIL FROM:<é@b>", r"553 5.6.7 <\xe9@b>: non-ASCII address without ...", {}),
    "MAIL bad parameter": ("EHLO c|MAIL FROM:<> SIZE=x", "501 5.5.4 Error: SIZE must be a number ...", {}),
    "MAIL unknown parameter": ("EHLO c|MAIL FROM:<> HOLD=1", "555 5.5.4 Unsupported option: HOLD", {}),
    "MAIL too big": ("EHLO c|MAIL FROM:<> SIZE=15728641", "552 5.3.4 Message size exceeds fixed limit", {}),
    "RCPT": (ADDRESSED, "250 2.1.5 Ok", {}),
    "RCPT without MAIL": ("EHLO c|RCPT TO:<a@b>", "503 5.5.1 Error: need MAIL command", {}),
    "RCPT of nothing": (f"{BEGUN}|RCPT", "501 5.5.4 Syntax: RCPT TO:<address>", {}),
    "RCPT of the null path": (f"{BEGUN}|RCPT TO:<>", "501 5.1.3 <>: bad address syntax", {}),
    "RCPT without brackets": (f"{BEGUN}|RCPT TO: a@b NOTIFY=NEVER", "250 2.1.5 Ok", {}),
    "RCPT with a name": (f"{BEGUN}|RCPT TO:Ann<a@b>", "501 5.1.3 Error: bad address syntax; ...", {}),
    "RCPT bad path": (f"{BEGUN}|RCPT TO:<a b@c>", "501 5.1.3 <a b@c>: bad address syntax", {}),
    "RCPT beyond ASCII": (f"{BEGUN}|RCPT TO:<a@é>", r"553 5.6.7 <a@\xe9>: non-ASCII address ...", {}),
    "RCPT bad parameter": (f"{BEGUN}|RCPT TO:<a@b> NOTIFY=X", "501 5.5.4 Error: NOTIFY must be ...", {}),
    "RCPT unknown parameter": (f"{BEGUN}|RCPT TO:<a@b> SIZE=1", "555 5.5.4 Unsupported option: SIZE", {}),
    "RCPT too many": (f"{ADDRESSED}|RCPT TO:<e@f>", "452 4.5.3 Error: too many ...", {"max_recipients": 1}),
    "DATA": (f"{ADDRESSED}|DATA", "354 End data with <CR><LF>.<CR><LF>", {}),
    "DATA with words": (f"{ADDRESSED}|DATA x", "501 5.5.4 Syntax: DATA", {}),
    "DATA without EHLO": ("DATA", "503 5.5.1 Error: send HELO/EHLO first", {}),
    "DATA without MAIL": ("EHLO c|DATA", "503 5.5.1 Error: need MAIL command", {}),
    "DATA without RCPT": (f"{BEGUN}|DATA", "503 5.5.1 Error: need RCPT command", {}),
    "DATA for nobody": (f"{BEGUN}|RCPT TO:<>|DATA", "554 5.5.1 Error: no valid recipients", {}),
    "message": (f"{ADDRESSED}|DATA|x|.", "250 2.0.0 Ok: queued", {}),
    "message flawed": (
        f"{ADDRESSED}|DATA|x\n|.",
        "550 5.6.0 Message refused: it contains a bare <LF>...",
        {},
    ),
    "message too big": (f"{ADDRESSED}|DATA|xx|.", "552 5.3.4 Message size ...", {"max_message_bytes": 3}),
    "BDAT": (f"{ADDRESSED}|BDAT 2|", "250 2.0.0 Ok: 2 octets received", {}),
    "BDAT last": (f"{ADDRESSED}|BDAT 2 LAST|", "250 2.0.0 Ok: queued", {}),
    "BDAT without MAIL": ("EHLO c|BDAT 2|", "503 5.5.1 Error: need MAIL command", {}),
    "BDAT for nobody": (f"{BEGUN}|RCPT TO:<>|BDAT 2|", "554 5.5.1 Error: no valid recipients", {}),
    "RSET with words": ("RSET x", "501 5.5.4 Syntax: RSET", {}),
    "EHLO of nothing": ("EHLO", "501 5.5.4 Syntax: EHLO hostname", {}),
    "nothing": ("", "500 5.5.2 Error: bad syntax", {}),
    "space": (" ", "500 5.5.2 Error: bad syntax", {}),
    "long line": (f"NOOP {'x' * 2_042}", "500 5.5.2 Error: line too long", {}),
    "unknown": ("ETRN x", "502 5.5.2 Error: command not recognized", {}),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_way_to_every_reply(name):
    script, reply, config = WAYS[name]
    dialogue = Dialogue(**config)
    for line in script.split("|"):
        dialogue.heard.clear()
        dialogue.say(line.encode() + b"\r\n")
    dialogue.expect(reply)
    dialogue.expect_silence()


LAST_WORDS = {
    "BDAT misspelt": (b"BDAT x\r\n", "501 5.5.4 Syntax: BDAT size [LAST]"),
    "BDAT far too big": (b"BDAT 9999999999\r\n", "552 5.3.4 Message size exceeds fixed limit"),
    "endless line": (b"x" * 12_288, "500 5.5.2 Error: line too long"),
}


@pytest.mark.parametrize("name", LAST_WORDS)
def test_what_leaves_no_way_to_go_on_ends_the_session(name):
    said, reply = LAST_WORDS[name]
    Dialogue().greeted().say(said + b"NOOP\r\n").run(f"""
        S: {reply}
        S: 421 4.7.0 closing the connection
        S: (closed)
    """)


def test_the_table_of_replies_is_well_formed():
    table = [reply for reply in vars(replies).values() if isinstance(reply, Reply)]
    assert len(table) > 40
    for reply in table:
        assert (
            reply.encoded() == f"{reply.code} {reply.enhanced} {reply.text}\r\n".replace("  ", " ").encode()
        )
        assert not reply.enhanced or reply.enhanced[0] == str(reply.code)[0], reply
        assert reply.is_positive == (reply.code < 400)


@pytest.mark.parametrize(
    ("reply", "wire"),
    [
        (Reply(334), b"334 \r\n"),
        (Reply(250, text="OK queued as 81a4"), b"250 OK queued as 81a4\r\n"),
        (Reply(550, "5.7.1", "one\ntwo"), b"550-5.7.1 one\r\n550 5.7.1 two\r\n"),
        (Reply(550, "5.7.1", "a\r\n250 2.0.0 b"), b"550-5.7.1 a \r\n550 5.7.1 250 2.0.0 b\r\n"),
        (Reply(550, "5.7.1", "a\0\x7fb"), b"550 5.7.1 a  b\r\n"),
        (Reply(550, "5.7.1", "é\u2028"), b"550 5.7.1 \\xe9\\u2028\r\n"),
        (Reply(550, "", "\n"), b"550-\r\n550 \r\n"),
    ],
)
def test_a_reply_is_written_without_surprises(reply, wire):
    assert reply.encoded() == wire


def test_a_long_text_is_cut_into_lines_of_512_octets():
    wire = Reply(550, "5.7.1", "word " * 300).encoded()
    lines = wire.split(b"\r\n")[:-1]
    assert len(lines) == 4
    assert all(len(line) + 2 <= 512 for line in lines)
    assert [line[3:4] for line in lines] == [b"-", b"-", b"-", b" "]
    assert b"".join(line[10:] for line in lines).decode() == "word " * 300
