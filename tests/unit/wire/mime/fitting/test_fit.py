"""A mail that cannot leave as it is: which bytes change, and that no decoded octet does."""

from __future__ import annotations

import base64
import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.errors import UnfitMailError
from aerogram.wire.mime.fitting.fit import fitted
from aerogram.wire.mime.fitting.fit import refuse_unfit as refuse
from aerogram.wire.mime.fitting.need import has_long_line, needs_seven_bit
from aerogram.wire.mime.lines import MAX_LINE
from aerogram.wire.mime.reading.fields import end_of_head
from aerogram.wire.mime.transfer_decoding import encoding_of, transfer_decoded

LONG = b"<p>word and word</p>" * 115
WIDE = "caf\u00e9 na\u00efve".encode()
HEAD = b"From: a@example.org\r\nMIME-Version: 1.0\r\n"


def refuse_unfit(data):
    refuse(data, end_of_head(data)[0])


def mail(fields, body):
    return HEAD + fields + b"\r\n" + body


def multipart(kind, *parts, boundary=b"b1", preamble=b"", epilogue=b""):
    inner = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return mail(
        b'Content-Type: multipart/%b; boundary="%b"\r\n' % (kind, boundary),
        preamble + inner + b"--" + boundary + b"--\r\n" + epilogue,
    )


def part(content, encoding=b"8bit", kind=b"text/html; charset=utf-8"):
    return b"Content-Type: %b\r\nContent-Transfer-Encoding: %b\r\n\r\n%b" % (kind, encoding, content)


def decoded(data):
    """The content type and the decoded content of each leaf, as the standard library reads them."""
    read = email.message_from_bytes(data, policy=email.policy.compat32)
    return [
        (each.get_content_type(), each.get_payload(decode=True))
        for each in read.walk()
        if not each.is_multipart()
    ]


def decoded_by_us(data):
    """The decoded content of each leaf by this project's decoders: others disagree about broken quoted-printable."""
    return [
        transfer_decoded(
            each._payload.encode("ascii", "surrogateescape"),
            encoding_of(each["content-transfer-encoding"] or ""),
        )
        for each in email.message_from_bytes(data).walk()
        if not each.is_multipart()
    ]


TOP = b"Content-Type: text/html; charset=utf-8\r\n"
FITTABLE = {
    "html labelled 7bit": mail(TOP + b"Content-Transfer-Encoding: 7bit\r\n", LONG + b"\r\n"),
    "html labelled 8bit": mail(TOP + b"Content-Transfer-Encoding: 8bit\r\n", WIDE + LONG + b"\r\n"),
    "no encoding": mail(TOP, LONG + b"\r\n"),
    "no content type": b"From: a@example.org\r\nSubject: x\r\n\r\n" + LONG + b"\r\n",
    "no CRLF at the end": mail(TOP, LONG),
    "binary file": mail(
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n",
        bytes(range(128, 256)) * 20 + b"\r\n",
    ),
    "encoding with comment": mail(TOP + b"Content-Transfer-Encoding: 7bit (really)\r\n", LONG + b"\r\n"),
    "encoding twice": mail(
        TOP + b"Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: 7bit\r\n", LONG + b"\r\n"
    ),
    "unknown encoding": mail(TOP + b"Content-Transfer-Encoding: utf-8\r\n", WIDE + LONG + b"\r\n"),
    "quoted-printable": mail(
        TOP + b"Content-Transfer-Encoding: quoted-printable\r\n", b"caf=C3=A9" * 200 + b"\r\nend \r\n"
    ),
    "base64 in one line": mail(
        TOP + b"Content-Transfer-Encoding: base64\r\n", base64.b64encode(LONG * 2) + b"\r\n"
    ),
    "base64 with other characters": mail(
        TOP + b"Content-Transfer-Encoding: base64\r\n", base64.b64encode(LONG * 2) + b"*\r\n"
    ),
    "trailing blanks": mail(TOP, LONG + b" \t\r\n \r\n.\r\nFrom me\r\n"),
    "alternative": multipart(b"alternative", part(b"short", b"7bit", b"text/plain"), part(LONG + WIDE)),
    "part without fields": multipart(b"mixed", b"\r\n" + LONG, part(WIDE)),
    "attached text": multipart(
        b"mixed", part(b"x"), part(LONG, b"7bit", b'text/csv; name="a.csv"\r\nContent-Disposition: attachment')
    ),
    "calendar": multipart(b"mixed", part(LONG, b"8bit", b"text/calendar; method=REQUEST")),
    "nested": multipart(
        b"mixed",
        multipart(b"alternative", part(b"x", b"7bit", b"text/plain"), part(LONG), boundary=b"b11")[len(HEAD) :],
        part(WIDE, b"binary", b"image/gif"),
    ),
    "mail in a mail": multipart(
        b"mixed", part(b"x"), b"Content-Type: message/rfc822\r\n\r\n" + mail(TOP, LONG + WIDE)
    ),
    "mail in a mail, labelled binary": multipart(
        b"mixed", part(mail(TOP, LONG + WIDE), b"binary", b"message/rfc822")
    ),
    "digest": multipart(b"digest", b"\r\n" + mail(TOP, LONG), b"\r\n" + mail(TOP, b"short")),
    "pgp inline": mail(b"", b"-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\n" + LONG + b"\r\n"),
    "s/mime opaque": mail(
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n"
        b"Content-Transfer-Encoding: base64\r\n",
        base64.b64encode(bytes(range(256)) * 10) + b"\r\n",
    ),
    "looks like a delimiter": multipart(b"mixed", part(b"x" * 65 + b" --b1 " * 200)),
    "never closed": mail(b"Content-Type: multipart/mixed; boundary=b1\r\n", b"--b1\r\n" + part(LONG)),
}  # fmt: skip


@pytest.mark.parametrize("data", FITTABLE.values(), ids=FITTABLE)
@pytest.mark.parametrize("seven_bit", [False, True])
def test_every_line_fits_and_every_decoded_octet_stays(data, seven_bit):
    made = fitted(data, seven_bit=seven_bit)
    assert max(map(len, made.split(b"\r\n"))) <= MAX_LINE
    assert decoded(made) == decoded(data)
    assert not seven_bit or made.isascii()
    assert not seven_bit or not needs_seven_bit(made)
    assert fitted(made, seven_bit=seven_bit) == made
    refuse_unfit(data)


def test_a_part_that_fits_keeps_its_bytes():
    kept = part(WIDE + b"\r\n" + b"x" * MAX_LINE, b"8bit", b"text/plain; format=flowed")
    made = fitted(multipart(b"mixed", kept, part(LONG)), seven_bit=False)
    assert kept in made
    assert b"Content-Transfer-Encoding: quoted-printable" in made


def test_a_mail_that_fits_is_returned_as_it_is():
    data = multipart(b"mixed", part(WIDE), part(b"x" * MAX_LINE))
    assert fitted(data, seven_bit=False) == data


def test_the_shorter_encoding_is_chosen():
    assert b"Encoding: quoted-printable" in fitted(mail(TOP, LONG), seven_bit=False)
    other = mail(b"Content-Type: image/x\r\n", bytes(range(128, 256)) * 20)
    assert b"Encoding: base64" in fitted(other, seven_bit=False)


def test_a_new_encoding_gets_a_mime_version_to_mean_something():
    made = fitted(b"From: a@example.org\r\n\r\n" + LONG, seven_bit=False)
    assert b"\r\nMIME-Version: 1.0\r\n\r\n" in made


def test_labels_around_converted_parts_are_true():
    inner = mail(TOP + b"Content-Transfer-Encoding: 8bit\r\n", WIDE)
    made = fitted(multipart(b"mixed", part(inner, b"8bit", b"message/rfc822")), seven_bit=True)
    assert b"message/rfc822\r\nContent-Transfer-Encoding: 7bit" in made
    assert b"8bit" not in made


def test_ascii_that_is_labelled_8bit_is_relabelled_because_the_next_server_goes_by_the_label():
    made = fitted(mail(TOP + b"Content-Transfer-Encoding: 8bit\r\n", b"plain=text\r\n"), seven_bit=True)
    assert b"Content-Transfer-Encoding: 7bit\r\n\r\nplain=text\r\n" in made


@pytest.mark.parametrize("seven_bit", [False, True])
def test_what_nobody_reads_before_and_after_the_parts_is_dropped_when_it_does_not_fit(seven_bit):
    junk = LONG + WIDE + b"\r\n"
    data = multipart(b"mixed", part(b"kept"), preamble=junk, epilogue=junk)
    made = fitted(data, seven_bit=seven_bit)
    assert LONG not in made
    assert decoded(made) == decoded(data)
    short = multipart(b"mixed", part(LONG), preamble=b"Hello\r\n", epilogue=b"Bye\r\n")
    assert b"\r\nHello\r\n--b1" in fitted(short, seven_bit=seven_bit)
    assert fitted(short, seven_bit=seven_bit).endswith(b"--b1--\r\nBye\r\n")


def sealed(kind, content):
    second = part(b"-----BEGIN PGP SIGNATURE-----", b"7bit", b"application/pgp-signature")
    return multipart(kind, part(content, b"7bit", b"text/plain"), second, boundary=b"sealed")


REFUSED = {
    "signed": (sealed(b"signed", LONG), "The mail is signed, and its signed part"),
    "encrypted": (sealed(b"encrypted", LONG), "The mail is encrypted, and its encrypted part"),
    "signed in a mixed": (multipart(b"mixed", part(b"x"), sealed(b"signed", LONG)[len(HEAD) :]), "is signed"),
    "signed in a mail": (
        multipart(b"mixed", b"Content-Type: message/rfc822\r\n\r\n" + sealed(b"signed", LONG)),
        "is signed",
    ),
    "no boundary": (mail(b"Content-Type: multipart/mixed\r\n", LONG), "lacks its boundary"),
    "a wrong boundary": (
        mail(b"Content-Type: multipart/mixed; boundary=other\r\n", b"--b1\r\n\r\n" + LONG),
        "lacks its boundary",
    ),
    "uuencode": (mail(b"Content-Transfer-Encoding: x-uuencode\r\n", LONG), "has the encoding x-uuencode"),
    "fragment": (mail(b"Content-Type: message/partial\r\n", LONG), "has the type message/partial"),
}


@pytest.mark.parametrize(("data", "words"), REFUSED.values(), ids=REFUSED)
def test_what_must_not_change_is_refused_with_the_reason(data, words):
    with pytest.raises(UnfitMailError, match="has a line of more than 998 characters") as refused:
        refuse_unfit(data)
    assert words in str(refused.value)
    assert refused.value.reply.startswith("554 5.6.2 ")


def test_a_signed_part_that_fits_keeps_every_byte_beside_one_that_does_not():
    signed = sealed(b"signed", b"=3D text  \r\n")[len(HEAD) :]
    made = fitted(multipart(b"mixed", signed, part(LONG + WIDE)), seven_bit=True)
    assert signed in made


def test_8_bit_in_a_signed_part_cannot_be_converted():
    with pytest.raises(
        UnfitMailError, match="has 8-bit characters, and the next server takes only 7-bit mail"
    ):
        fitted(sealed(b"signed", WIDE), seven_bit=True)
    assert fitted(sealed(b"signed", WIDE), seven_bit=False) == sealed(b"signed", WIDE)


def test_instructions_to_this_service_may_have_long_lines_because_they_never_leave():
    refuse_unfit(b"From: a@example.org\r\nX-MJ-Vars: " + b"x" * 5000 + b"\r\n\r\nshort\r\n")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            mail(
                b"Content-Type: multipart/mixed; boundary=b1\r\n", (b"--b1\r\n\r\n" + LONG + b"\r\n") * 1001
            ),
            "more than 1000 parts",
        ),
        (
            mail(b"Content-Type: message/rfc822\r\n", b"Content-Type: message/rfc822\r\n\r\n" * 30 + LONG),
            "more than 10 levels",
        ),
        (
            mail(
                b"Content-Type: multipart/mixed; boundary=b1\r\n",
                b"--b1\r\n\r\n" + LONG + b"\r\n--b1x" * 3_000_000,
            ),
            "more than 1000 parts",
        ),
    ],
    ids=["parts", "depth", "false delimiters"],
)
def test_the_walk_is_bounded(data, words):
    with pytest.raises(UnfitMailError, match=words):
        refuse_unfit(data)


@given(st.lists(st.integers(0, 1100), max_size=6), st.booleans())
def test_a_long_line_is_found_wherever_it_is(lengths, ends):
    data = b"\r\n".join(b"x" * length for length in lengths) + (b"\r\n" if ends else b"")
    assert has_long_line(data) == any(length > MAX_LINE for length in lengths)


TEXTS = st.lists(
    st.sampled_from([b"a", b"=", b" ", b"\t", b"\r\n", b"--b1", b".", b"\xc3\xa9", b"\xff", b"x" * 999, b"=3D", b"QUJD"]),
    max_size=12,
).map(b"".join)  # fmt: skip


@given(TEXTS, st.sampled_from([b"7bit", b"8bit", b"binary", b"", b"quoted-printable"]), st.booleans())
def test_any_content_decodes_to_the_same_octets(content, encoding, seven_bit):
    data = multipart(b"mixed", part(content, encoding), part(b"after"))
    if data.count(b"\r\n--b1") != 3:
        return
    made = fitted(data, seven_bit=seven_bit)
    assert not has_long_line(made)
    assert not seven_bit or made.isascii()
    assert decoded_by_us(made) == decoded_by_us(data)


@given(st.binary(max_size=3000), st.booleans())
def test_no_input_fails_in_another_way_than_by_a_refusal(body, seven_bit):
    data = mail(b"Content-Type: multipart/mixed; boundary=b\r\n", b"--b\r\n" + body + b"\r\n--b--\r\n")
    try:
        made = fitted(data, seven_bit=seven_bit)
    except UnfitMailError:
        return
    assert not seven_bit or made.partition(b"\r\n\r\n")[0].isascii()


def test_a_label_is_true_even_above_an_empty_body():
    made = fitted(mail(b"Content-Transfer-Encoding: binary\r\n", b""), seven_bit=True)
    assert b"Content-Transfer-Encoding: 7bit" in made
    attached = part(
        b"From: b@example.org\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", b"8bit", b"message/rfc822"
    )
    assert b"8bit" not in fitted(multipart(b"mixed", attached), seven_bit=True)
