"""Every code of Mailjet's table: what a message has, and what its sender is told."""

import base64
import json

import pytest

from aerogram.doors.http.send.v31.call import read_call
from support.calls import a_call, a_message


def told(**properties):
    """The errors of a message, as the answer shows them but for their identifiers."""
    call = read_call(a_call(a_message(**properties)))
    (parsed,) = call.parsed_messages({})
    shown = [error.shown() for error in parsed.errors]
    for each in shown:
        assert each.pop("ErrorIdentifier")
    return shown


def error(code, message, *related, status=400):
    return {"ErrorCode": code, "StatusCode": status, "ErrorMessage": message, "ErrorRelatedTo": related}


def a_file(**properties):
    return {"ContentType": "text/plain", "Filename": "a.txt", "Base64Content": "SGVsbG8="} | properties


DEEP = json.loads("[" * 50 + "]" * 50)
MISSING = "Missing mandatory property."
FIFTY_ONE = [{"Email": "ann@example.net"}] * 51


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"From": ...}, error("mj-0003", MISSING, "From")),
        ({"From": None}, error("mj-0003", MISSING, "From")),
        ({"From": {}}, error("mj-0003", MISSING, "From.Email")),
        ({"To": ...}, error("mj-0003", MISSING, "To")),
        ({"To": None}, error("mj-0003", MISSING, "To")),
        ({"To": [{"Name": "Ann"}]}, error("mj-0003", MISSING, "To[0].Email")),
        ({"From": "a@example.com"}, error("mj-0004", 'Type mismatch. Expected type "emailIn".', "From")),
        (
            {"TemplateErrorReporting": "a@example.com", "TemplateLanguage": False},
            error("mj-0004", 'Type mismatch. Expected type "emailIn".', "TemplateErrorReporting"),
        ),
        ({"To": {}}, error("mj-0004", 'Type mismatch. Expected type "array of emails".', "To")),
        ({"To": ["a@b.c"]}, error("mj-0004", 'Type mismatch. Expected type "emailIn".', "To[0]")),
        ({"To": [{"Email": 1}]}, error("mj-0004", 'Type mismatch. Expected type "string".', "To[0].Email")),
        ({"Subject": 1}, error("mj-0004", 'Type mismatch. Expected type "string".', "Subject")),
        ({"TextPart": []}, error("mj-0004", 'Type mismatch. Expected type "string".', "TextPart")),
        ({"Priority": "2"}, error("mj-0004", 'Type mismatch. Expected type "integer".', "Priority")),
        ({"Priority": True}, error("mj-0004", 'Type mismatch. Expected type "integer".', "Priority")),
        (
            {"TemplateLanguage": "true"},
            error("mj-0004", 'Type mismatch. Expected type "boolean".', "TemplateLanguage"),
        ),
        ({"Variables": []}, error("mj-0004", 'Type mismatch. Expected type "object".', "Variables")),
        (
            {"Headers": {"X-A": True}},
            error("mj-0004", 'Type mismatch. Expected type "string".', 'Headers["X-A"]'),
        ),
        (
            {"Attachments": ["x"]},
            error("mj-0004", 'Type mismatch. Expected type "attachment".', "Attachments[0]"),
        ),
        ({"Priority": 4}, error("mj-0005", '"4" is not an allowed value for Priority.', "Priority")),
        (
            {"TrackOpens": "on"},
            error("mj-0005", '"on" is not an allowed value for TrackOpens.', "TrackOpens"),
        ),
        ({"TrackClicks": ""}, error("mj-0005", '"" is not an allowed value for TrackClicks.', "TrackClicks")),
        (
            {"Attachments": [a_file(Base64Content="not base64!")]},
            error(
                "mj-0005", "Attachments[0].Base64Content is not valid base64.", "Attachments[0].Base64Content"
            ),
        ),
        (
            {"Subject": "a\r\nBcc: x@example.net"},
            error("mj-0005", "Subject must not contain line breaks or NUL characters.", "Subject"),
        ),
        (
            {"To": [{"Email": "ann@example.net", "Name": "Ann\nBcc: x"}]},
            error("mj-0005", "To[0].Name must not contain line breaks or NUL characters.", "To[0].Name"),
        ),
        (
            {"Headers": {"X-A": "1\r\nX-B: 2"}},
            error("mj-0005", "The header X-A holds a line break or a NUL character.", 'Headers["X-A"]'),
        ),
        (
            {"Headers": {"X A": "1"}},
            error("mj-0005", "'X A' is not a valid header name.", 'Headers["X A"]'),
        ),
        ({"CustomID": "a\0"}, error("mj-0005", "CustomID must not contain NUL characters.", "CustomID")),
        ({"Subject": "a" * 256}, error("mj-0006", "Maximum length of Subject is 255 characters.", "Subject")),
        ({"URLTags": "a" * 257}, error("mj-0006", "Maximum length of URLTags is 256 characters.", "URLTags")),
        ({"To": []}, error("mj-0007", "To cannot be empty.", "To")),
        (
            {"Attachments": [a_file()] * 51},
            error("mj-0008", "Maximum number of elements in Attachments is 50.", "Attachments"),
        ),
        ({"To": [{"Email": ""}]}, error("mj-0012", "To[0].Email cannot be empty.", "To[0].Email")),
        (
            {"Attachments": [a_file(Filename="")]},
            error("mj-0012", "Attachments[0].Filename cannot be empty.", "Attachments[0].Filename"),
        ),
        (
            {"InlinedAttachments": [a_file(ContentType="")]},
            error(
                "mj-0012",
                "InlinedAttachments[0].ContentType cannot be empty.",
                "InlinedAttachments[0].ContentType",
            ),
        ),
        (
            {"To": [{"Email": "ann@example.net"}, {"Email": "ann@example..net"}]},
            error("mj-0013", '"ann@example..net" is an invalid email address.', "To[1].Email"),
        ),
        (
            {"Headers": {"Reply-To": "no address"}},
            error("mj-0013", '"no address" is an invalid email address.', 'Headers["Reply-To"]'),
        ),
        (
            {"TextPart": ...},
            error(
                "send-0003",
                'At least "HTMLPart", "TextPart" or "TemplateID" must be provided.',
                "TextPart",
                "HTMLPart",
                "TemplateID",
            ),
        ),
        (
            {"TemplateID": 17, "TextPart": ..., "From": ..., "Subject": ...},
            error("send-0010", 'Template id "17" doesn\'t exist for your account.', "TemplateID"),
        ),
        (
            {"Headers": {"x-mj-vars": "{}"}},
            error(
                "send-0011",
                'Header cannot be customized using the "Headers" collection.',
                'Headers["x-mj-vars"]',
            ),
        ),
        (
            {"Headers": {"Content-Type": "text/html"}},
            error(
                "send-0011",
                'Header cannot be customized using the "Headers" collection.',
                'Headers["Content-Type"]',
            ),
        ),
        (
            {"DeduplicateCampaign": True},
            error(
                "send-0012",
                '"DeduplicateCampaign" can only be used together with "CustomCampaign".',
                "CustomCampaign",
                "DeduplicateCampaign",
            ),
        ),
        (
            {"Cc": FIFTY_ONE[:50]},
            error("send-0015", "Total number of recipients exceeded. Max allowed - 50", "To", "CC", "Bcc"),
        ),
        (
            {"To": FIFTY_ONE},
            error("send-0015", "Total number of recipients exceeded. Max allowed - 50", "To", "CC", "Bcc"),
        ),
    ],
)
def test_an_error_is_told_by_code_text_and_path(properties, expected):
    assert told(**properties) == [expected]


@pytest.mark.parametrize(
    ("properties", "code", "related"),
    [
        ({"DeduplicateCampaign": 1}, "send-0012", ("CustomCampaign", "DeduplicateCampaign")),
        ({"CustomCampaign": "a" * 256}, "mj-0006", ("CustomCampaign",)),
        ({"AutoTextPart": 1}, "mj-0004", ("AutoTextPart",)),
        ({"TemplateID": "17"}, "mj-0004", ("TemplateID",)),
        ({"TemplateID": 0}, "send-0010", ("TemplateID",)),
        ({"TemplateID": 10**400, "From": ...}, "send-0010", ("TemplateID",)),
        ({"Variables": {"a": DEEP}}, "mj-0005", ("Variables",)),
        ({"TemplateErrorDeliver": True}, "send-0016", ("TemplateLanguage",)),
        ({"TemplateErrorReporting": {"Email": "a@example.com"}}, "send-0016", ("TemplateLanguage",)),
    ],
)
def test_what_cannot_be_done_is_refused(properties, code, related):
    (shown,) = told(**properties)
    assert (shown["ErrorCode"], shown["ErrorRelatedTo"]) == (code, related)


def test_all_errors_of_a_message_are_told_at_once():
    codes = [
        (shown["ErrorCode"], shown["ErrorRelatedTo"][0])
        for shown in told(
            From={"Email": "x"}, To=[{"Email": ""}, {"Email": "y"}], Subject="a" * 300, TextPart=...
        )
    ]
    assert codes == [
        ("mj-0013", "From.Email"),
        ("mj-0012", "To[0].Email"),
        ("mj-0013", "To[1].Email"),
        ("mj-0006", "Subject"),
        ("send-0003", "TextPart"),
    ]


def test_a_long_wrong_value_is_quoted_shortened():
    (shown,) = told(To=[{"Email": "a" * 100_000}])
    assert len(shown["ErrorMessage"]) < 400


def test_attachments_and_inlined_ones_count_together():
    eight_mib = base64.b64encode(bytes(8 * 1024 * 1024)).decode()
    file = a_file(Base64Content=eight_mib)
    assert told(Attachments=[file]) == []
    (shown,) = told(Attachments=[file], InlinedAttachments=[file], HTMLPart="<p>")
    assert shown["ErrorCode"] == "mj-0011"
    assert shown["ErrorRelatedTo"] == ("Attachments", "InlinedAttachments")


@pytest.mark.parametrize(
    "properties",
    [
        {"Cc": [], "Bcc": [], "Attachments": [], "InlinedAttachments": [], "Headers": {}, "Variables": {}},
        {"Subject": None, "Cc": None, "Sender": None, "HTMLPart": None, "TemplateLanguage": None},
        {"To": [{"Email": "ann@example.net", "Name": ""}]},
        {"TrackClick": "enabled", "TemplateErrorDelivery": True, "TemplateLanguage": True},
        {"Whatever": None},
        {"TextPart": ""},
        {"Subject": ...},
        {"TemplateErrorDeliver": False},
        {"Headers": {"X-Number": 123, "List-Unsubscribe": "<mailto:u@example.com>", "X-None": None}},
        {"Attachments": [a_file(Base64Content="SGVs\nbG8=\n")]},
        {"To": [{"Email": "ünï@bücher.example"}]},
        {"Variables": {"a": None}, "TextPart": "Dear [[var:a]]", "TemplateLanguage": True},
        {"Variables": {"a": DEEP[0], "b": 10**40}, "TemplateErrorDeliver": True, "TemplateLanguage": True},
        {"DeduplicateCampaign": 1, "CustomCampaign": "Grüße, no. 1"},
        {"MonitoringCategory": "", "URLTags": "", "CustomCampaign": ""},
    ],
)
def test_what_clients_send_without_harm_passes(properties):
    assert told(**properties) == []
