"""What a call of v3 is refused for: one sentence and one status, and nothing is sent."""

import base64
import json

import pytest

from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.v3.call import read_call
from support.v3_calls import TO, a_v3_file, a_v3_message

FIFTY_ONE = ", ".join([TO] * 51)
WHO = {"Email": TO}


def told(body):
    """The refusal of a call: status, text, and the message it is about."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    with pytest.raises(RefusedCallError) as refused:
        read_call(body).parsed_messages({})
    return refused.value.status, str(refused.value), refused.value.where


@pytest.mark.parametrize(
    ("properties", "status", "text"),
    [
        ({"FromEmail": ...}, 400, 'Missing "FromEmail" property'),
        ({"FromEmail": None}, 400, 'Missing "FromEmail" property'),
        ({"FromEmail": ""}, 400, 'Missing "FromEmail" property'),
        ({"FromEmail": "no address"}, 400, '"no address" is an invalid email address.'),
        ({"FromEmail": {"Email": TO}}, 400, '"FromEmail" is not string type'),
        ({"FromEmail": "a@example.com, b@example.com"}, 400, "FromEmail must hold one address."),
        ({"FromName": "a\nBcc: x"}, 400, "FromName must not contain line breaks or NUL characters."),
        ({"FromName": 1}, 400, 'FromName: Type mismatch. Expected type "string".'),
        ({"Sender": "nobody"}, 400, '"nobody" is an invalid email address.'),
        ({"To": ...}, 400, 'Missing "To" or "Recipients" property'),
        ({"To": None}, 400, 'Missing "To" or "Recipients" property'),
        ({"To": ..., "Cc": TO}, 400, 'Missing "To" or "Recipients" property'),
        ({"To": ""}, 400, 'At least 1 "to" value required'),
        ({"To": " , "}, 400, 'At least 1 "to" value required'),
        ({"To": ..., "Recipients": []}, 400, 'At least 1 "to" value required'),
        ({"To": [TO]}, 400, '"To" is not string type'),
        ({"To": "ann@example..net"}, 400, '"ann@example..net" is an invalid email address.'),
        ({"To": f"{TO}, ann@"}, 400, "To: 'ann@' is not an email address."),
        ({"To": f"{TO}\r\nBcc: x@y.z"}, 400, "To must not contain line breaks or NUL characters."),
        ({"To": FIFTY_ONE}, 400, "Too many recipients in To"),
        ({"Cc": FIFTY_ONE}, 400, "Too many recipients in Cc"),
        ({"Bcc": FIFTY_ONE}, 400, "Too many recipients in Bcc"),
        ({"To": ..., "Recipients": [WHO] * 51}, 400, "Too many recipients in Recipients"),
        ({"To": ..., "Recipients": WHO}, 400, '"Recipients" is not JSON array type'),
        ({"To": ..., "Recipients": [TO]}, 400, '"Recipients[0]" is not JSON object type'),
        ({"To": ..., "Recipients": [{"Name": "Ann"}]}, 400, 'Missing "Recipients[0].Email" property'),
        ({"To": ..., "Recipients": [WHO, {"Email": 1}]}, 400, '"Recipients[1].Email" is not string type'),
        ({"To": ..., "Recipients": [{"Email": "x"}]}, 400, '"x" is an invalid email address.'),
        (
            {"To": ..., "Recipients": [{"Email": TO, "Name": "a\r\nb"}]},
            400,
            "Recipients[0].Name must not contain line breaks or NUL characters.",
        ),
        (
            {"To": ..., "Recipients": [{"Email": TO, "Vars": "x"}]},
            400,
            '"Recipients[0].Vars" is not JSON object type',
        ),
        ({"Recipients": [WHO]}, 400, '"Recipients" cannot be combined with "To", "Cc" or "Bcc".'),
        (
            {"To": ..., "Recipients": [WHO], "Cc": TO},
            400,
            '"Recipients" cannot be combined with "To", "Cc" or "Bcc".',
        ),
        ({"Subject": "a" * 256}, 400, "Maximum length of Subject is 255 characters."),
        ({"Subject": "a\r\nBcc: x"}, 400, "Subject must not contain line breaks or NUL characters."),
        ({"Text_part": []}, 400, 'Text-part: Type mismatch. Expected type "string".'),
        (
            {"Text_part": ...},
            400,
            'At least "Text-part", "Html-part" or "Mj-TemplateID" must be provided.',
        ),
        ({"Mj_TemplateID": 17}, 400, 'Template id "17" doesn\'t exist for your account.'),
        ({"Mj_TemplateID": "Receipt"}, 400, 'Template id "Receipt" doesn\'t exist for your account.'),
        (
            {"Mj_TemplateLanguage": "perhaps"},
            400,
            '"perhaps" is not an allowed value for Mj-TemplateLanguage: use true or false.',
        ),
        ({"MJ_TemplateErrorReporting": "x"}, 400, '"x" is an invalid email address.'),
        ({"Mj_prio": 4}, 400, '"4" is not an allowed value for Mj-prio: use 0, 1, 2 or 3.'),
        ({"Mj_trackopen": 3}, 400, '"3" is not an allowed value for Mj-trackopen: use 0, 1 or 2.'),
        ({"Mj_trackclick": True}, 400, '"True" is not an allowed value for Mj-trackclick: use 0, 1 or 2.'),
        ({"Mj_campaign": "a" * 256}, 400, "Maximum length of Mj-campaign is 255 characters."),
        (
            {"Mj_deduplicatecampaign": 1},
            400,
            '"Mj-deduplicatecampaign" can only be used together with "Mj-campaign".',
        ),
        ({"Mj_CustomID": "a\0"}, 400, "Mj-CustomID must not contain NUL characters."),
        ({"Vars": "x"}, 400, '"Vars" is not JSON object type'),
        ({"Vars": {"a": None}}, 500, "Cannot convert data from Null value"),
        ({"Vars": {"a": [{"b": None}]}}, 500, "Cannot convert data from Null value"),
        (
            {"To": ..., "Recipients": [{"Email": TO, "Vars": {"a": None}}]},
            500,
            "Cannot convert data from Null value",
        ),
        ({"Headers": "X-A: 1"}, 400, '"Headers" is not JSON object type'),
        ({"Headers": ["X-A"]}, 400, '"Headers" is not JSON object type'),
        ({"Headers": {"X-A": 1}}, 400, "Header X-A is not string type"),
        ({"Headers": {"X-A": None}}, 400, "Header X-A is not string type"),
        ({"Headers": {"From": 1}}, 400, "Header From is not string type"),
        ({"Headers": {"X-A": "1\r\nX-B: 2"}}, 400, "The header X-A holds a line break or a NUL character."),
        (
            {"Headers": {"To": "eve@example.org"}},
            400,
            'Headers["To"]: Header cannot be customized using the "Headers" collection.',
        ),
        ({"Headers": {"Reply-To": "x"}}, 400, '"x" is an invalid email address.'),
        ({"Headers": {"Subject": "a" * 256}}, 400, "Maximum length of Subject is 255 characters."),
        ({"Attachments": "x"}, 400, 'Attachments: Type mismatch. Expected type "array of attachments".'),
        (
            {"Attachments": [a_v3_file(content="not base64!")]},
            400,
            "Attachments[0].content is not valid base64.",
        ),
        (
            {"Attachments": [a_v3_file(Content_type=None)]},
            400,
            "Attachments[0].Content-type: Missing mandatory property.",
        ),
        (
            {"Inline_attachments": [a_v3_file(Filename="")]},
            400,
            "Inline_attachments[0].Filename cannot be empty.",
        ),
    ],
)
def test_an_error_is_told_by_its_sentence(properties, status, text):
    shown = told(a_v3_message(**properties))
    assert shown[0] == status
    assert shown[1].endswith(text)
    assert len(shown[1]) - len(text) <= len('Headers["Reply-To"]: ')
    assert shown[2] == ""


@pytest.mark.parametrize(
    ("body", "text", "where"),
    [
        (b"{", "Malformed JSON, please review the syntax and properties types.", ""),
        (b"[]", "Malformed JSON, please review the syntax and properties types.", ""),
        (b"[" * 100_000, "Malformed JSON, please review the syntax and properties types.", ""),
        (
            b'{"Subject": "caf\xe9"}',
            "Invalid characters detected: Subject must not hold bytes that are not UTF-8.",
            "",
        ),
        (b"\xff\xfe{}", "Invalid characters detected", ""),
        ({"Messages": {}}, '"Messages" is not JSON array type', ""),
        ({"Messages": []}, "At least 1 message required", ""),
        ({"Messages": [a_v3_message()] * 101}, "Too many messages: a call may have 100.", ""),
        ({"Messages": ["x"]}, '"Messages[0]" is not JSON object type', ""),
        (
            {"messages": [a_v3_message(), a_v3_message(To="")]},
            'At least 1 "to" value required',
            "Messages[1]",
        ),
    ],
)
def test_an_error_of_a_call_is_told_too(body, text, where):
    assert told(body) == (400, text, where)


def test_the_first_message_that_is_wrong_refuses_them_all():
    messages = [a_v3_message(), a_v3_message(To=...), a_v3_message(FromEmail=...)]
    assert told({"Messages": messages}) == (400, 'Missing "To" or "Recipients" property', "Messages[1]")


def test_attachments_and_inlined_ones_count_together():
    eight_mib = base64.b64encode(bytes(8 * 1024 * 1024)).decode()
    file = a_v3_file(content=eight_mib)
    status, text, _ = told(a_v3_message(Attachments=[file], Inline_attachments=[file]))
    assert status == 413
    assert text.startswith("Payload size limit exceeded.")


def test_a_long_wrong_value_is_quoted_shortened():
    assert len(told(a_v3_message(FromEmail="a" * 100_000))[1]) < 400
    assert len(told(a_v3_message(Headers={"a" * 100_000: 1}))[1]) < 400
    assert len(told(a_v3_message(Mj_TemplateID="a" * 100_000))[1]) < 400


def test_a_template_is_asked_for_in_words_when_its_key_cannot_be_one():
    for key in (-1, 2**64, True, 1.5, [], "a\0"):
        assert told(a_v3_message(Mj_TemplateID=key))[0] == 400
