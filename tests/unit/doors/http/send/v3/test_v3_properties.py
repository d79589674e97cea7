"""Whatever JSON arrives: accepted or refused in one sentence, and what is accepted can be composed."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.content.templates.templates import StoredTemplate
from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.v3 import answer
from aerogram.doors.http.send.v3.call import read_call
from aerogram.doors.http.send.v3.properties import MESSAGE
from aerogram.model.message import Accepted
from aerogram.model.send_options import packed, packed_personal, unpacked, unpacked_personal
from aerogram.wire.mime.headers import encode_mailboxes
from aerogram.wire.mime.parts import Mailbox, Parts
from aerogram.wire.mime.writing.build import build
from support.authorised import v3_submissions
from support.calls import a_caller
from support.v3_calls import a_v3_message

texts = st.text(max_size=12) | st.sampled_from(
    [
        *("", "a@example.com", "ünï@example.com", "A <a@example.com>, b@example.com", "a\r\nb", "\0", "YQ=="),
        *("text/plain", "image/png", "1", "true", "deliver", "[[var:a]]", "{{var:a}}", "Receipt"),
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
keys = (
    st.sampled_from(
        ["Email", "Name", "Vars", "Content-type", "Filename", "content", "X-A", "Reply-To", "From"]
    )
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from([*MESSAGE.rows, *(name.lower() for name in MESSAGE.rows)]) | texts
messages = st.dictionaries(names, values, max_size=5) | st.dictionaries(names, values, max_size=3).map(
    lambda some: a_v3_message() | some
)
TEMPLATE = StoredTemplate(id=1, name="Receipt", subject="x", from_email="a@example.com", html="<p>[[var:a]]")


def answered(body, template=None):
    """What the endpoint would answer, its services left out."""
    refused = None
    asked = []
    try:
        call = read_call(body)
        messages = call.parsed_messages(dict.fromkeys(call.template_keys(), template))
        asked = v3_submissions(messages, a_caller(), "")
    except RefusedCallError as error:
        refused = error
    assert (refused is None) is bool(asked)
    assert refused is None or (refused.status in (400, 413, 500) and str(refused))
    receipts = [tuple(Accepted(one.email, 1, "") for one in each.recipients) for each in asked]
    told = json.loads(answer.sent(receipts))["Sent"]
    assert [one["Email"] for one in told] == [one.email for each in asked for one in each.recipients]
    for each in asked:
        assert each.recipients
        assert unpacked(packed(each.send_options)) == each.send_options
        assert all(
            unpacked_personal(packed_personal(one.personal)) == one.personal for one in each.recipients
        )
        parts = msgspec.json.decode(each.body, type=Parts)
        assert build(parts, message_id="1@example.com", date_ms=0, boundary_seed=b"1")


@settings(max_examples=200, deadline=None)
@given(st.lists(messages | values, max_size=3))
def test_any_bulk_call_is_answered(some):
    answered(json.dumps({"Messages": some}).encode())


@settings(max_examples=300, deadline=None)
@given(messages, st.none() | st.just(TEMPLATE))
def test_what_is_accepted_can_be_composed(message, template):
    answered(json.dumps(a_v3_message() | message).encode(), template)


@settings(max_examples=100, deadline=None)
@given(values)
def test_any_json_is_answered(value):
    answered(json.dumps(value).encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_answered(body):
    answered(body)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20), min_size=1, max_size=5))
def test_names_come_back_however_their_header_is_written(shown):
    boxes = tuple(Mailbox(f"n{index}@example.net", name) for index, name in enumerate(shown))
    header = encode_mailboxes("To", boxes).decode().removeprefix("To: ").replace("\r\n", "")
    (parsed,) = read_call(json.dumps(a_v3_message(To=header)).encode()).parsed_messages({})
    assert parsed.parts.to == boxes
