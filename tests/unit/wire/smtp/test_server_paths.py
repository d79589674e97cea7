"""The grammar of paths and parameters (RFC 5321 §4.1.2, RFC 6531, RFC 3461)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.smtp.envelope_parameters import MailParameters, RcptParameters
from aerogram.wire.smtp.parameters import parse_mail_parameters, parse_rcpt_parameters
from aerogram.wire.smtp.paths import PathError, parse_path, split_path
from aerogram.wire.smtp.replies import Reply
from aerogram.wire.smtp.server.commands import parse_greeting_name, parse_mail, parse_rcpt, split_command
from aerogram.wire.smtp.server.values import Mail, Rcpt

SYNTAX, TOO_LONG, NOT_ASCII = PathError.SYNTAX, PathError.TOO_LONG, PathError.NOT_ASCII


@pytest.mark.parametrize(
    ("path", "mailbox"),
    [
        ("", ""),
        ("ann@example.net", "ann@example.net"),
        ("Ann.O'Hara+tag@Example.NET", "Ann.O'Hara+tag@Example.NET"),
        ("ann@localhost", "ann@localhost"),
        ("ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"),
        ("a%b!c@example.net", "a%b!c@example.net"),
        ("ann@[192.0.2.1]", "ann@[192.0.2.1]"),
        ("ann@[IPv6:2001:db8::1]", "ann@[IPv6:2001:db8::1]"),
        ('"ann"@example.net', "ann@example.net"),
        ('"a\\nn"@example.net', "ann@example.net"),
        ('"a b"@example.net', '"a b"@example.net'),
        ('"a@b"@example.net', '"a@b"@example.net'),
        ('"a\\"b\\\\"@example.net', '"a\\"b\\\\"@example.net'),
        ('"a..b"@example.net', '"a..b"@example.net'),
        ('""@example.net', '""@example.net'),
        ('"a"@[192.0.2.1]', "a@[192.0.2.1]"),
        ("@relay.example,@b.example:ann@example.net", "ann@example.net"),
        (".ann@example.net", ".ann@example.net"),
        ("ann.@example.net", "ann.@example.net"),
        ("a..n@example.net", "a..n@example.net"),
        ("a..n@[192.0.2.1]", "a..n@[192.0.2.1]"),
        ("ann@example.net.", "ann@example.net"),
        ('"a b"@example.net.', '"a b"@example.net'),
        ("a" * 64 + "@example.net", "a" * 64 + "@example.net"),
        ("a@" + "b" * 63 + ".example", "a@" + "b" * 63 + ".example"),
        ("a@" + ".".join(["b" * 49] * 5), "a@" + ".".join(["b" * 49] * 5)),
    ],
)
def test_what_is_a_path(path, mailbox):
    assert parse_path(path, utf8=False) == mailbox
    assert parse_path(path, utf8=True) == mailbox


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("ann", SYNTAX),
        ("@", SYNTAX),
        ("ann@", SYNTAX),
        ("@example.net", SYNTAX),
        (".@example.net", SYNTAX),
        ("..@[192.0.2.1]", SYNTAX),
        ("ann@example..net", SYNTAX),
        ("ann@example.net..", SYNTAX),
        ("ann@.", SYNTAX),
        ("ann@-example.net", SYNTAX),
        ("ann@example-.net", SYNTAX),
        ("ann@exam!ple.net", SYNTAX),
        ("ann bob@example.net", SYNTAX),
        ("ann@exa mple.net", SYNTAX),
        ("ann@bob@example.net", SYNTAX),
        ("ann,bob@example.net", SYNTAX),
        ("ann<bob@example.net", SYNTAX),
        ("(ann)@example.net", SYNTAX),
        ('"ann@example.net', SYNTAX),
        ('"a"n"@example.net', SYNTAX),
        ('a"n"n@example.net', SYNTAX),
        ("ann@[192.0.2]", SYNTAX),
        ("ann@[192.0.2.256]", SYNTAX),
        ("ann@[2001:db8::1]", SYNTAX),
        ("ann@[IPv6:192.0.2.1]", SYNTAX),
        ("ann@[IPv6:fe80::1%eth0]", SYNTAX),
        ("ann@[x400:anything]", SYNTAX),
        ("ann@[192.0.2.1", SYNTAX),
        ("@relay.example", SYNTAX),
        ("@relay.example:", SYNTAX),
        ("@relay..example:ann@example.net", SYNTAX),
        ("@a.example,b.example:ann@example.net", SYNTAX),
        ("a@" + "b" * 64 + ".example", SYNTAX),
        ("a" * 65 + "@example.net", TOO_LONG),
        ('"' + "a" * 63 + '"@example.net', TOO_LONG),
        ("a@" + ".".join(["b" * 50] * 5), TOO_LONG),
        ("josé@example.net", NOT_ASCII),
        ("ann@bücher.example", NOT_ASCII),
    ],
)
def test_what_is_no_path(path, fault):
    assert parse_path(path, utf8=False) is fault


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("josé@example.net", "josé@example.net"),
        ("用户@例子.广告", "用户@例子.广告"),
        ('"jo sé"@bücher.example', '"jo sé"@bücher.example'),
        ("é" * 32 + "@example.net", "é" * 32 + "@example.net"),
        ("é" * 33 + "@example.net", TOO_LONG),
        ("a@" + "é" * 31 + ".example", "a@" + "é" * 31 + ".example"),
        ("a@" + "é" * 32 + ".example", SYNTAX),
        ("a@" + ".".join(["é" * 30] * 5), TOO_LONG),
    ],
)
def test_internationalised_paths_count_octets(path, found):
    assert parse_path(path, utf8=True) == found


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("<>", ("", "")),
        ("<ann@example.net>", ("ann@example.net", "")),
        ("ann@example.net>", ("ann@example.net", "")),
        ("ann@exa_mple.net> SIZE=1", ("ann@exa_mple.net", " SIZE=1")),
        ("<<ann@example.net>>", ("ann@example.net", "")),
        ("<< ann@example.net >> SIZE=1", ("ann@example.net", " SIZE=1")),
        ("<<ann@example.net>", None),
        ("ann@example.net>>", None),
        ("a@b>c@d>", None),
        ("<<a@b>>c", None),
        (">", None),
        ("<ann@example.net> SIZE=1 X", ("ann@example.net", " SIZE=1 X")),
        ('<"a> b"@example.net> X', ('"a> b"@example.net', " X")),
        ('<"a\\"> b"@example.net>', ('"a\\"> b"@example.net', "")),
        ("< ann@example.net >", ("ann@example.net", "")),
        ("ann@example.net", ("ann@example.net", "")),
        ("ann@example.net SIZE=1 X", ("ann@example.net", " SIZE=1 X")),
        ('"a> b"@example.net X', ('"a> b"@example.net', " X")),
        ("postmaster", ("postmaster", "")),
        ("", None),
        ("Ann<ann@example.net>", None),
        ('"ann @example.net', None),
        ("ann\\ b@example.net", None),
        ("<ann@example.net", None),
        ('<"ann@example.net>', None),
        ("<ann@example.net>SIZE=1", None),
    ],
)
def test_a_path_is_cut_from_its_parameters(text, parts):
    assert split_path(text) == parts


@given(st.text(alphabet=st.sampled_from('ab@."\\<>[]:,-é 1é'), max_size=40), st.booleans())
def test_any_text_is_a_path_or_not(text, utf8):
    found = parse_path(text, utf8=utf8)
    assert isinstance(found, str | PathError)
    if isinstance(found, str) and found:
        # What is a path stays the same path when it is read again.
        assert parse_path(found, utf8=utf8) == found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", MailParameters()),
        ("  SIZE=10  BODY=7bit ", MailParameters(size=10)),
        ("BODY=8BitMime SMTPUTF8", MailParameters(smtputf8=True)),
        ("RET=full ENVID=+3D AUTH=ann+40b", MailParameters(ret="FULL", envid="+3D", auth="ann+40b")),
    ],
)
def test_the_parameters_of_mail(text, expected):
    assert parse_mail_parameters(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SIZE",
        "SIZE=",
        "SIZE=-1",
        "SIZE=1k",
        "SIZE=٣",
        "SIZE=" + "1" * 21,
        "SIZE=1 SIZE=1",
        "SIZE=1=2",
        "=1",
        "-SIZE=1",
        "BODY",
        "BODY=BINARYMIME",
        "SMTPUTF8=yes",
        "RET=ALL",
        "ENVID",
        "ENVID=a+3d",
        "ENVID=+",
        "ENVID=" + "x" * 101,
        "AUTH",
        "AUTH=" + "x" * 501,
        "SIZE=1\u2003X",
    ],
)
def test_a_bad_value_for_mail_is_refused_with_501(text):
    reply = parse_mail_parameters(text)
    assert isinstance(reply, Reply)
    assert (reply.code, reply.enhanced) == (501, "5.5.4")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NOTIFY=never", RcptParameters("NEVER")),
        ("NOTIFY=Success,Failure,Delay", RcptParameters("SUCCESS,FAILURE,DELAY")),
        ("ORCPT=utf-8;ann@example.net", RcptParameters("", "utf-8;ann@example.net")),
    ],
)
def test_the_parameters_of_rcpt(text, expected):
    assert parse_rcpt_parameters(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "NOTIFY",
        "NOTIFY=",
        "NOTIFY=NEVER,DELAY",
        "NOTIFY=DELAY,DELAY",
        "NOTIFY=DELAY,",
        "ORCPT=ann@example.net",
        "ORCPT=;x",
        "ORCPT=rfc822;",
        "ORCPT=rfc822;" + "x" * 500,
    ],
)
def test_a_bad_value_for_rcpt_is_refused_with_501(text):
    reply = parse_rcpt_parameters(text)
    assert isinstance(reply, Reply)
    assert (reply.code, reply.enhanced) == (501, "5.5.4")


@pytest.mark.parametrize("keyword", ["BY=1", "MT-PRIORITY=3", "SOLICIT", "X-" + "a" * 300])
def test_unknown_parameters_are_refused_with_555(keyword):
    for parse in (parse_mail_parameters, parse_rcpt_parameters):
        reply = parse(keyword)
        assert isinstance(reply, Reply)
        assert (reply.code, reply.enhanced) == (555, "5.5.4")
        assert len(reply.encoded()) < 100


@given(st.binary(max_size=60))
def test_any_line_is_a_command_or_refused(line):
    found = split_command(line)
    assert isinstance(found, tuple | Reply)


@given(st.text(max_size=60))
def test_any_argument_is_understood_or_refused(text):
    assert isinstance(parse_mail("FROM:" + text), Mail | Reply)
    assert isinstance(parse_rcpt("TO:" + text, utf8=True), Rcpt | Reply)
    assert isinstance(parse_mail("FROM:<ann@example.net> " + text), Mail | Reply)
    assert isinstance(parse_rcpt("TO:<ann@example.net> " + text, utf8=False), Rcpt | Reply)


@pytest.mark.parametrize(
    "line",
    [
        b"MAIL FROM:<ann@exa_mple.net>",
        b"MAIL\tFROM:<ann@exa_mple.net>",
        b"MAIL FROM:\t<ann@exa_mple.net>\t",
        b" MAIL FROM:<ann@exa_mple.net>",
        b"\tMAIL FROM:ann@exa_mple.net",
        b"MAIL FROM:ann@exa_mple.net>",
        b"MAIL FROM:<<ann@exa_mple.net>>",
    ],
)
def test_a_command_of_a_careless_client_means_one_address(line):
    verb, argument = split_command(line)
    assert (verb, parse_mail(argument)) == ("MAIL", Mail("ann@exa_mple.net"))


@pytest.mark.parametrize("name", ["my pc", "[10.0.0.1] x", "ANN-PC (office)", "a b c"])
def test_a_client_may_give_itself_a_name_with_blanks(name):
    assert parse_greeting_name("EHLO", name) == name


@pytest.mark.parametrize("path", ["<a@b@c>", "<ann:x@example.net>", "(a@b)", "a@b>c@d>"])
def test_what_could_be_several_addresses_stays_refused(path):
    assert parse_mail(f"FROM:{path}").code == 501
    assert parse_rcpt(f"TO:{path}", utf8=False).code == 501
