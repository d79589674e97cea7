"""Whatever a mail is made of, the standard library, which shares no line with us, reads it back."""

from __future__ import annotations

import base64
import email
import email.policy
from email.header import decode_header, make_header
from email.utils import getaddresses

from hypothesis import example, given, settings
from hypothesis import strategies as st

from aerogram.wire.mime.parts import Attachment, Mailbox, Parts
from aerogram.wire.mime.writing.build import build

_LOCAL = st.sampled_from(["ann", "a.b+c", "o'neil", "x_y-z", '"a b"', "x" * 64])
_DOMAIN = st.sampled_from(
    ["example.com", "bücher.example", "xn--bcher-kva.example", "a.b.c.example", f"{'d' * 63}.example"]
)
# The reader strips and merges white space in phrases, which RFC 5322 lets it do.
_WORDS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12),
    min_size=1,
    max_size=12,
).map(" ".join)
_NAME = (
    _WORDS
    | st.just("")
    | st.sampled_from(['Müller, "Jörg"', "=?utf-8?q?x?=", "a@b.example", "<x>", "(c)", "\\"])
)
_MAILBOX = st.builds(lambda local, domain, name: Mailbox(f"{local}@{domain}", name), _LOCAL, _DOMAIN, _NAME)
_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=400) | st.sampled_from(
    [
        "x" * 3000,
        "é" * 1200,
        ".\n..\n.",
        "From me\n>From you\n",
        "--=_b\n--=_b--\n",
        " \n\t\n",
        "a" * 997 + "\n" + "b" * 999,
    ]
)
_FILE = st.builds(
    lambda name, content, kind: Attachment(kind, name, base64.b64encode(content).decode()),
    _WORDS | st.sampled_from(["r.pdf", 'a"b.txt', "a\\b", "ü" * 80, "x" * 300, "%41*'x"]),
    st.binary(max_size=200),
    st.sampled_from(["application/pdf", "image/png", "application/x-odd; v=1"]),
)


@st.composite
def _parts(draw):
    return Parts(
        sender_from=draw(_MAILBOX),
        sender=draw(st.none() | _MAILBOX),
        reply_to=draw(st.none() | _MAILBOX),
        to=tuple(draw(st.lists(_MAILBOX, min_size=1, max_size=6))),
        cc=tuple(draw(st.lists(_MAILBOX, max_size=3))),
        subject=draw(_WORDS | st.just("")),
        text=draw(_TEXT),
        html=draw(st.none() | _TEXT.map(lambda text: f"<p>{text}</p>")),
        attachments=tuple(draw(st.lists(_FILE, max_size=3))),
        headers=(("X-Note", draw(_WORDS)),),
    )


def mailboxes_of(data, name):
    # The library's newer reader puts a space between adjacent encoded words of a name, its older one does not.
    fields = email.message_from_bytes(data).get_all(name, [])
    pairs = getaddresses([field.replace("\r\n", "") for field in fields])
    return [(address, str(make_header(decode_header(shown)))) for shown, address in pairs]


def expected(mailboxes):
    return [
        (f"{box.email.rpartition('@')[0]}@{box.email.rpartition('@')[2].encode('idna').decode()}", box.name)
        for box in mailboxes
    ]


@settings(max_examples=60, deadline=None)
@given(_parts())
@example(
    Parts(
        sender_from=Mailbox("ann@example.com"),
        to=(Mailbox("bob@example.com", "é" * 300),),
        subject="ü ü" * 400,
        text="",
    )
)
def test_a_mail_reads_back_as_its_parts(parts):
    data = build(parts, message_id="17@example.com", date_ms=1_767_268_800_000, boundary_seed=b"17")
    assert data.isascii()
    assert all(len(line) <= 998 and b"\n" not in line and b"\r" not in line for line in data.split(b"\r\n"))
    mail = email.message_from_bytes(data, policy=email.policy.SMTP)
    assert [defect for part in mail.walk() for defect in part.defects] == []
    assert mailboxes_of(data, "From") == expected([parts.sender_from])
    assert mailboxes_of(data, "Sender") == expected([parts.sender] if parts.sender else [])
    assert mailboxes_of(data, "Reply-To") == expected([parts.reply_to] if parts.reply_to else [])
    assert mailboxes_of(data, "To") == expected(parts.to)
    assert mailboxes_of(data, "Cc") == expected(parts.cc)
    assert mail["Subject"] == parts.subject
    found = mail.get_body(("plain",))
    if parts.text or not parts.html:
        assert text_of(found) == without_last_line_end(parts.text)
    if parts.html:
        assert text_of(mail.get_body(("html",))) == without_last_line_end(parts.html)
    files = list(mail.iter_attachments()) if parts.attachments else []
    assert [file.get_filename() for file in files] == [file.filename for file in parts.attachments]
    assert [file.get_content() for file in files] == [
        base64.b64decode(file.content) for file in parts.attachments
    ]


def without_last_line_end(text):
    """The line end behind the last line may belong to the mail and not to the text."""
    return text.replace("\r\n", "\n").removesuffix("\n")


def text_of(part):
    return without_last_line_end(part.get_payload(decode=True).decode())
