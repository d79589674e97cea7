"""From the bytes of a call to what is submitted."""

import json

import msgspec
import pytest

from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.v31.call import read_call
from aerogram.model.message import ContentKind, Rank, RecipientRole
from aerogram.wire.mime.parts import Attachment, Mailbox, Parts
from support.authorised import v31_submissions
from support.calls import FROM, a_call, a_caller, a_message


def submitted(body):
    (submission,) = v31_submissions(read_call(body).parsed_messages({}), a_caller(), "a transcript")
    return submission


def parts_of(body):
    return msgspec.json.decode(submitted(body).body, type=Parts)


def flat(body):
    with pytest.raises(RefusedCallError) as refused:
        read_call(body)
    shown = refused.value.error.shown()
    shown.pop("ErrorIdentifier")
    return shown


def test_an_ordinary_message_becomes_one_submission():
    submission = submitted(
        a_call(
            a_message(
                Cc=[{"Email": "cy@example.net"}],
                Bcc=[{"Email": "di@example.net"}],
                HTMLPart="<p>Thanks.</p>",
                CustomID="r-17",
                EventPayload='{"order":17}',
                CustomCampaign="receipts",
                Priority=3,
            )
        )
    )
    assert submission.account_id == 7
    assert submission.door == "v3.1"
    assert submission.reverse_path == submission.from_email == "orders@example.com"
    assert [(one.email, one.role) for one in submission.recipients] == [
        ("ann@example.net", RecipientRole.TO),
        ("cy@example.net", RecipientRole.CC),
        ("di@example.net", RecipientRole.BCC),
    ]
    assert submission.kind is ContentKind.PARTS
    assert (submission.subject, submission.custom_id, submission.campaign) == (
        "Receipt 17",
        "r-17",
        "receipts",
    )
    assert submission.event_payload == '{"order":17}'
    assert submission.rank is Rank.FRONT_HIGH
    assert (submission.has_text, submission.has_html, submission.attachment_count) == (True, True, 0)
    assert not submission.smtputf8


def test_blind_recipients_are_not_in_the_mail():
    body = submitted(a_call(a_message(Bcc=[{"Email": "secret@example.net"}]))).body
    assert b"secret" not in body


def test_the_parts_hold_what_was_asked_for():
    parts = parts_of(
        a_call(
            a_message(
                ReplyTo={"Email": "help@example.com"},
                Headers={"X-Tag": 12, "Reply-To": "other@example.com"},
                Attachments=[{"ContentType": "text/csv", "Filename": "a.csv", "Base64Content": "YQ=="}],
                InlinedAttachments=[
                    {"ContentType": "image/png", "Filename": "p.png", "Base64Content": "YQ=="}
                ],
            )
        )
    )
    assert parts.sender_from == Mailbox("orders@example.com", "Orders")
    assert parts.reply_to == Mailbox("help@example.com")
    assert ("X-Tag", "12") in parts.headers
    assert parts.attachments == (Attachment("text/csv", "a.csv", "YQ=="),)
    assert parts.inlined == (Attachment("image/png", "p.png", "YQ==", "p.png"),)


def test_a_sender_becomes_the_reverse_path():
    submission = submitted(a_call(a_message(Sender={"Email": "bounces@example.com"})))
    assert submission.reverse_path == "bounces@example.com"
    assert submission.from_email == "orders@example.com"


@pytest.mark.parametrize(
    "properties",
    [
        {"From": {"Email": "günter@example.com"}},
        {"To": [{"Email": "ünï@example.com"}]},
        {"Headers": {"Reply-To": "a@example.com, ünï@example.com"}},
    ],
)
def test_a_local_part_beyond_ascii_needs_smtputf8(properties):
    assert submitted(a_call(a_message(**properties))).smtputf8


def test_a_domain_beyond_ascii_alone_does_not_need_smtputf8():
    assert not submitted(a_call(a_message(To=[{"Email": "a@bücher.example"}]))).smtputf8


@pytest.mark.parametrize(
    ("given", "text", "html"),
    [
        ({"TextPart": "", "HTMLPart": "<p>"}, None, "<p>"),
        ({"TextPart": "a", "HTMLPart": ""}, "a", None),
        ({"TextPart": ""}, "", None),
        ({"TextPart": ..., "HTMLPart": "<p>"}, None, "<p>"),
    ],
)
def test_an_empty_part_is_as_good_as_none(given, text, html):
    parts = parts_of(a_call(a_message(**given)))
    assert (parts.text, parts.html) == (text, html)


def test_names_ignore_case():
    body = {
        "messages": [
            {
                "from": {"email": "orders@example.com", "NAME": "Orders"},
                "TO": [{"EMAIL": "ann@example.net"}],
                "htmlpart": "<img src='cid:x'>",
                "customId": "r-17",
                "inlinedattachments": [
                    {"contenttype": "image/png", "FileName": "p", "base64content": "YQ==", "ContentId": "x"}
                ],
            }
        ],
        "SandBoxMode": True,
    }
    call = read_call(json.dumps(body).encode())
    assert call.is_sandbox
    (parsed,) = call.parsed_messages({})
    assert parsed.errors == ()
    assert parsed.custom_id == "r-17"
    assert parsed.parts.sender_from.name == "Orders"
    assert parsed.parts.inlined[0].content_id == "x"


def test_the_exact_spelling_of_a_name_wins():
    rest = a_message(Subject=...)
    assert submitted(a_call({"Subject": "right", "subject": "wrong"} | rest)).subject == "right"
    assert submitted(a_call({"subject": "wrong", "Subject": "right"} | rest)).subject == "right"


class TestGlobals:
    def test_scalars_of_the_message_win(self):
        body = a_call(a_message(Priority=None), Globals={"Subject": "global", "Priority": 0, "CustomID": "g"})
        submission = submitted(body)
        assert (submission.subject, submission.rank, submission.custom_id) == ("Receipt 17", Rank.LOW, "g")

    def test_everything_but_the_recipient_may_come_from_them(self):
        body = a_call({"To": [{"Email": "ann@example.net"}]}, Globals=a_message(To=...))
        assert submitted(body).subject == "Receipt 17"

    def test_objects_are_merged_key_by_key(self):
        body = a_call(
            a_message(From={"Name": "Own"}, Headers={"x-tag": "own"}),
            Globals={
                "From": {"Email": "g@example.com", "Name": "Global"},
                "Headers": {"X-Tag": "g", "X-Other": "g"},
            },
        )
        parts = parts_of(body)
        assert parts.sender_from == Mailbox("g@example.com", "Own")
        assert dict(parts.headers) == {"x-tag": "own", "X-Other": "g"}

    def test_arrays_are_joined_globals_first(self):
        body = a_call(
            a_message(Cc=[{"Email": "own@example.net"}]), globals={"cc": [{"Email": "global@example.net"}]}
        )
        copies = [one.email for one in submitted(body).recipients if one.role is RecipientRole.CC]
        assert copies == ["global@example.net", "own@example.net"]

    def test_the_merged_message_is_what_is_checked(self):
        body = a_call(a_message(), Globals={"Cc": [{"Email": "ann@example.net"}] * 50})
        (parsed,) = read_call(body).parsed_messages({})
        assert [error.code for error in parsed.errors] == ["send-0015"]

    def test_a_wrong_type_on_either_side_is_told(self):
        for own, default in (([], {}), ({}, [])):
            body = a_call(a_message(Cc=own), Globals={"Cc": default})
            (parsed,) = read_call(body).parsed_messages({})
            assert [error.code for error in parsed.errors] == ["mj-0004"]

    @pytest.mark.parametrize(
        ("default", "paths"),
        [
            ({"Subjet": "x"}, ["Globals.Subjet"]),
            ({"subjet": "x", "HTMLBody": "y"}, ["Globals.subjet", "Globals.HTMLBody"]),
            ({"From": {"Emial": "x"}}, ["Globals.From.Emial"]),
            (
                {"Cc": [{"Email": "a@b.example"}, {"Email": "a@b.example", "Nmae": "x"}]},
                ["Globals.Cc[1].Nmae"],
            ),
            ({"ReplyTo": {"Email": "a@b.example", "Nmae": "x"}}, ["Globals.ReplyTo.Nmae"]),
            ({"Subjet": None}, []),
            ({"Subject": "x"}, []),
        ],
    )
    def test_an_unknown_property_in_them_is_named_there(self, default, paths):
        body = a_call(a_message(), a_message(), Globals=default)
        for parsed in read_call(body).parsed_messages({}):
            assert [error.related for error in parsed.errors] == [(path,) for path in paths]

    def test_an_unknown_property_of_a_message_is_named_in_the_message(self):
        body = a_call(a_message(Subjet="x"), a_message(), Globals={"TextPrat": "y", "Subject": "s"})
        one, other = read_call(body).parsed_messages({})
        assert {error.related for error in one.errors} == {("Subjet",), ("Globals.TextPrat",)}
        assert {error.related for error in other.errors} == {("Globals.TextPrat",)}

    def test_an_attachment_in_them_may_not_be_stored_fifty_times(self):
        file = {"ContentType": "a/b", "Filename": "a", "Base64Content": "A" * (6 * 1024 * 1024)}
        call = read_call(a_call(*[a_message()] * 50, Globals={"Attachments": [file]}))
        with pytest.raises(RefusedCallError) as refused:
            v31_submissions(call.parsed_messages({}), a_caller(), "")
        assert refused.value.error.code == "mj-0011"


@pytest.mark.parametrize("raw", [b"\0", b"\n", b"\r\n", b"\t", b"\x1b", b"\x08"])
def test_a_raw_control_character_costs_only_its_own_message(raw):
    body = a_call(a_message(), a_message(TextPart="a@@b"), a_message()).replace(b"@@", raw)
    first, second, third = read_call(body).parsed_messages({})
    assert [error.related for error in second.errors] == [("TextPart",)]
    assert "a control character that is not escaped" in second.errors[0].message
    assert not first.errors
    assert not third.errors


class TestTheCallAsAWhole:
    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"null", b"\xff{}", b"[\xff]", b"[" * 100_000],
    )
    def test_what_is_no_json_object_is_malformed(self, body):
        assert flat(body) == {
            "ErrorCode": "mj-0002",
            "StatusCode": 400,
            "ErrorMessage": "Malformed JSON, please review the syntax and properties types.",
        }

    @pytest.mark.parametrize(
        ("body", "code", "message", "related"),
        [
            ({}, "mj-0003", "Missing mandatory property.", ("Messages",)),
            ({"Messages": None}, "mj-0003", "Missing mandatory property.", ("Messages",)),
            ({"Messages": {}}, "mj-0004", 'Type mismatch. Expected type "Messages".', ("Messages",)),
            ({"Messages": [1]}, "mj-0004", 'Type mismatch. Expected type "object".', ("Messages[0]",)),
            ({"Messages": []}, "mj-0007", "Messages cannot be empty.", ("Messages",)),
            (
                {"Messages": [{}] * 51},
                "mj-0008",
                "Total number of recipients exceeded. Max allowed - 50",
                ("Messages",),
            ),
            (
                {"Messages": [{}], "Globals": []},
                "mj-0004",
                'Type mismatch. Expected type "object".',
                ("Globals",),
            ),
            (
                {"Messages": [{}], "SandboxMode": "yes"},
                "mj-0004",
                'Type mismatch. Expected type "boolean".',
                ("SandboxMode",),
            ),
            (
                {"Messages": [{}], "Globals": {"To": [{"Email": "a@example.com"}]}},
                "mj-0005",
                '"To" is not allowed in "Globals": each message names its own recipients.',
                ("Globals.To",),
            ),
        ],
    )
    def test_a_call_that_is_wrong_as_a_whole_is_answered_flat(self, body, code, message, related):
        assert flat(json.dumps(body).encode()) == {
            "ErrorCode": code,
            "StatusCode": 400,
            "ErrorMessage": message,
            "ErrorRelatedTo": related,
        }

    def test_each_message_is_judged_alone_and_in_order(self):
        messages = read_call(a_call(a_message(), a_message(To=[]), a_message(From=FROM))).parsed_messages({})
        assert [bool(parsed.errors) for parsed in messages] == [False, True, False]
