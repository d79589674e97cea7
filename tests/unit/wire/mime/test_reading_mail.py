"""What a person gets to see of a mail, whatever its bytes are."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from aerogram.wire.mime.reading.read import MAX_HEADERS, read_mail
from aerogram.wire.mime.reading.walk import MAX_DEPTH, MAX_PARTS
from support.inbox import letter

PNG = b"\x89PNG\r\n\x1a\n rest"


def mime(*lines):
    return "\r\n".join(lines).encode()


def multipart(subtype, boundary, *parts):
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n{body}--{boundary}--\r\n'


def test_text_html_and_files_are_told_apart():
    mail = read_mail(
        letter(
            text="plain\n",
            html="<p>rich</p>\n",
            files=(("a.pdf", "application/pdf", b"%PDF"),),
            images=(("logo", PNG),),
        )
    )
    assert mail.text == "plain\n"
    assert mail.html == "<p>rich</p>\n"
    image, file = mail.files
    assert (image.content_type, image.content, image.content_id, image.is_inline) == (
        "image/png",
        PNG,
        "logo",
        True,
    )
    assert (file.name, file.content_type, file.content, file.is_inline) == (
        "a.pdf",
        "application/pdf",
        b"%PDF",
        False,
    )
    assert mail.notes == ()


def test_headers_keep_their_order_and_repetitions():
    mail = read_mail(mime("Received: a", "Received: b", "Subject: x", "", "body"))
    assert mail.headers == (("Received", "a"), ("Received", "b"), ("Subject", "x"))
    assert mail.header("received") == "a"
    assert mail.header("missing") == ""


def test_folded_headers_are_one_line():
    assert read_mail(mime("Subject: one", "\ttwo", " three", "", "")).header("Subject") == "one\ttwo three"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("=?utf-8?B?w6l0w6k=?=", "été"),
        ("=?utf-8?q?=C3=A9t=C3=A9_2026?=", "été 2026"),
        ("=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?= end", "éé end"),
        ("=?utf-8?b?w6k=?= =?utf-8?b?w6k=?=", "éé"),
        ("=?utf-8?B?ww==?= =?utf-8?B?qQ==?=", "é"),
        ("a =?utf-8?q?b?= c", "a b c"),
        ("=?utf-8*fr?q?b?=", "b"),
        ("=?utf-8?x?b?=", "=?utf-8?x?b?="),
        ("=?unknown-charset?q?b=E9?=", "bé"),
        ("=?utf-8?b?!!?=", ""),
        ("=?utf-8?Q?What_now??=", "What now?"),
        ("=?iso-8859-1?Q?J\u00fcrgen?=", "Jürgen"),
        ("=?utf-8?Q?J\u00fcrgen_=C3=A9?=", "Jürgen é"),
        ("=?gb2312?B?nHk=?= =?gbk?B?1Ic=?=", "測試"),
        ("=?gb2312?B?nA==?= =?gb2312?B?edSH?=", "測試"),
        ("=?windows-31j?b?h0A?=", "①"),
        ("=?utf-8?b?w6l0w6k===?=", "été"),
        ("Grüße", "Grüße"),
    ],
)
def test_encoded_words_are_shown_as_what_they_say(raw, shown):
    assert read_mail(f"Subject: {raw}\r\n\r\n".encode()).header("Subject") == shown


def test_headers_in_latin_1_are_shown_too():
    assert read_mail(b"Subject: caf\xe9\r\n\r\n").header("Subject") == "café"


def test_a_name_may_be_folded_before_its_colon():
    assert (
        read_mail(mime("From", " : <a@example.org>", "Subject: x", "", "")).header("From")
        == "<a@example.org>"
    )


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
def test_both_line_endings_are_understood(newline):
    raw = multipart(
        "alternative", "b", "Content-Type: text/plain\r\n\r\nplain", "Content-Type: text/html\r\n\r\n<p>"
    )
    mail = read_mail(raw.encode().replace(b"\r\n", newline))
    assert (mail.text, mail.html) == ("plain", "<p>")


@pytest.mark.parametrize(
    ("encoding", "body", "shown"),
    [
        ("base64", "aGVsbG8=", "hello"),
        ("BASE64", "aGVs\r\nbG8", "hello"),
        ("base64", "aGVs!?bG8", "hello"),
        ("quoted-printable", "caf=C3=A9=\r\n!", "café!"),
        ("7bit", "plain", "plain"),
        ("x-unknown", "plain", "plain"),
    ],
)
def test_transfer_encodings_are_undone(encoding, body, shown):
    mail = read_mail(
        mime("Content-Type: text/plain; charset=utf-8", f"Content-Transfer-Encoding: {encoding}", "", body)
    )
    assert mail.text == shown


@pytest.mark.parametrize(
    ("charset", "body", "shown"),
    [
        ("utf-8", b"\xc3\xa9", "é"),
        ("iso-8859-1", b"\xe9", "é"),
        ("koi8-r", b"\xd7\xcf\xd4", "вот"),
        ("shift_jis", b"\x93\xfa\x96{", "日本"),
        ("no-such-charset", b"\xc3\xa9", "é"),
        ("us-ascii", b"\xe9", "é"),
        ("utf-8", b"a\xff", "a\ufffd"),
        ("idna", b"\xc3\xa9", "é"),
        ("unicode_escape", b"\\u00e9", "\\u00e9"),
        ("zlib", b"plain", "plain"),
        ("x" * 500, b"plain", "plain"),
    ],
)
def test_charsets_are_decoded_and_wrong_ones_survived(charset, body, shown):
    head = f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode()
    expected = "a\ufffd" if body == b"a\xff" else shown
    assert read_mail(head + body).text == expected


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="report.pdf"', "report.pdf"),
        ("attachment; filename*=utf-8''caf%C3%A9.pdf", "café.pdf"),
        ("attachment; filename*0=long; filename*1=name.pdf", "longname.pdf"),
        ('attachment; filename="=?utf-8?q?caf=C3=A9=2Epdf?="', "café.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        (r'attachment; filename="C:\\Users\\x\\a.doc"', "a.doc"),
        ('attachment; filename=".."', "part-1.pdf"),
        ("attachment", "part-1.pdf"),
        ('attachment; filename="evil\u202efdp.exe"', "evil fdp.exe"),
        ("attachment; filename*99999999999999999999999=x", "x"),
    ],
)
def test_file_names_name_no_folder_and_hide_nothing(disposition, name):
    mail = read_mail(mime("Content-Type: application/pdf", f"Content-Disposition: {disposition}", "", "x"))
    assert [file.name for file in mail.files] == [name]


def test_a_text_with_a_file_name_is_a_file():
    mail = read_mail(letter(text="hello\n", files=(("notes.txt", "text/plain", b"notes"),)))
    assert mail.text == "hello\n"
    assert [file.name for file in mail.files] == ["notes.txt"]


def test_a_forwarded_mail_is_a_file_and_not_taken_apart():
    inner = "Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhello"
    mail = read_mail(multipart("mixed", "b", "\r\nouter", inner).encode())
    assert mail.text == "outer"
    assert (mail.files[0].name, mail.files[0].content) == ("part-1.eml", b"Subject: inner\r\n\r\nhello")


def test_a_multipart_that_does_not_end_is_shown_with_a_note():
    mail = read_mail(mime("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "cut"))
    assert mail.text == "cut"
    assert mail.notes == ("A multipart does not end; the last part may be cut.",)


def test_a_multipart_without_parts_is_kept():
    mail = read_mail(mime("Content-Type: multipart/mixed; boundary=b", "", "no parts"))
    assert mail.files[0].content == b"no parts"
    assert mail.notes == ("A multipart has no parts; it is kept as a file.",)


def test_a_line_that_only_begins_like_the_delimiter_is_no_delimiter():
    mail = read_mail(multipart("mixed", "b", "\r\n--bc\r\nx --b\r\nend").encode())
    assert mail.text == "--bc\r\nx --b\r\nend"


def test_bytes_that_are_no_mail_are_shown():
    assert read_mail(b"").headers == ()
    assert read_mail(b"\r\njust text").text == "just text"
    assert read_mail(b"just text").notes == (
        "A line in the header section is not a header; it is not shown.",
    )


def test_endless_nesting_is_bounded():
    raw = "\r\n\r\ndeep"
    for level in range(400):
        raw = multipart("mixed", f"b{level}", raw)
    mail = read_mail(raw.encode())
    assert any(f"more than {MAX_DEPTH} deep" in note for note in mail.notes)
    assert len(mail.files) == 1


def test_too_many_parts_are_noted():
    mail = read_mail(multipart("mixed", "b", *["Content-Type: image/gif\r\n\r\nx"] * 2000).encode())
    assert len(mail.files) == MAX_PARTS
    assert any(f"more than {MAX_PARTS} parts" in note for note in mail.notes)


def test_too_many_headers_are_noted():
    mail = read_mail(b"X-Header: x\r\n" * 10_000 + b"\r\nbody")
    assert len(mail.headers) == MAX_HEADERS
    assert any("more than 500 headers" in note for note in mail.notes)
    assert mail.text == "body"


@pytest.mark.parametrize(
    "bomb",
    [
        b"--b\r\n" * 400_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 250_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--bx\r\n" * 330_000,
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b" * 700_000,
        b"Content-Type: multipart/mixed; " + b'a="' * 700_000 + b"\r\n\r\n",
        b"Content-Type: text/plain; " + b"x*0=a; " * 300_000 + b"\r\n\r\n",
        b"Subject: " + b"=?utf-8?q?a?= " * 150_000 + b"\r\n\r\n",
        b"Subject: " + b"=?" * 1_000_000 + b"\r\n\r\n",
        b"Subject: x" + b"\r\n " * 700_000 + b"\r\n\r\n",
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * 2_000_000,
        b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a" * 2_000_000,
    ],
    ids=range(11),
)
def test_two_megabytes_of_malice_are_read_within_two_seconds(bomb):
    began = time.process_time()
    read_mail(bomb)
    assert time.process_time() - began < 2


FRAGMENTS = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"Content-Type: text/html; charset=",
        b"Content-Disposition: attachment; filename*0*=",
        b"Content-Transfer-Encoding: base64\r\n",
        b"Subject: =?utf-8?q?=C3?=",
        b"\r\n\r\n",
        b"\n",
        b"--b\r\n",
        b"--b--",
        b"=?",
        b"\xff\xfe\x00",
        b"; charset*=utf-8''%",
        b" \t",
    ]
)


@given(st.lists(st.one_of(FRAGMENTS, st.binary(max_size=20)), max_size=30).map(b"".join))
@example(b"Content-Type: text/plain; charset*=a'b'%ff\r\n\r\n")
@example(b"Content-Type: x; a*1=1; a=2; a*0=3\r\n\r\n")
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_reading_fail(data):
    mail = read_mail(data)
    assert all(name.isascii() and isinstance(value, str) for name, value in mail.headers)
    assert all(file.name and "/" not in file.name for file in mail.files)
    # A file can hold no more than the mail did.
    assert sum(len(file.content) for file in mail.files) <= len(data)


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60),
    st.binary(max_size=200),
)
@settings(max_examples=60, deadline=None)
def test_what_the_standard_library_writes_is_read_back(text, content):
    subject = " ".join(text.split())
    mail = read_mail(
        letter(subject=subject, text=f"{text}\n", files=(("a.bin", "application/octet-stream", content),))
    )
    assert mail.header("Subject").split() == subject.split()
    assert mail.files[0].content == content
