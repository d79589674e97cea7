"""Mail as programs and relays really write it, over SMTP to a whole server: filled in, tracked and shown, or blocked."""

import base64
import email
import email.policy
import json
import re
import smtplib
import urllib.error
import urllib.request

import pytest

from support.server import running
from support.waiting import wait_for

SETTINGS = {"trusted_senders": "@example.org", "trusted_networks": "127.0.0.0/8", "rate_limit": "none"}
LANGUAGE = (
    b"X-MJ-TemplateLanguage: 1",
    b'X-MJ-Vars: {"n":"Zoe"}',
    b"X-MJ-TemplateErrorReporting: rep@example.net",
)
TRACKED = (b"X-Mailjet-TrackOpen: 1", b"X-Mailjet-TrackClick: 1")
MARK = b"x [[UNSUB_LINK]]"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("as-it-is"), **SETTINGS) as process:
        yield process


def get(server, path):
    pair = f"{server.settings['api_key']}:{server.settings['secret_key']}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    try:
        with urllib.request.urlopen(urllib.request.Request(server.url + path, None, headers)) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        error.close()
        return None


def mail_of(content, *fields, subject=b"as it is"):
    """Give a mail; ``content`` begins with its content fields, ``fields`` are more headers."""
    head = (
        b"From: News <news@example.org>",
        b"To: ann@example.net",
        b"MIME-Version: 1.0",
        b"Subject: " + subject,
        *fields,
    )
    return b"\r\n".join((*head, content))


def part(content_type, body, *more):
    return b"\r\n".join((b"Content-Type: " + content_type, *more, b"", body, b""))


def multipart(kind, *parts, boundary=b"b"):
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary, each) for each in parts)
    return b'Content-Type: multipart/%b; boundary="%b"\r\n\r\n%b--%b--\r\n' % (kind, boundary, body, boundary)


class Sent:
    """A mail that was sent: its row in the REST API, and what the inbox has of it once it was attempted."""

    def __init__(self, server, mail):
        with smtplib.SMTP("127.0.0.1", server.smtp_port) as client:
            client.ehlo()
            client.mail("news@example.org")
            client.rcpt("ann@example.net")
            code, words = client.data(mail)
        assert code == 250, words
        self._server = server
        self._uuid = words.decode().rpartition(" ")[2]
        self.row = wait_for(self._attempted, "an attempt")

    def _attempted(self):
        [row] = json.loads(get(self._server, f"/v3/REST/message/{self._uuid}"))["Data"]
        return row if row["Status"] not in ("queued", "unknown") else None

    @property
    def inbox(self):
        return json.loads(get(self._server, f"/inbox/api/messages/{self.row['ID']}"))

    @property
    def raw(self):
        return get(self._server, f"/inbox/api/messages/{self.row['ID']}/raw")

    @property
    def is_blocked(self):
        is_blocked = self.row["Status"] == "blocked"
        assert (self.inbox["state"] == "blocked") == is_blocked
        return is_blocked

    @property
    def flags(self):
        return self.row["IsOpenTracked"], self.row["IsClickTracked"]


UTF_8 = b"text/plain; charset=utf-8"
FILLED = {
    "cut emoji": part(UTF_8, b"Hi {{var:n}} \xf0\x9f\x8e..."),
    "latin-1 byte": part(UTF_8, b"Hi {{var:n}} caf\xe9"),
    "utf-8mb4": part(b"text/plain; charset=utf-8mb4", b"Hi {{var:n}} caf\xc3\xa9"),
    "8 bit": part(UTF_8, b"Hi {{var:n}}", b"Content-Transfer-Encoding: 8 bit"),
    "charset as encoding": part(UTF_8, b"Hi {{var:n}}", b"Content-Transfer-Encoding: utf-8"),
    "base64 in letters": part(
        UTF_8, base64.b64encode(b"Hi {{var:n}}"), b"Content-Transfer-Encoding: BASE-64;"
    ),
    "gbk as gb2312": part(b"text/plain; charset=gb2312", b"Hi {{var:n}} \x81F"),
    "circled digit": part(b"text/plain; charset=Shift_JIS", b"Hi {{var:n}} \x87\x40"),
    "no charset": part(b"text/plain", b"Hi {{var:n}} \x93ok\x94"),
    "charset of nobody": part(b"text/plain; charset=klingon", b"Hi {{var:n}}"),
    "two types": part(b"text/plain\r\nContent-Type: text/html", b"Hi {{var:n}}"),
    "two encodings": part(
        b"text/plain\r\nContent-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64", b"Hi {{var:n}}"
    ),
    "a comment": part(b"text/plain (plain; text); charset=us-ascii", b"Hi {{var:n}}"),
    "named": multipart(b"mixed", part(b"text/plain; name=body.txt", b"Hi {{var:n}}")),
    "inline": multipart(
        b"mixed", part(b"text/plain", b"Hi {{var:n}}", b"Content-Disposition: inline; filename=body.txt")
    ),
    "named alternatives": multipart(
        b"alternative",
        part(b"text/plain; name=a.txt", b"Hi {{var:n}}"),
        part(b"text/html; name=a.html", b"<p>Hi {{var:n}}</p>"),
    ),
}


@pytest.mark.parametrize("name", FILLED)
def test_the_language_fills_every_text_that_mail_programs_show(server, name):
    sent = Sent(server, mail_of(FILLED[name], *LANGUAGE))
    assert sent.row["Status"] == "sent"
    shown = sent.inbox
    assert "Hi Zoe" in shown["text"]
    assert "{{" not in (shown["text"] + (shown["html"] or ""))
    assert shown["attachments"] == []


SIGNED = multipart(
    b'signed; micalg=pgp-sha1; protocol="application/pgp-signature"',
    part(b"text/plain", b"Hi {{var:n}} " + MARK),
    part(b"application/pgp-signature", b"-----BEGIN PGP SIGNATURE-----"),
)
IMPOSSIBLE = {
    "signed": (SIGNED, "signed"),
    "encrypted": (
        multipart(
            b'encrypted; protocol="application/pgp-encrypted"',
            part(b"application/pgp-encrypted", b"Version: 1"),
            part(b"application/octet-stream", b"-----BEGIN PGP MESSAGE-----"),
        ),
        "encrypted",
    ),
    "s/mime": (part(b"application/pkcs7-mime; smime-type=enveloped-data", b"aGk="), "S/MIME"),
    "signed in itself": (part(b"text/plain", b"-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n{{var:n}}"), "PGP"),
    "wrong boundary": (
        multipart(b"mixed", part(UTF_8, b"Hi {{var:n}} " + MARK)).replace(b'"b"', b'"c"'),
        "boundary 'c'",
    ),
    "no boundary": (
        multipart(b"mixed", part(UTF_8, b"Hi {{var:n}} " + MARK)).replace(b'; boundary="b"', b""),
        "names no boundary",
    ),
    "an encoding of nobody": (
        part(UTF_8, b"Hi {{var:n}} " + MARK, b"Content-Transfer-Encoding: x-yencode"),
        "x-yencode",
    ),
    "too many parts": (
        multipart(b"mixed", *[part(b"image/png", b"x")] * 1000, part(UTF_8, b"Hi {{var:n}} " + MARK)),
        "too many parts",
    ),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_text_that_cannot_be_filled_in_blocks_the_mail_and_is_reported(server, name):
    content, words = IMPOSSIBLE[name]
    subject = b"cannot " + name.encode()
    sent = Sent(server, mail_of(content, *LANGUAGE, subject=subject))
    assert sent.is_blocked
    assert sent.row["StateID"] != 0

    def reported():
        listed = json.loads(get(server, "/inbox/api/messages?to=rep@example.net"))
        return next((row for row in listed if subject.decode() in row["subject"]), None)

    report = wait_for(reported, "the report")
    text = json.loads(get(server, f"/inbox/api/messages/{report['id']}"))["text"]
    assert words in text
    assert "part of the mail cannot be changed" in text


@pytest.mark.parametrize(
    "name", ["signed", "wrong boundary", "no boundary", "an encoding of nobody", "too many parts"]
)
def test_a_merge_tag_that_cannot_be_filled_in_blocks_the_mail(server, name):
    assert Sent(server, mail_of(IMPOSSIBLE[name][0])).is_blocked


@pytest.mark.parametrize(
    "content",
    [
        part(b"text/html; charset=utf-8", b"<p>Hi {% if %}</p>"),
        multipart(
            b"alternative",
            part(b"text/html", b"<p>Hi</p>"),
            part(UTF_8, b"Hi {{var:n}}", b"Content-Transfer-Encoding: x-yencode"),
        ),
    ],
)
def test_a_blocked_mail_is_not_tracked_although_it_was_asked_for(server, content):
    sent = Sent(server, mail_of(content, *LANGUAGE, *TRACKED, subject=b"blocked and tracked"))
    assert (sent.row["Status"], *sent.flags) == ("blocked", False, False)
    [told] = json.loads(get(server, f"/v3/REST/messageinformation/{sent.row['ID']}"))["Data"]
    assert (told["OpenTrackedCount"], told["ClickTrackedCount"]) == (0, 0)


def test_a_sender_who_wants_it_delivered_anyway_gets_it_as_typed_with_the_report(server):
    sent = Sent(server, mail_of(SIGNED, *LANGUAGE, b"X-MJ-TemplateErrorDeliver: deliver", subject=b"anyway"))
    assert sent.row["Status"] == "sent"
    assert sent.raw.partition(b"\r\n\r\n")[2] == mail_of(SIGNED).partition(b"\r\n\r\n")[2]

    def reported():
        listed = json.loads(get(server, "/inbox/api/messages?to=rep@example.net"))
        return next((row for row in listed if "anyway" in row["subject"]), None)

    wait_for(reported, "the report")


MARKED = [
    part(b"text/html; charset=utf-8", b'<p>caf\xe9 <a href="[[UNSUB_LINK]]">leave</a></p>'),
    part(UTF_8, MARK, b"Content-Transfer-Encoding: 8 bit"),
    part(UTF_8, MARK, b"Content-Transfer-Encoding: utf-8"),
    part(b"text/plain; charset=utf-8mb4", MARK),
    part(UTF_8, b"x =5B=5bUNSUB_LINK=5D=5D", b"Content-Transfer-Encoding: quoted-printable (relay)"),
    part(UTF_8, b"x [= \r\n[= \r\nUNSUB_LINK]]", b"Content-Transfer-Encoding: quoted printable"),
    part(UTF_8, b"eCBb\r\nW1V\r\nOU1VCX\r\n0xJTktdXQ", b"Content-Transfer-Encoding: (x) base64"),
    part(
        b"text/plain; charset=utf-16",
        base64.b64encode(MARK.decode().encode("utf-16")),
        b"Content-Transfer-Encoding: base64",
    ),
    part(b"text/plain; charset=utf-7", b"x +AFsAWw-UNSUB+AF8-LINK]]"),
    part(
        UTF_8,
        b'begin 644 a\r\n0>"!;6U5.4U5"7TQ)3DM=70  \r\n`\r\nend',
        b"Content-Transfer-Encoding: x-uuencode",
    ),
    multipart(b"mixed", part(b'text/plain; name="a.txt"', MARK)),
    multipart(
        b"mixed",
        part(b"text/plain", b"x"),
        part(b"text/html", MARK, b"Content-Disposition: inline; filename=b.html"),
    ),
]


@pytest.mark.parametrize("content", MARKED)
def test_the_unsubscribe_link_is_found_and_filled_in_however_it_is_written(server, content):
    sent = Sent(server, mail_of(content))
    assert sent.row["Status"] == "sent"
    shown = sent.inbox
    assert "UNSUB_LINK" not in (shown["text"] or "") + (shown["html"] or "")
    assert "/u/" in (shown["text"] or "") + (shown["html"] or "")
    assert any(header["name"] == "List-Unsubscribe" for header in shown["headers"])


LINK = b' <a href="https://x.example/">l</a></body></html>'
TRACKABLE = [
    (part(b"text/html; charset=gb2312", b"<html><body>\x81F" + LINK), "丗"),
    (
        part(b"text/html; charset=iso-8859-1", b"<html><body>10 \x80 \x96 \x93ok\x94" + LINK),
        "10 € \u2013 “ok”",
    ),
    (part(b"text/html; charset=us-ascii", b"<html><body>10 \x80" + LINK), "10 €"),
    (part(b"text/html; charset=tis-620", b"<html><body>\xa1\x85" + LINK), "ก…"),
    (part(b"text/html; charset=ks_c_5601-1987", b"<html><body>\x8c\x63\xb0\xa1" + LINK), "똠가"),
    (part(b"text/html; charset=iso-8859-9", b"<html><body>\xfe\x80" + LINK), "ş€"),
    (part(b"text/html; charset=big5", b"<html><body>\xa3\xe1\xf9\xd6" + LINK), "€碁"),
    (part(b"text/html; charset=iso-2022-jp", b"<html><body>\x1b$B-!\x1b(B" + LINK), "①"),
    (part(b"text/html; charset=x-sjis", b"<html><body>\x87\x40\xfb\xfc" + LINK), "①髙"),
    (part(b"text/html", b"<html><head><meta charset=windows-1251></head><body>\xcf\xf0" + LINK), "Пр"),
    (
        part(
            b"text/html; charset=utf-8", b"\xff\xfe" + ("<html><body>é" + LINK.decode()).encode("utf-16-le")
        ),
        "é",
    ),
    (part(b"text/html; charset=utf-8; name=a.html", b"<html><body>\xc3\xa9" + LINK), "é"),
]


@pytest.mark.parametrize(("content", "text"), TRACKABLE)
def test_a_tracked_text_keeps_every_character_and_says_that_it_is_tracked(server, content, text):
    if b"\0" in content:
        head, body = content.split(b"\r\n\r\n", 1)
        content = head + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(body)
        content = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    sent = Sent(server, mail_of(content, *TRACKED))
    assert sent.flags == (True, True)
    html = sent.inbox["html"]
    assert f"<body>{text} <a" in html
    assert "/o/" in html
    assert re.search(r'href="http[^"]*/c/', html)
    read = email.message_from_bytes(sent.raw, policy=email.policy.default)
    assert read.get_content_charset() == "utf-8"
    assert text in read.get_content()
    assert "windows-1251" not in read.get_content()


def test_blanks_of_a_relay_after_soft_breaks_do_not_become_part_of_links(server):
    body = b'<html><body><a href=3D"https://x.example/?a=3D1&amp;= \r\nb=3D2">l</a> x= \r\ny</body></html>'
    content = part(b"text/html; charset=utf-8", body, b"Content-Transfer-Encoding: quoted-printable")
    html = Sent(server, mail_of(content, *TRACKED)).inbox["html"]
    token = re.search(r"/c/[\w-]+/([\w-]+)", html)[1]
    assert base64.urlsafe_b64decode(token + "==") == b"https://x.example/?a=1&b=2"
    assert "</a> xy<" in html


UNTRACKABLE = [
    SIGNED.replace(b"text/plain", b"text/html").replace(MARK, b""),
    part(b"text/html", b"<p>x</p>", b"Content-Transfer-Encoding: x-yencode"),
    part(b"text/plain", b"no html"),
    multipart(b"mixed", part(b"text/html", b"<p>x</p>")).replace(b'"b"', b'"c"'),
    multipart(b"mixed", part(b"text/html", b"<p>x</p>", b"Content-Disposition: attachment; filename=a.html")),
    multipart(b"mixed", part(b"message/rfc822", part(b"text/html", b"<p>x</p>"))),
]


@pytest.mark.parametrize("content", UNTRACKABLE)
def test_what_cannot_be_tracked_goes_out_as_it_is_and_says_so(server, content):
    sent = Sent(server, mail_of(content, *TRACKED))
    assert (sent.row["Status"], *sent.flags) == ("sent", False, False)
    assert sent.raw.partition(b"\r\nContent-Type:")[2] == mail_of(content).partition(b"\r\nContent-Type:")[2]


SUBJECTS = [
    (b"=?gb2312?B?nHnUh+Znu/k=?=", b"utf-8", "測試鎔基"),
    (b"=?iso-8859-1?q?=93ok=94_=96_10_=80?=", b"utf-8", "“ok” \u2013 10 €"),
    (b"caf\xe9", b"utf-8", "café"),
    (b"\x93ok\x94", b"us-ascii", "“ok”"),
    (b"caf\xc3\xa9", b"iso-8859-1", "café"),
    (b"\xcf\xf0\xe8\xe2\xe5\xf2", b"windows-1251", "Привет"),
    (b"=?shift_jis?b?h0A=?=", b"utf-8", "①"),
    (b"=?utf-8mb4?q?caf=C3=A9?=", b"utf-8", "café"),
    (b"=?utf-8?B?Y2Fmw6k?=", b"utf-8", "café"),
    (b"=?utf-8?Q?Ready??=", b"utf-8", "Ready?"),
    (b"=?iso-2022-jp?b?GyRCLSEbKEI=?=", b"utf-8", "①"),
    (b"=?ks_c_5601-1987?b?jGM=?=", b"utf-8", "똠"),
]


@pytest.mark.parametrize(("raw", "charset", "shown"), SUBJECTS)
def test_subjects_are_listed_and_shown_as_mail_programs_do(server, raw, charset, shown):
    sent = Sent(server, mail_of(part(b"text/plain; charset=" + charset, b"x"), subject=raw))
    opened = sent.inbox
    assert opened["subject"] == shown
    assert next(each["value"] for each in opened["headers"] if each["name"] == "Subject") == shown
