"""Whatever JSON arrives: a documented answer, and what is accepted can be composed."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.v31 import answer
from aerogram.doors.http.send.v31.call import Call, read_call
from aerogram.doors.http.send.v31.plain import PlainCall
from aerogram.doors.http.send.v31.properties import MESSAGE
from aerogram.model.message import Accepted
from aerogram.wire.mime.parts import Mailbox, Parts
from aerogram.wire.mime.writing.build import build
from support.authorised import v31_submissions
from support.calls import a_caller, a_message
from support.http_door import Template

texts = st.text(max_size=12) | st.sampled_from(
    [
        "",
        "a@example.com",
        "ünï@example.com",
        "a\r\nb",
        "\0",
        "YQ==",
        "YQ",
        "text/plain",
        "image/png",
        "enabled",
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
keys = (
    st.sampled_from(
        ["Email", "Name", "ContentType", "Filename", "Base64Content", "ContentID", "X-A", "Reply-To"]
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
    lambda some: a_message() | some
)


templates = st.fixed_dictionaries(
    {
        "subject": texts,
        "from_email": texts,
        "from_name": texts,
        "reply_to": st.none() | st.builds(Mailbox, texts, texts),
        "html": st.none() | texts,
        "text": st.none() | texts,
        "header_errors": st.sampled_from([(), ("From",)]),
        "makes_text": st.booleans(),
    }
).map(lambda facts: Template(**facts))
MESSAGE_WITH_TEMPLATE = a_message(TemplateID=17)


def check_entry(entry):
    if entry["Status"] == "success":
        assert list(entry) == ["Status", "CustomID", "To", "Cc", "Bcc"]
    else:
        assert list(entry) == ["Status", "Errors"]
        for error in entry["Errors"]:
            check_error(error)


def check_error(error):
    assert error["ErrorCode"].startswith(("mj-00", "send-00"))
    assert error["StatusCode"] in (400, 401, 403)
    assert error["ErrorMessage"]


def answered(body, template=None):
    """What the endpoint would answer, its services left out."""
    try:
        call = read_call(body)
    except RefusedCallError as refused:
        check_error(json.loads(answer.encoded_error(refused.error)))
        return
    assert isinstance(call, Call | PlainCall)
    for parsed in call.parsed_messages(dict.fromkeys(call.template_keys(), template)):
        if parsed.errors:
            check_entry(json.loads(answer.encoded([answer.refused(parsed.errors)]))["Messages"][0])
            continue
        (submission,) = v31_submissions([parsed], a_caller(), "")
        receipts = [Accepted(one.email, 1, "") for one in submission.recipients]
        check_entry(json.loads(answer.encoded([answer.sent(parsed, receipts, "")]))["Messages"][0])
        parts = msgspec.json.decode(submission.body, type=Parts)
        assert build(parts, message_id="1@example.com", date_ms=0, boundary_seed=b"1")


@settings(max_examples=300, deadline=None)
@given(st.lists(messages | values, max_size=3), st.none() | messages | values, values)
def test_any_call_is_answered_in_a_documented_shape(some, defaults, sandbox):
    answered(json.dumps({"Messages": some, "Globals": defaults, "SandboxMode": sandbox}).encode())


@settings(max_examples=100, deadline=None)
@given(values)
def test_any_json_is_answered_in_a_documented_shape(value):
    answered(json.dumps(value).encode())


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_answered_in_a_documented_shape(body):
    answered(body)


@settings(max_examples=300, deadline=None)
@given(messages)
def test_what_is_accepted_can_be_composed(message):
    answered(json.dumps({"Messages": [a_message() | message]}).encode())


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(names, values, max_size=3), templates, st.booleans())
def test_what_a_template_brings_can_be_composed_or_is_refused(message, template, is_strict):
    body = {"Messages": [MESSAGE_WITH_TEMPLATE | message], "AdvanceErrorHandling": is_strict}
    answered(json.dumps(body).encode(), template)


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=30),
    st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), st.text(max_size=20), max_size=2),
    st.text(max_size=20),
)
def test_texts_that_end_in_headers_can_be_written_or_are_refused(name, headers, filename):
    answered(
        json.dumps(
            {
                "Messages": [
                    a_message(
                        From={"Email": "a@example.com", "Name": name},
                        Subject=name,
                        HTMLPart="<p>",
                        Headers=headers,
                        InlinedAttachments=[
                            {
                                "ContentType": name,
                                "Filename": filename,
                                "Base64Content": "YQ==",
                                "ContentID": name,
                            }
                        ],
                    )
                ]
            }
        ).encode()
    )
