"""What a message of v3 asks for, in the words that all doors share."""

import json

import msgspec
import pytest

from aerogram.content.templates.templates import StoredTemplate
from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.v3.call import read_call
from aerogram.model.message import Rank, Recipient, RecipientRole
from aerogram.model.request import NO_OPTIONS
from aerogram.model.send_options import NOBODY, PLAIN, Personal
from aerogram.wire.mime.parts import Mailbox, Parts
from support.authorised import v3_submissions
from support.calls import a_caller
from support.v3_calls import FROM, TO, a_v3_file, a_v3_message

decode_parts = msgspec.json.Decoder(Parts).decode


def parsed_messages(body, templates=None):
    return read_call(json.dumps(body).encode()).parsed_messages(templates or {})


def submitted(message, template=None, **defaults):
    """The submission of one message, and the parts in its body."""
    read = parsed_messages(message, {message.get("Mj-TemplateID"): template})
    (asked,) = v3_submissions(read, a_caller(**defaults), "here")
    return asked, decode_parts(asked.body)


def a_template(**values):
    return StoredTemplate(id=17, name="Receipt", **values)


def test_an_ordinary_message_has_no_send_options():
    (parsed,) = parsed_messages(a_v3_message())
    assert parsed.send_options is NO_OPTIONS
    asked, parts = submitted(a_v3_message())
    assert asked.send_options is PLAIN
    assert asked.recipients == (Recipient(TO),)
    assert (asked.door, asked.reverse_path, asked.from_email, asked.rank) == ("v3", FROM, FROM, Rank.HIGH)
    assert (asked.subject, asked.has_text, asked.has_html, asked.transcript) == (
        "Receipt 17",
        True,
        False,
        "here",
    )
    assert parts == Parts(sender_from=Mailbox(FROM), to=(Mailbox(TO),), subject="Receipt 17", text="Thanks.")


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"FromEmail": '"Orders, Inc." <orders@example.com>'}, Mailbox(FROM, "Orders, Inc.")),
        ({"FromEmail": "=?utf-8?q?Gr=C3=BC=C3=9Fe?= <orders@example.com>"}, Mailbox(FROM, "Grüße")),
        ({"FromEmail": "Shop <orders@example.com>", "FromName": "Orders"}, Mailbox(FROM, "Orders")),
        ({"FromName": "Orders, Inc."}, Mailbox(FROM, "Orders, Inc.")),
        ({"FromName": ""}, Mailbox(FROM)),
        ({"FromName": "Orders", "Headers": {"from": "Z <z@example.com>"}}, Mailbox("z@example.com", "Z")),
    ],
)
def test_from_may_bear_its_name(properties, expected):
    asked, parts = submitted(a_v3_message(**properties))
    assert parts.sender_from == expected
    assert asked.from_email == expected.email


def test_lists_of_addresses_are_read_as_headers_are():
    to = '"Doe, Ann" <ann@example.net>, =?utf-8?b?R3LDvMOfZQ==?= <b@example.net>, c@example.net,, friends: d@example.net;'
    asked, parts = submitted(a_v3_message(To=to, Cc="Cy <cy@example.net>", Bcc="di@example.net"))
    assert parts.to == (
        Mailbox("ann@example.net", "Doe, Ann"),
        Mailbox("b@example.net", "Grüße"),
        Mailbox("c@example.net"),
        Mailbox("d@example.net"),
    )
    assert parts.cc == (Mailbox("cy@example.net", "Cy"),)
    assert [(each.email[:2], each.role) for each in asked.recipients] == [
        *(
            ("an", RecipientRole.TO),
            ("b@", RecipientRole.TO),
            ("c@", RecipientRole.TO),
            ("d@", RecipientRole.TO),
        ),
        *(("cy", RecipientRole.CC), ("di", RecipientRole.BCC)),
    ]


def test_each_of_the_recipients_gets_a_mail_of_its_own():
    recipients = [{"email": TO, "name": "Ann, the first", "vars": {"a": 1}}, {"Email": "bob@example.net"}]
    asked, parts = submitted(
        a_v3_message(To=..., Recipients=recipients, Vars={"a": 0, "b": 2}, Text_part="[[var:a]]")
    )
    assert (parts.to, parts.cc) == ((), ())
    assert asked.send_options.is_individual
    assert asked.send_options.variables == {"a": 0, "b": 2}
    assert asked.recipients == (
        Recipient(TO, personal=Personal("Ann, the first", {"a": 1})),
        Recipient("bob@example.net"),
    )


def test_values_that_nothing_asks_for_are_not_kept():
    recipients = [{"Email": TO, "Vars": {"a": 1}}, {"Email": "bob@example.net", "Vars": {"a": 2}}]
    asked, _ = submitted(a_v3_message(To=..., Recipients=recipients, Vars={"a": 0}))
    assert asked.send_options.variables == {}
    assert [each.personal for each in asked.recipients] == [NOBODY, NOBODY]


def test_who_is_alone_is_an_ordinary_recipient():
    asked, parts = submitted(a_v3_message(To=..., Recipients=[{"Email": TO, "Name": "Ann"}]))
    assert parts.to == (Mailbox(TO, "Ann"),)
    assert asked.send_options == PLAIN
    assert asked.recipients == (Recipient(TO),)


@pytest.mark.parametrize("value", [True, "true", "True", "TRUE", 1, "1"])
def test_a_switch_is_on_in_many_spellings(value):
    asked, _ = submitted(
        a_v3_message(
            Mj_TemplateLanguage=value,
            MJ_TemplateErrorDeliver=value,
            Mj_deduplicatecampaign=value,
            Mj_campaign="May",
        )
    )
    assert asked.send_options.has_language
    assert asked.send_options.delivers_on_error
    assert asked.send_options.deduplicates
    assert asked.campaign == "May"


@pytest.mark.parametrize("value", [False, "false", 0, "0", "", None])
def test_a_switch_is_off_in_many_spellings(value):
    asked, _ = submitted(
        a_v3_message(
            Mj_TemplateLanguage=value,
            MJ_TemplateErrorDeliver=value,
            Mj_deduplicatecampaign=value,
            Sender=value,
        )
    )
    assert asked.send_options == PLAIN


def test_errors_of_the_template_language_are_told_as_asked():
    message = a_v3_message(
        Mj_TemplateLanguage=True,
        MJ_TemplateErrorReporting="Dev <dev@example.com>",
        MJ_TemplateErrorDeliver="deliver",
    )
    asked, _ = submitted(message)
    assert asked.send_options.error_report_to == "dev@example.com"
    assert asked.send_options.delivers_on_error
    without, _ = submitted(message | {"Mj-TemplateLanguage": False})
    assert without.send_options == PLAIN


@pytest.mark.parametrize(
    ("value", "when_off", "when_on"),
    [(0, False, True), ("0", False, True), (1, False, False), (2, True, True), (None, False, True)],
)
def test_one_disables_tracking_and_two_enables_it(value, when_off, when_on):
    message = a_v3_message(Mj_trackopen=value, Mj_trackclick=value, Html_part="<p>")
    for default, expected in ((False, when_off), (True, when_on)):
        asked, _ = submitted(message, tracks_opens=default, tracks_clicks=default)
        assert (asked.send_options.tracks_opens, asked.send_options.tracks_clicks) == (expected, expected)


@pytest.mark.parametrize(
    ("value", "rank"),
    [(0, Rank.LOW), (1, Rank.FRONT_LOW), (2, Rank.HIGH), (3, Rank.FRONT_HIGH), ("3", Rank.FRONT_HIGH)],
)
def test_the_priority_is_a_rank_of_the_queue(value, rank):
    assert submitted(a_v3_message(Mj_prio=value))[0].rank is rank


def test_what_comes_back_in_events_is_kept():
    asked, _ = submitted(
        a_v3_message(Mj_CustomID="r-17", Mj_EventPayLoad='{"a": 1}', Mj_MonitoringCategory="receipts")
    )
    assert (asked.custom_id, asked.event_payload) == ("r-17", '{"a": 1}')
    assert asked.send_options.monitoring_category == "receipts"


def test_names_ignore_case_and_those_that_clients_write_by_mistake_are_known():
    message = {
        "fromemail": FROM,
        "TO": TO,
        "CC": "cy@example.net",
        "Text-Part": "Thanks.",
        "HTML-PART": "<p>",
        "Mj-customid": "r-17",
        "Mj-EventPayload": "x",
        "MJ-trackOpen": 2,
        "Inline_Attachments": [{"content-type": "image/png", "filename": "a.png", "Content": "YQ=="}],
        "Tag": "x",
        "ReplyTo": "replies@example.com",
    }
    asked, parts = submitted(message)
    assert (asked.custom_id, asked.event_payload, asked.send_options.tracks_opens) == ("r-17", "x", True)
    assert parts.html == "<p>"
    assert parts.reply_to == Mailbox("replies@example.com")
    assert parts.cc == (Mailbox("cy@example.net"),)
    (file,) = parts.inlined
    assert (file.content_type, file.filename, file.content_id) == ("image/png", "a.png", "a.png")


def test_headers_win_over_the_properties_they_stand_for():
    headers = {"Reply-To": "a@example.com, B <b@example.com>", "subject": "Other", "X-Tag": "1"}
    asked, parts = submitted(a_v3_message(Headers=headers, Attachments=[a_v3_file()]))
    assert asked.subject == parts.subject == "Other"
    assert parts.headers == (("Reply-To", "a@example.com, B <b@example.com>"), ("X-Tag", "1"))
    assert asked.attachment_count == len(parts.attachments) == 1


def test_the_sender_is_the_reverse_path():
    asked, parts = submitted(a_v3_message(Sender="Post <post@example.com>"))
    assert parts.sender == Mailbox("post@example.com", "Post")
    assert asked.reverse_path == "post@example.com"
    for switch in (True, "true", 1):
        asked, parts = submitted(a_v3_message(Sender=switch))
        assert (parts.sender, asked.reverse_path) == (None, FROM)


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, False),
        ({"FromEmail": "ünï@example.com"}, True),
        ({"To": "ünï@example.net"}, True),
        ({"To": "ann@bücher.example"}, False),
        ({"Bcc": "ünï@example.net"}, False),
        ({"Headers": {"Reply-To": "ünï@example.net"}}, True),
        ({"To": ..., "Recipients": [{"Email": "ünï@example.net"}, {"Email": TO}]}, True),
    ],
)
def test_addresses_beyond_ascii_need_smtputf8_where_they_are_shown(properties, expected):
    assert submitted(a_v3_message(**properties))[0].smtputf8 is expected


@pytest.mark.parametrize(
    "properties",
    [
        {"Vars": [], "Headers": [], "Attachments": [], "Inline_attachments": []},
        {"Cc": "", "Bcc": "", "Subject": None, "Headers": None, "Vars": None, "Recipients": []},
        {"Mj_TemplateID": ""},
        {"Mj_TemplateID": 0},
        {"Text_part": ""},
        {"Subject": ...},
        {"Mj_deduplicatecampaign": 0},
        {"Attachments": [a_v3_file(content="SGVs\nbG8=\n")]},
    ],
)
def test_what_clients_send_without_harm_passes(properties):
    assert submitted(a_v3_message(**properties))[0].recipients


def test_a_template_brings_what_the_call_leaves_out():
    template = a_template(
        subject="Your receipt",
        from_email="shop@example.com",
        from_name="Shop",
        reply_to=Mailbox("help@example.com", "Help"),
        html="<p>[[var:a]]",
        makes_text=True,
    )
    asked, parts = submitted({"To": TO, "Mj-TemplateID": 17, "Vars": {"a": 1}}, template)
    assert parts.sender_from == Mailbox("shop@example.com", "Shop")
    assert parts.reply_to == Mailbox("help@example.com", "Help")
    assert (parts.subject, parts.html, parts.text) == ("Your receipt", "<p>[[var:a]]", None)
    assert (asked.send_options.template_id, asked.send_options.makes_text, asked.has_text) == (17, True, True)
    assert asked.send_options.variables == {"a": 1}


def test_the_calls_own_values_win_over_the_templates_but_its_bodies_do_not():
    template = a_template(
        subject="x",
        from_email="shop@example.com",
        from_name="Shop",
        reply_to=Mailbox("help@example.com"),
        html="<p>template",
        makes_text=True,
    )
    message = a_v3_message(
        Mj_TemplateID="Receipt", Html_part="<p>call", Headers={"Reply-To": "me@example.com"}
    )
    asked, parts = submitted(message, template)
    assert parts.sender_from == Mailbox(FROM)
    assert (parts.subject, parts.html, parts.text) == ("Receipt 17", "<p>template", "Thanks.")
    assert parts.reply_to is None
    assert not asked.send_options.makes_text


def test_a_template_without_a_sender_does_not_replace_fromemail():
    with pytest.raises(RefusedCallError, match='Missing "FromEmail" property'):
        submitted({"To": TO, "Mj-TemplateID": 17}, a_template(html="<p>"))


def test_a_template_is_read_as_strictly_as_the_call():
    for wrong in ({"subject": "a\r\nBcc: x"}, {"from_email": "no address"}, {"from_name": "a\nb"}):
        template = a_template(html="<p>", **({"from_email": FROM} | wrong))
        with pytest.raises(RefusedCallError):
            submitted({"To": TO, "Mj-TemplateID": 17}, template)


def test_the_templates_of_a_call_are_named_once():
    messages = [{"Mj-TemplateID": key} for key in (17, "17", "Receipt", " Receipt ", 17, None, "", [], True)]
    call = read_call(json.dumps({"Messages": messages}).encode())
    assert call.template_keys() == {17, "17", "Receipt"}


def test_a_call_that_would_be_stored_in_too_many_bytes_is_refused():
    template = a_template(html="x" * (2 * 1024 * 1024))
    messages = [a_v3_message(Mj_TemplateID=17) for _ in range(100)]
    read = parsed_messages({"Messages": messages}, {17: template})
    with pytest.raises(RefusedCallError) as refused:
        v3_submissions(read, a_caller(), "")
    assert (refused.value.status, str(refused.value)) == (413, "Payload size limit exceeded.")
