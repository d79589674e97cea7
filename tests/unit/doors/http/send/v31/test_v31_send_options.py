"""What is asked beyond the mail itself, and what a template brings: how it is stored with the content."""

import msgspec
import pytest

from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.v31.call import read_call
from aerogram.model.send_options import NOBODY, PLAIN, Personal, SendOptions
from aerogram.wire.mime.parts import Mailbox, Parts
from support.authorised import v31_submissions
from support.calls import a_call, a_caller, a_message
from support.http_door import Template

HTML = {"TextPart": ..., "HTMLPart": '<p>Dear <a href="https://example.com/">you</a></p>'}
FULL = Template(
    subject="From the template",
    from_email="shop@example.com",
    from_name="The shop",
    reply_to=Mailbox("help@example.com", "Help"),
    html="<p>{{var:name}}</p>",
    text="{{var:name}}",
)


def submitted(message, templates=None, caller=None, **properties):
    call = read_call(a_call(message, **properties))
    (submission,) = v31_submissions(call.parsed_messages(templates), caller or a_caller(), "")
    return submission


def options_of(caller=None, **properties):
    return submitted(a_message(**properties), caller=caller).send_options


def parts_of(submission):
    return msgspec.json.decode(submission.body, type=Parts)


def codes(message, templates=None, **properties):
    (parsed,) = read_call(a_call(message, **properties)).parsed_messages(templates)
    return [error.code for error in parsed.errors]


class TestSendOptions:
    def test_the_ordinary_message_asks_for_nothing(self):
        assert options_of() is PLAIN

    @pytest.mark.parametrize(
        ("properties", "expected"),
        [
            ({"Variables": {"a": [1]}}, PLAIN),
            (
                {"Variables": {"a": [1]}, "TextPart": "[[var:a]]"},
                SendOptions(has_merge_tags=True, variables={"a": [1]}),
            ),
            (
                {
                    "Variables": {"a": 1},
                    "TemplateLanguage": True,
                    "TemplateErrorReporting": {"Email": "dev@example.com", "Name": "Dev"},
                    "TemplateErrorDeliver": True,
                },
                SendOptions(
                    variables={"a": 1},
                    has_language=True,
                    error_report_to="dev@example.com",
                    delivers_on_error=True,
                ),
            ),
            ({**HTML, "TrackOpens": "enabled"}, SendOptions(tracks_opens=True)),
            ({**HTML, "TrackClicks": "enabled"}, SendOptions(tracks_clicks=True)),
            ({"TrackClicks": "enabled", "TrackOpens": "enabled"}, PLAIN),
            ({**HTML, "URLTags": "utm_source=mail"}, SendOptions(url_tags="utm_source=mail")),
            ({**HTML, "AutoTextPart": True}, SendOptions(makes_text=True)),
            ({"HTMLPart": "<p>", "AutoTextPart": True}, PLAIN),
            ({"AutoTextPart": True}, PLAIN),
            (
                {"CustomCampaign": "spring", "DeduplicateCampaign": 1},
                SendOptions(is_bulk=True, deduplicates=True),
            ),
            ({"MonitoringCategory": "receipts"}, SendOptions(monitoring_category="receipts")),
        ],
    )
    def test_each_property_has_its_place(self, properties, expected):
        assert options_of(**properties) == expected

    @pytest.mark.parametrize(
        ("asked", "is_tracked"), [(..., True), ("account_default", True), ("disabled", False)]
    )
    def test_the_account_decides_what_the_call_leaves_open(self, asked, is_tracked):
        caller = a_caller(tracks_opens=True, tracks_clicks=True)
        send_options = options_of(caller, TrackOpens=asked, TrackClicks=asked, **HTML)
        assert (send_options.tracks_opens, send_options.tracks_clicks) == (is_tracked, is_tracked)

    def test_variables_of_globals_and_of_the_message_are_one(self):
        submission = submitted(
            a_message(Variables={"b": 2}, TextPart="[[var:a]]"), Globals={"variables": {"a": 1, "b": 1}}
        )
        assert submission.send_options.variables == {"a": 1, "b": 2}

    def test_a_text_that_will_be_made_counts_as_a_part(self):
        assert submitted(a_message(**HTML, AutoTextPart=True)).has_text
        assert not submitted(a_message(**HTML)).has_text

    def test_names_are_kept_for_personal_mail_only(self):
        people = {
            "Cc": [{"Email": "cy@example.net"}],
            "Bcc": [{"Email": "di@example.net", "Name": "Di"}],
        }
        plain = submitted(a_message(**people))
        assert [one.personal for one in plain.recipients] == [NOBODY] * 3
        personal = submitted(a_message(**people, TextPart="[[var:a]]"))
        assert [one.personal for one in personal.recipients] == [
            Personal(name="Ann"),
            NOBODY,
            Personal(name="Di"),
        ]

    def test_what_stands_in_globals_is_not_stored_fifty_times(self):
        variables = {"a": "x" * 4 * 1024 * 1024}
        for defaults in (
            {"Variables": variables, "TemplateLanguage": True},
            {"EventPayload": variables["a"]},
        ):
            call = read_call(a_call(*[a_message()] * 50, Globals=defaults))
            with pytest.raises(RefusedCallError) as refused:
                v31_submissions(call.parsed_messages({}), a_caller(), "")
            assert refused.value.error.code == "mj-0011"


class TestTemplates:
    def test_it_gives_what_the_call_does_not_set(self):
        submission = submitted(a_message(TemplateID=17, From=..., Subject=..., TextPart=...), {17: FULL})
        parts = parts_of(submission)
        assert parts.sender_from == Mailbox("shop@example.com", "The shop")
        assert parts.reply_to == Mailbox("help@example.com", "Help")
        assert (parts.subject, submission.subject) == ("From the template",) * 2
        assert (parts.text, parts.html) == (FULL.text, FULL.html)
        assert submission.from_email == "shop@example.com"
        assert submission.send_options == SendOptions(template_id=17)

    def test_the_call_sets_its_own(self):
        own = a_message(TemplateID=17, ReplyTo={"Email": "own@example.com"}, TextPart=...)
        parts = parts_of(submitted(own, {17: FULL}))
        assert (parts.sender_from.email, parts.subject) == ("orders@example.com", "Receipt 17")
        assert parts.reply_to == Mailbox("own@example.com")

    def test_a_header_of_the_call_says_too_where_answers_go(self):
        submission = submitted(a_message(TemplateID=17, Headers={"reply-to": "own@example.com"}), {17: FULL})
        parts = parts_of(submission)
        assert (parts.reply_to, parts.headers) == (None, (("reply-to", "own@example.com"),))

    def test_its_parts_win_over_those_of_the_call(self):
        both = a_message(TemplateID=17, HTMLPart="<b>own</b>", TextPart="own")
        parts = parts_of(submitted(both, {17: FULL}))
        assert (parts.text, parts.html) == (FULL.text, FULL.html)
        parts = parts_of(submitted(both, {17: Template(html="<p>")}))
        assert (parts.text, parts.html) == ("own", "<p>")

    def test_empty_texts_of_the_call_are_absent(self):
        empty = a_message(TemplateID=17, Subject="", TextPart="", HTMLPart="")
        assert codes(empty, {17: FULL}, AdvanceErrorHandling=True) == []
        parts = parts_of(submitted(empty, {17: Template(subject="S", html="<p>")}))
        assert (parts.subject, parts.text, parts.html) == ("S", None, "<p>")

    @pytest.mark.parametrize(("own", "makes_text"), [(..., True), (False, False)])
    def test_it_may_have_its_text_made(self, own, makes_text):
        message = a_message(TemplateID=17, TextPart=..., AutoTextPart=own)
        send_options = submitted(message, {17: Template(html="<p>", makes_text=True)}).send_options
        assert send_options.makes_text is makes_text

    def test_it_is_checked_like_the_call_itself(self):
        bare = a_message(TemplateID=17, From=..., Subject=..., TextPart=...)
        assert codes(bare, {17: Template(html="<p>")}) == ["mj-0003"]
        assert codes(bare, {17: Template(from_email="nobody", subject="a\nb" + "x" * 255)}) == [
            "mj-0013",
            "mj-0005",
            "mj-0006",
        ]

    def test_the_strict_find_what_contradicts_it(self):
        both = a_message(TemplateID=17, HTMLPart="<b>own</b>")
        odd = {17: msgspec.structs.replace(FULL, header_errors=("Sender",))}
        assert codes(both, odd) == []
        assert codes(both, odd, AdvanceErrorHandling=True) == ["send-0004", "send-0005", "send-0019"]
        html_only = {17: Template(text="only text")}
        assert codes(both | {"TextPart": None}, html_only, AdvanceErrorHandling=True) == []

    def test_one_that_does_not_exist_is_the_only_error_it_makes(self):
        bare = a_message(TemplateID=18, From=..., Subject=..., TextPart=...)
        assert codes(bare, {18: None, 17: FULL}) == ["send-0010"]

    def test_only_ids_that_a_template_can_have_are_looked_for(self):
        messages = [a_message(TemplateID=each) for each in (17, 17, 18, 0, -1, 2**53, True, "19", 20.5, None)]
        assert read_call(a_call(*messages)).template_keys() == {17, 18}
