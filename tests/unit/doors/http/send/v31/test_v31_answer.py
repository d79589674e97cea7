"""The answer's bytes."""

import json

from aerogram.doors.http.send.shared.errors import sender_not_authorized
from aerogram.doors.http.send.v31 import answer
from aerogram.doors.http.send.v31.call import read_call
from aerogram.doors.http.send.v31.errors import NO_CONTENT
from aerogram.model.message import Accepted
from support.calls import a_call, a_message

UUID = "3c1c7f52-5d0b-4a2e-9a1b-0f3c7a6f1e11"


def parsed_message_of(**properties):
    return read_call(a_call(a_message(**properties))).parsed_messages({})[0]


def test_success_is_written_with_its_keys_in_mailjets_order():
    body = answer.encoded(
        [
            answer.sent(
                parsed_message_of(CustomID="r-17", Cc=[{"Email": "cy@example.net"}]),
                [Accepted("ann@example.net", 17, UUID), Accepted("cy@example.net", 18, UUID)],
                "https://mail.example.com/v3/REST/message/",
            )
        ]
    )
    assert body == (
        b'{"Messages":[{"Status":"success","CustomID":"r-17",'
        b'"To":[{"Email":"ann@example.net","MessageUUID":"%(uuid)s","MessageID":17,'
        b'"MessageHref":"https://mail.example.com/v3/REST/message/17"}],'
        b'"Cc":[{"Email":"cy@example.net","MessageUUID":"%(uuid)s","MessageID":18,'
        b'"MessageHref":"https://mail.example.com/v3/REST/message/18"}],"Bcc":[]}]}'
    ) % {b"uuid": UUID.encode()}


def test_the_sandbox_gives_no_ids():
    parsed = parsed_message_of()
    body = answer.encoded(
        [answer.sent(parsed, parsed.sandbox_receipts(), "https://mail.example.com/v3/message/")]
    )
    (recipient,) = json.loads(body)["Messages"][0]["To"]
    assert recipient == {
        "Email": "ann@example.net",
        "MessageUUID": "",
        "MessageID": 0,
        "MessageHref": "https://mail.example.com/v3/message/0",
    }


def test_a_refused_message_has_a_status_and_its_errors_only():
    entry = json.loads(answer.encoded([answer.refused([NO_CONTENT])]))["Messages"][0]
    assert list(entry) == ["Status", "Errors"]
    assert list(entry["Errors"][0]) == [
        "ErrorIdentifier",
        "ErrorCode",
        "StatusCode",
        "ErrorMessage",
        "ErrorRelatedTo",
    ]


def test_the_status_of_the_answer_follows_the_errors():
    forbidden, bad = sender_not_authorized("a@example.com"), NO_CONTENT
    assert answer.status_of([(), ()]) == 200
    assert answer.status_of([(), (bad,)]) == 400
    assert answer.status_of([(bad,), (bad,)]) == 400
    assert answer.status_of([(forbidden,)]) == 403
    assert answer.status_of([(forbidden, bad)]) == 400
    assert answer.status_of([(), (forbidden,)]) == 400
