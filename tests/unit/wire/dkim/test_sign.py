"""Signatures, verified by another implementation (dkimpy) over odd mails."""

from __future__ import annotations

import re

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.dkim.keys import SigningKey
from aerogram.wire.dkim.sign import Signer
from aerogram.wire.errors import AddressError, NoFromError

RSA = SigningKey.generate_rsa("s1")
ED25519 = SigningKey.generate_ed25519("s2")
SIGNER = Signer("Example.com", (RSA, ED25519))
NOW = 1_767_268_800
MAIL = (
    b"From: Orders <orders@example.com>\r\n"
    b"To: ann@example.net,\r\n\tbob@example.net\r\n"
    b"Subject:  Receipt \t 17 \r\n"
    b"Date: Thu, 01 Jan 2026 12:00:00 +0000\r\n"
    b"Message-ID: <1@example.com>\r\n"
    b"List-Unsubscribe: <https://example.com/u>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    b"Feedback-ID: 1:2:3:aerogram\r\n"
    b"\r\n"
    b"Thanks.  \r\n\r\n\r\n"
)


def find_key(name, timeout=5):
    published = {key.dns_name("example.com") + ".": key.dns_value().encode() for key in (RSA, ED25519)}
    return published.get(name.decode())


def verdicts(mail: bytes) -> list[bool]:
    return [dkim.DKIM(mail).verify(idx=index, dnsfunc=find_key) for index in (0, 1)]


def signed(mail: bytes) -> bytes:
    return SIGNER.sign(mail, NOW) + mail


def tags(signature: bytes) -> dict[str, str]:
    unfolded = signature.decode().removeprefix("DKIM-Signature: ").replace("\r\n ", " ")
    return {
        tag.strip(): re.sub(r"\s", "", value)
        for tag, _, value in (one.partition("=") for one in unfolded.split(";"))
    }


def test_both_signatures_are_verified_by_another_implementation():
    assert verdicts(signed(MAIL)) == [True, True]


def test_the_same_mail_and_time_give_the_same_signatures():
    assert SIGNER.sign(MAIL, NOW) == SIGNER.sign(MAIL, NOW)


def test_a_signature_tells_domain_selector_algorithm_and_time():
    found = tags(Signer("Example.com", (RSA,)).sign(MAIL, NOW))
    assert {name: found[name] for name in "vacdst"} == {
        "v": "1",
        "a": "rsa-sha256",
        "c": "relaxed/relaxed",
        "d": "example.com",
        "s": "s1",
        "t": str(NOW),
    }


def test_what_receivers_show_or_obey_is_named_once_more_than_it_stands():
    names = tags(Signer("example.com", (ED25519,)).sign(MAIL, NOW))["h"].split(":")
    standing = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "feedback-id",
    ]
    absent = ["reply-to", "cc", "mime-version", "content-type"]
    assert sorted(names) == sorted(standing * 2 + absent)


@pytest.mark.parametrize(
    "name", [b"From", b"To", b"Cc", b"Subject", b"Reply-To", b"Date", b"Message-ID", b"Content-Type"]
)
def test_a_header_added_on_the_way_breaks_the_signatures(name):
    assert verdicts(name + b": eve@example.org\r\n" + signed(MAIL)) == [False, False]


def test_another_unsubscribe_link_breaks_the_signatures():
    assert verdicts(b"List-Unsubscribe: <https://example.org/>\r\n" + signed(MAIL)) == [False, False]


def test_a_trace_line_added_on_the_way_does_not():
    assert verdicts(b"Received: by mx.example.net; Thu, 01 Jan 2026 12:00:00 +0000\r\n" + signed(MAIL)) == [
        True,
        True,
    ]


def test_changes_of_white_space_on_the_way_do_not():
    signature = SIGNER.sign(MAIL, NOW)
    changed = MAIL.replace(b"\r\n\tbob", b" bob").replace(b"Thanks.  \r\n\r\n\r\n", b"Thanks.\r\n")
    assert verdicts(signature + changed) == [True, True]


def test_lines_of_the_signature_are_short():
    long = Signer("a" * 60 + "." + "b" * 60 + ".example", (RSA, ED25519)).sign(MAIL, NOW)
    assert long.count(b"\r") == long.count(b"\n") == long.count(b"\r\n")
    assert max(map(len, SIGNER.sign(MAIL, NOW).split(b"\r\n"))) <= 78
    assert max(map(len, long.split(b"\r\n"))) <= 998


def test_a_mail_without_author_is_not_signed():
    with pytest.raises(NoFromError):
        SIGNER.sign(b"To: a@b\r\n\r\nx", NOW)


def test_a_signer_needs_a_key_and_a_domain():
    with pytest.raises(ValueError, match="at least one key"):
        Signer("example.com", ())
    with pytest.raises(AddressError):
        Signer("exam ple.com", (RSA,))


_value = st.lists(
    st.sampled_from([b"a", b"B", b" ", b"\t", b"\r\n ", b"\r\n\t", b":", b";", b"b=", b"\xc3\xa9"]),
    max_size=12,
)
_fields = st.lists(
    st.tuples(
        st.sampled_from(
            [b"Subject", b"subject", b"To", b"CC", b"X-Note", b"Reply-To", b"List-Unsubscribe", b"Received"]
        ),
        _value.map(b"".join),
    ),
    max_size=8,
)
_body = st.lists(
    st.sampled_from([b"a", b" ", b"\t", b"\r\n", b".", b"\xc3\xa9", b"=20", b"From "]), max_size=30
)


@settings(max_examples=40, deadline=None)
@given(_fields, _body.map(b"".join), st.booleans())
def test_signatures_over_odd_mails_are_verified(fields, body, has_final_line_end):
    head = b"".join(b"%b: x%b\r\n" % field for field in [*fields, (b"From", b"@example.com")])
    mail = head + b"\r\n" + body + (b"\r\n" if has_final_line_end else b"")
    transmitted = signed(mail)
    # SMTP ends every mail with CRLF (RFC 5321 §4.1.1.4); a body without is never seen by a verifier.
    transmitted += b"" if transmitted.endswith(b"\r\n") else b"\r\n"
    assert verdicts(transmitted) == [True, True]
