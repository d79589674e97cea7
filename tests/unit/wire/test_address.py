"""Addresses: what is one, its forms, and the mailboxes of a header value."""

from __future__ import annotations

import email.headerregistry
import email.policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.address import (
    ascii_domain,
    is_email,
    mailbox_key,
    needs_smtputf8,
    normalised,
    split_email,
    suppression_key,
    wire_form,
)
from aerogram.wire.errors import AddressError
from aerogram.wire.mime.headers import encode_mailboxes
from aerogram.wire.mime.parts import Mailbox
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes
from aerogram.wire.smtp.paths import parse_path

ADDRESSES = [
    "ann@example.net",
    "ann+tag@sub.example.net",
    "o'neil@example.net",
    "a@b",
    "root@localhost",
    "ann@shop.test",
    "user%victim@example.net",
    "first.last@xn--bcher-kva.example",
    '"ann smith"@example.net',
    '"a@b"@example.net',
    '"a\\"b"@example.net',
    "ann..b@example.net",
    ".ann@example.net",
    "ann.@example.net",
    "...a...b...@docomo.example",
    "jörg..b.@example.net",
    "jörg@example.net",
    "用户@例子.广告",
    "ann@bücher.example",
    "a" * 64 + "@example.net",
    "a@" + ".".join(["b" * 63] * 3) + ".com",
]

NO_ADDRESSES = [
    "",
    "ann",
    "@example.net",
    "ann@",
    "ann@@example.net",
    "ann@a@example.net",
    ".@example.net",
    "...@example.net",
    "ann. .b@example.net",
    "ann@example..net",
    "ann@.example.net",
    "ann@example.net.",
    "ann@-example.net",
    "ann@example-.net",
    "ann@exa_mple.net",
    "ann smith@example.net",
    "ann@exam ple.net",
    " ann@example.net",
    "ann@example.net ",
    "ann@example.net\n",
    "ann@example.net\r\nRCPT TO:<eve@example.net>",
    "an\0n@example.net",
    "an\x85n@example.net",
    "an\u2028n@example.net",
    "<ann@example.net>",
    '"a<b"@example.net',
    '"ann@example.net',
    '"a"b"@example.net',
    "ann@[192.0.2.1]",
    "ann@192.0.2.1",
    "ann@1",
    "ann@example.net,eve@example.net",
    "ann@example\u3002net,x",
    "ann@\uff20example.net",
    "a" * 65 + "@example.net",
    "ü" * 33 + "@example.net",
    "a@" + "b" * 64 + ".com",
    "a@" + ".".join(["b" * 63] * 4),
    "ann@\ud800.net",
    "\ud800@example.net",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_an_address(text):
    assert is_email(text)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_is_no_address_is_refused(text):
    assert not is_email(text)


@given(st.text(max_size=80))
def test_an_address_never_holds_what_could_end_a_line_or_a_path(text):
    if is_email(text):
        assert not set(text) & set("\r\n\0<>")
        assert is_email(normalised(text))
        assert len(text.encode()) <= 254 * 4


def test_an_address_is_split_at_its_last_at_sign():
    assert split_email('"a@b"@example.net') == ('"a@b"', "example.net")


@pytest.mark.parametrize("text", ["ann", "@example.net", "ann@"])
def test_half_an_address_cannot_be_split(text):
    with pytest.raises(AddressError, match="is not an email address"):
        split_email(text)


def test_a_domain_is_given_in_ascii_and_lower_case():
    assert ascii_domain("Shop.Example.NET") == "shop.example.net"
    assert ascii_domain("Bücher.Example") == "xn--bcher-kva.example"


@pytest.mark.parametrize("domain", ["", "a b", "a..b", "[::1]", "ü" * 300, "a\u0300\ud800", "exa mple.ü"])
def test_what_is_no_domain_is_refused(domain):
    with pytest.raises(AddressError):
        ascii_domain(domain)


def test_the_form_to_send_with_keeps_the_local_part_as_written():
    assert normalised("Ann.Smith@Bücher.Example") == "Ann.Smith@xn--bcher-kva.example"


def test_the_suppression_key_is_the_same_whatever_the_case():
    assert suppression_key("ANN@Example.NET") == suppression_key("ann@example.net") == "ann@example.net"
    assert suppression_key("JO\u0308RG@example.net") == suppression_key("jörg@example.net")


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("a..b@example.net", '"a..b"@example.net'),
        ("a.@example.net", '"a."@example.net'),
        (".a@example.net", '".a"@example.net'),
        ("jörg..b@example.net", '"jörg..b"@example.net'),
        ('"a..b"@example.net', '"a..b"@example.net'),
        ('"a b."@example.net', '"a b."@example.net'),
        ("a.b@example.net", "a.b@example.net"),
        ("a@b..c", "a@b..c"),
        ("", ""),
    ],
)
def test_an_oddly_dotted_local_part_is_written_in_quotes(address, written):
    assert wire_form(address) == written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@example.net", "ANN@Example.Net"),
        ("a..b@example.net", '"A..b"@EXAMPLE.net'),
        ("JO\u0308RG@example.net", "jörg@example.net"),
        ("ann@bücher.example", "Ann@XN--BCHER-KVA.example"),
    ],
)
def test_a_mailbox_is_the_same_in_whatever_form(one, other):
    assert mailbox_key(one) == mailbox_key(other)
    assert suppression_key(one) == suppression_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"q3"@example.net', "q3@example.net"),
        ('"Q3"@Example.net', "q3@example.net"),
        (r'"a\b"@example.net', "ab@example.net"),
        (r'"\a\b"@example.net', '"ab"@example.net'),
        ('"ann.lee"@example.net', "ann.lee@example.net"),
        ('"a..b"@example.net', "a..b@example.net"),
        (r'"a.\.b"@example.net', "a..b@example.net"),
        ('".a"@example.net', ".a@example.net"),
        (r'"a\ b"@example.net', '"a b"@example.net'),
        (r'"a\@b"@example.net', '"a@b"@example.net'),
        ('"jörg"@example.net', "JÖRG@example.net"),
        ('"ann"@bücher.example', "ann@xn--bcher-kva.example"),
    ],
)
def test_quotes_and_backslashes_that_are_not_needed_make_no_other_mailbox(one, other):
    assert mailbox_key(one) == mailbox_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"a b"@example.net', '"ab"@example.net'),
        (r'"a\\b"@example.net', "ab@example.net"),
        (r'"a\\b"@example.net', r'"a\b"@example.net'),
        (r'"a\"b"@example.net', "ab@example.net"),
        ('"."@example.net', '".."@example.net'),
        ('""@example.net', '" "@example.net'),
    ],
)
def test_quotes_that_are_needed_do(one, other):
    assert mailbox_key(one) != mailbox_key(other)


@pytest.mark.parametrize(
    "text", ['"q3"', r'"a\b"', '"a..b"', r'"a\ b"', r'"a\"b"', r'"a\\b"', '"a,b"', '"ann.lee"']
)
def test_both_doors_know_a_mailbox_by_the_same_key(text):
    received = parse_path(f"{text}@example.net", utf8=False)
    assert mailbox_key(received) == mailbox_key(f"{text}@example.net")


@pytest.mark.parametrize(
    "other", ["an.n@example.net", "ann@example.com", "ann+x@example.net", '"a nn"@example.net']
)
def test_another_mailbox_has_another_key(other):
    assert mailbox_key("ann@example.net") != mailbox_key(other)


def test_only_a_local_part_beyond_ascii_needs_smtputf8():
    assert needs_smtputf8("jörg@example.net")
    assert not needs_smtputf8("ann@bücher.example")
    assert not needs_smtputf8("ann@example.net")


MAILBOXES = {
    "a@b": [("a@b", "")],
    " ann@example.net ": [("ann@example.net", "")],
    "Ann Smith <ann@example.net>": [("ann@example.net", "Ann Smith")],
    "<ann@example.net>": [("ann@example.net", "")],
    '"Smith, Ann" <ann@example.net>': [("ann@example.net", "Smith, Ann")],
    '"Ann \\"the\\" Smith" <ann@example.net>': [("ann@example.net", 'Ann "the" Smith')],
    "J. Smith <j@example.net>": [("j@example.net", "J. Smith")],
    "ann@example.net <ann@example.net>": [("ann@example.net", "ann@example.net")],
    "=?utf-8?q?J=C3=B6rg?= <j@example.net>": [("j@example.net", "Jörg")],
    "=?utf-8?b?SsO2?= =?utf-8?b?cmc=?= <j@example.net>": [("j@example.net", "Jörg")],
    "Jörg <j@example.net>": [("j@example.net", "Jörg")],
    "=?utf-8?q?Smith,_Ann?= <a@b>, c@d": [("a@b", "Smith, Ann"), ("c@d", "")],
    "ann@example.net (Ann)": [("ann@example.net", "Ann")],
    "Ann (was (Eve)) <ann@example.net>": [("ann@example.net", "Ann")],
    "a . b @ example.net": [("a.b@example.net", "")],
    '"a b"@example.net': [('"a b"@example.net', "")],
    "a@b, C <c@d>,, e@f": [("a@b", ""), ("c@d", "C"), ("e@f", "")],
    "Team: a@b, C <c@d>;, e@f": [("a@b", ""), ("c@d", "C"), ("e@f", "")],
    "undisclosed-recipients:;": [],
    "Ann\r\n <ann@example.net>": [("ann@example.net", "Ann")],
    "=?utf-8?q?a=0D=0ABcc:_eve=40example.org?= <a@b>": [("a@b", "a  Bcc: eve@example.org")],
    "a..b@example.net": [("a..b@example.net", "")],
    "Taro <taro.@example.net>": [("taro.@example.net", "Taro")],
    '"a..b"@example.net, .c@example.net': [('"a..b"@example.net', ""), (".c@example.net", "")],
    "": [],
}


@pytest.mark.parametrize("value", MAILBOXES)
def test_a_header_value_is_read_as_mailboxes(value):
    assert [(mailbox.email, mailbox.name) for mailbox in parse_mailboxes(value)] == MAILBOXES[value]


MALFORMED = {
    "Ann": "There is no address in 'Ann'",
    "ann smith@example.net": "There is no address in",
    "a@b; c@d": "Separate addresses by ','",
    "<>": "no address between",
    "<a@b": "not closed by '>'",
    "a@b>": "'>' without a '<'",
    "<a@b> c": "after the '>'",
    "<a@b> <c@d>": "a ',' should separate two addresses",
    "<a,b@c>": "between '<' and '>'",
    "<@relay.example,@b:a@c>": "between '<' and '>'",
    "<@relay.example>": "Source routes",
    "a@[192.0.2.1]": "IP addresses in brackets",
    '"Ann <a@b>': "quoted name is not closed",
    "Ann (x <a@b>": "comment is not closed",
    "(" * 20 + ")" * 20 + "a@b": "nested too deeply",
    "Team: a@b": "not closed by ';'",
    "Team: Inner: a@b;;": "A ':'",
    "..@example.net": "'..@example.net' is not an email address",
    "Ann\0 <a@b>": "is not allowed",
}


@pytest.mark.parametrize("value", MALFORMED)
def test_a_malformed_value_is_refused_with_its_reason(value):
    with pytest.raises(AddressError) as refusal:
        parse_mailboxes(value)
    assert MALFORMED[value] in str(refusal.value)
    assert refusal.value.reply.startswith("553 5.1.3 ")


@given(st.text(alphabet=st.sampled_from('ab@.,:;<>()"\\ \t=?é\r\n['), max_size=60))
def test_any_text_is_read_or_refused(value):
    try:
        mailboxes = parse_mailboxes(value)
    except AddressError:
        return
    assert all(is_email(mailbox.email) for mailbox in mailboxes)


@pytest.mark.parametrize(
    "piece", ["a.", '"x" ', "(", "a@b,", "<", "a:;,", "=?utf-8?q?x?= ", "\\", "a ", '"\\', "(\\)"]
)
def test_a_hostile_value_takes_no_more_time_than_its_length(piece):
    with pytest.raises(AddressError):
        parse_mailboxes(piece * 20_000 + "\0")


_names = st.text(
    alphabet=st.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=["C", "Z"]), max_size=40
)
_emails = st.from_regex(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[a-z]{1,5})?@[a-z]{1,20}\.example", fullmatch=True
)
_mailboxes = st.builds(Mailbox, _emails, _names)


@settings(max_examples=60, deadline=None)
@given(st.lists(_mailboxes, min_size=1, max_size=6).map(tuple))
def test_written_mailboxes_are_read_back_by_us_and_by_the_standard_library(mailboxes):
    value = encode_mailboxes("To", mailboxes).decode().removeprefix("To:").replace("\r\n", "")
    assert parse_mailboxes(value) == mailboxes
    theirs = email.policy.SMTP.header_factory("To", value).addresses
    # Some versions keep the space between two encoded words of a name, against RFC 2047 §6.2.
    assert [(found.addr_spec, found.display_name.replace(" ", "")) for found in theirs] == [
        (one.email, one.name) for one in mailboxes
    ]


def test_an_oddly_dotted_address_is_in_quotes_in_a_header():
    written = encode_mailboxes("To", (Mailbox("a..b@example.net", "Taro"), Mailbox("c.@example.net")))
    assert written == b'To: Taro <"a..b"@example.net>, "c."@example.net\r\n'
    assert [one.email for one in parse_mailboxes(written.decode()[4:].strip())] == [
        '"a..b"@example.net',
        '"c."@example.net',
    ]
