"""Calls of plain messages are read by their types; what is read so, the table of properties reads the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.v31.call import read_any
from aerogram.doors.http.send.v31.plain import read_plain
from support.calls import a_call, a_message

TEXTS = some.sampled_from(
    ["", "Hello", "Grüße", "a\r\nb", "a\nb", "a\tb", "nul\0", "[[var:x]]", "x" * 255, "x" * 256, "😀", "\x7f"]
)
EMAILS = some.sampled_from(
    [
        "ann@example.net",
        "ANN@example.net",
        "bob@example.org",
        '"a b"@example.net',
        "jürgen@example.net",
        "a@bücher.example",
        "a@127.0.0.1",
        "nobody",
        "",
        "x" * 65 + "@example.net",
    ]
)
NAMES = TEXTS | some.none()
MAILBOXES = some.fixed_dictionaries({"Email": EMAILS}, optional={"Name": NAMES})
ODD = some.sampled_from(
    [None, 1, True, 1.5, "", "text", [], {}, [None], [{}], {"Email": None}, {"email": "a@b.c"}]
)
MESSAGES = some.fixed_dictionaries(
    {"From": MAILBOXES, "To": some.lists(MAILBOXES, min_size=1, max_size=3), "TextPart": TEXTS},
    optional={
        "Cc": some.lists(MAILBOXES, max_size=2) | some.none(),
        "Bcc": some.lists(MAILBOXES, max_size=2),
        "ReplyTo": MAILBOXES | some.none(),
        "Subject": TEXTS | some.none(),
        "HTMLPart": TEXTS | some.none(),
        "CustomID": TEXTS,
        "EventPayload": TEXTS | some.none(),
        "CustomCampaign": TEXTS,
    },
)
NAMES_OF_PROPERTIES = some.sampled_from(
    [
        "From",
        "To",
        "Cc",
        "Bcc",
        "ReplyTo",
        "Sender",
        "Subject",
        "subject",
        "TextPart",
        "HTMLPart",
        "CustomID",
        "EventPayload",
        "CustomCampaign",
        "TemplateID",
        "Priority",
        "Variables",
        "Headers",
        "Unknown",
    ]
)


def both(body):
    """Read a body by types, and by the table; the table's refusal of the whole call is None."""
    plain = read_plain(body)
    try:
        call = read_any(body)
    except RefusedCallError:
        return plain, None
    return plain, call


def assert_same(body):
    plain, call = both(body)
    if plain is not None:
        assert call is not None
        assert plain.is_sandbox is call.is_sandbox
        assert plain.template_keys() == call.template_keys() == set()
        assert plain.parsed_messages({}) == call.parsed_messages({})
    return plain


@given(some.lists(MESSAGES, min_size=1, max_size=3), some.sampled_from([None, True, False]))
def test_it_reads_what_the_table_reads(messages, is_sandbox):
    assert_same(a_call(*messages, SandboxMode=is_sandbox))


@given(MESSAGES, NAMES_OF_PROPERTIES, ODD)
def test_it_reads_nothing_that_the_table_refuses(message, name, value):
    plain = assert_same(a_call(a_message(**message) | {name: value}))
    if plain is not None:
        assert not any(
            parsed.errors for parsed in read_any(a_call(message | {name: value})).parsed_messages({})
        )


@given(
    MESSAGES, some.sampled_from(["SandboxMode", "AdvanceErrorHandling", "Globals", "Messages", "More"]), ODD
)
def test_it_reads_no_call_that_the_table_refuses(message, name, value):
    assert_same(json.dumps({"Messages": [message], name: value}).encode())


@given(
    MESSAGES, some.integers(0, 400), some.sampled_from([b"", b"\xff", b'"', b"\\ud83d", b"\0", b"{", b"\n"])
)
def test_it_reads_no_damaged_call_otherwise(message, at, damage):
    body = a_call(message)
    assert_same(body[:at] + damage + body[at + 1 :])


@pytest.mark.parametrize(
    "properties",
    [
        {},
        {"Cc": [{"Email": "cy@example.net"}], "Bcc": [{"Email": "di@example.net", "Name": "Di"}]},
        {"To": [{"Email": "ann@example.net"}, {"Email": "ANN@example.net"}]},
        {"ReplyTo": {"Email": "help@example.com", "Name": "Help"}, "HTMLPart": "<p>Thanks.</p>"},
        {"CustomID": "17", "EventPayload": "{}", "CustomCampaign": "receipts", "Subject": ...},
        {"TextPart": "", "HTMLPart": "<p>Thanks.</p>"},
        {"TextPart": "", "HTMLPart": None},
    ],
)
def test_an_ordinary_message_is_read_by_its_types(properties):
    plain = assert_same(a_call(a_message(**properties)))
    assert plain is not None


@pytest.mark.parametrize(
    "body",
    [
        a_call(a_message(Variables={"name": "Ann"})),
        a_call(a_message(TemplateID=17)),
        a_call(a_message(subject="Receipt")),
        a_call(a_message(), Globals={"Subject": "Receipt"}),
        a_call(*[a_message()] * 51),
        a_call(a_message(To=[{"Email": f"to{number}@example.net"} for number in range(51)])),
        a_call(),
        b'{"Messages": [{"From": {"Email": "orders@example.com"}}, "text"]}',
        b"[]",
        b"",
    ],
)
def test_any_other_call_is_left_to_the_table(body):
    assert read_plain(body) is None


def test_the_last_of_two_properties_of_one_name_counts():
    message = json.dumps(a_message())
    assert_same(f'{{"Messages": [{message[:-1]}, "Subject": "Second", "Subject": "Third"}}]}}'.encode())


def test_a_body_nested_without_end_is_left_to_the_table():
    assert read_plain(b'{"Messages": ' + b"[" * 100_000) is None
