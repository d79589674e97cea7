"""The answer as Mailjet's has been recorded: its blanks, its line end, the order of its keys."""

import json

from aerogram.doors.http.send.v3.answer import sent
from aerogram.model.message import Accepted

UUID = "60fd82bc-0000-4edb-a592-96d38340c4fc"


def test_one_recipient_is_told_as_recorded():
    assert sent([(Accepted("ann@example.net", 17, UUID),)]) == (
        b'{ "Sent" : [{ "Email" : "ann@example.net", "MessageID" : 17, "MessageUUID" : "'
        + UUID.encode()
        + b'" }] }\n'
    )


def test_the_recipients_of_all_messages_stand_in_one_list():
    receipts = [
        (Accepted('"a\\"b"@example.net', 1, UUID), Accepted("ünï@example.net", 2, UUID)),
        (Accepted("c@example.net", 3, UUID),),
    ]
    answer = json.loads(sent(receipts))
    assert list(answer) == ["Sent"]
    assert [(each["Email"], each["MessageID"]) for each in answer["Sent"]] == [
        ('"a\\"b"@example.net', 1),
        ("ünï@example.net", 2),
        ("c@example.net", 3),
    ]
