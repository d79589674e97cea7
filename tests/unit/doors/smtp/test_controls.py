"""Control headers: what each of them means, and what is said of one that is malformed."""

from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.doors.smtp.controls import NO_CONTROLS, Controls, ControlsError, read_controls
from aerogram.model.message import Rank
from aerogram.model.request import NO_OPTIONS, RequestedOptions
from aerogram.wire.mime.reading.scan import scan

LANGUAGE = ("X-MJ-TemplateLanguage: 1",)


def controls_of(*fields: str) -> Controls:
    """What a mail with these header fields asks for."""
    head = "".join(f"{field}\r\n" for field in ("From: a@example.org", *fields))
    found = scan(head.encode("utf-8", "surrogateescape") + b"\r\nHello\r\n")
    return read_controls(found.controls, found.contradicted)


def refusal_of(*fields: str) -> list[str]:
    """The lines of the refusal of a mail with these header fields."""
    with pytest.raises(ControlsError) as refused:
        controls_of(*fields)
    assert (refused.value.code, refused.value.enhanced) == (550, "5.6.0")
    return str(refused.value).split("\n")


GOOD = [
    ("X-Mailjet-Campaign: spring sale_2-b", {"campaign": "spring sale_2-b"}),
    ("X-Mailjet-Campaign: été", {"campaign": "été"}),
    ("X-MJ-CustomID: r-17; 100 %", {"custom_id": "r-17; 100 %"}),
    ('X-MJ-EventPayload: {"order": [17]}', {"event_payload": '{"order": [17]}'}),
    ("X-Mailjet-Prio: 0", {"rank": Rank.LOW}),
    ("X-Mailjet-Prio: 1", {"rank": Rank.FRONT_LOW}),
    ("X-Mailjet-Prio: 2", {"rank": Rank.HIGH}),
    ("X-Mailjet-Prio: 3", {"rank": Rank.FRONT_HIGH}),
    ("X-MJ-TemplateID: 42", {"template": "42"}),
    ("X-MJ-TemplateID: Welcome, friend", {"template": "Welcome, friend"}),
]
ASKING = [
    ("X-Mailjet-TrackOpen: 0", RequestedOptions(tracks_opens=False)),
    ("X-Mailjet-TrackOpen: 1", RequestedOptions(tracks_opens=True)),
    ("X-Mailjet-TrackClick: 0", RequestedOptions(tracks_clicks=False)),
    ("X-Mailjet-TrackClick: 1", RequestedOptions(tracks_clicks=True)),
    ("X-MJ-TemplateLanguage: 1", RequestedOptions(has_language=True)),
    ("X-MJ-TemplateLanguage: True", RequestedOptions(has_language=True)),
    ("X-MJ-TemplateLanguage: 0", RequestedOptions()),
    (
        'X-MJ-Vars: {"a":"1","b":{"c":[null,true]}}',
        RequestedOptions(variables={"a": "1", "b": {"c": [None, True]}}),
    ),
    ("X-MJ-MonitoringCategory: receipts", RequestedOptions(monitoring_category="receipts")),
    ("X-MJ-TemplateErrorDeliver: 0", RequestedOptions()),
]


@pytest.mark.parametrize(("field", "expected"), GOOD)
def test_a_header_fills_what_it_is_for(field, expected):
    assert controls_of(field) == Controls(**expected)


@pytest.mark.parametrize(("field", "expected"), ASKING)
def test_a_header_asks_for_send_options(field, expected):
    assert controls_of(field) == Controls(asked=expected)


def test_a_mail_without_control_headers_asks_for_nothing():
    assert controls_of("Subject: x", "X-Mailer: y") == NO_CONTROLS
    assert controls_of("Subject: x").asked is NO_OPTIONS


@pytest.mark.parametrize("word", ["1", "true", "TRUE", "yes", "y", "on"])
def test_a_yes_has_many_spellings(word):
    assert controls_of(f"X-Mailjet-TrackOpen: {word}").asked.tracks_opens is True
    campaign = "X-Mailjet-Campaign: spring"
    assert controls_of(campaign, f"X-Mailjet-DeduplicateCampaign: {word}").asked.deduplicates


@pytest.mark.parametrize("word", ["0", "false", "No", "n", "OFF"])
def test_a_no_has_many_spellings(word):
    assert controls_of(f"X-Mailjet-TrackClick: {word}").asked.tracks_clicks is False
    assert not controls_of(f"X-Mailjet-DeduplicateCampaign: {word}").asked.deduplicates


def test_errors_of_the_language_are_reported_and_delivered():
    asked = controls_of(
        *LANGUAGE,
        "X-MJ-TemplateErrorReporting: Ops <ops@example.org>",
        "X-MJ-TemplateErrorDeliver: Deliver",
    ).asked
    assert asked == RequestedOptions(
        has_language=True, error_report_to="ops@example.org", delivers_on_error=True
    )


def test_tags_are_trimmed_kept_in_order_and_the_first_one_is_the_campaign():
    read = controls_of("X-MailPace-Tags: tag one , ,tag.two,, tag three")
    assert read.asked.tags == ("tag one", "tag.two", "tag three")
    assert read.campaign == "tag one"
    assert controls_of("X-MailPace-Tags: a, b", "X-Mailjet-Campaign: c").campaign == "c"
    assert controls_of("X-MailPace-Tags: , ,") == Controls(asked=RequestedOptions(tags=()))


def test_a_way_to_unsubscribe_is_only_checked():
    assert (
        controls_of("X-List-Unsubscribe: <https://example.org/u?a=1,2>, <mailto:u@example.org>")
        == NO_CONTROLS
    )


MALFORMED = [
    ("X-Mailjet-Campaign: spring.sale", "'spring.sale' must be 1 to 255 letters, digits, spaces, dashes"),
    ("X-Mailjet-Campaign: " + "x" * 256, "must be 1 to 255 letters"),
    ("X-Mailjet-DeduplicateCampaign: maybe", "'maybe' must be 1 (yes) or 0 (no)"),
    ("X-Mailjet-TrackOpen: 2", "'2' must be 1 (yes) or 0 (no)"),
    ("X-Mailjet-TrackClick: enabled", "'enabled' must be 1 (yes) or 0 (no)"),
    ("X-Mailjet-Prio: 4", "'4' must be 0, 1, 2 or 3"),
    ("X-Mailjet-Prio: high", "'high' must be 0, 1, 2 or 3"),
    ("X-MJ-TemplateLanguage: jinja", "'jinja' must be 1 (yes) or 0 (no)"),
    ("X-MJ-TemplateID: " + "x" * 256, "must be a name of at most 255 characters"),
    ("X-MJ-Vars: {a: 1}", "'{a: 1}' must be a JSON object"),
    ("X-MJ-Vars: [1]", "'[1]' must be a JSON object"),
    ("X-MJ-Vars: " + "[" * 100_000, "must be a JSON object"),
    ('X-MJ-Vars: {"a": "\udcff"', "must be a JSON object"),
    ("X-MJ-Vars: {" + ",".join(f'"{n}":1' for n in range(1001)) + "}", "of at most 1000 variables"),
    ('X-MJ-Vars: {"a":' + "[" * 50 + "]" * 50 + "}", "nested at most 50 levels"),
    ("X-MJ-TemplateErrorReporting: nobody", "'nobody' must be one email address"),
    ("X-MJ-TemplateErrorReporting: a@b.org, c@d.org", "must be one email address"),
    ("X-MJ-TemplateErrorDeliver: sometimes", "'sometimes' must be deliver or 0"),
    ("X-MJ-MonitoringCategory: " + "x" * 256, "must be a name of at most 255 characters"),
    ("X-MailPace-Tags: " + "x," * 51, "must be at most 50 tags of at most 255 characters"),
    ("X-MailPace-Tags: " + "x" * 256, "must be at most 50 tags of at most 255 characters"),
    ("X-List-Unsubscribe: https://example.org/u", "must be https: or mailto: URLs, each in angle brackets"),
    ("X-List-Unsubscribe: <javascript:alert(1)>", "must be https: or mailto: URLs"),
]


@pytest.mark.parametrize(("field", "says"), MALFORMED)
def test_a_malformed_value_is_refused_with_what_would_be_right(field, says):
    [line] = refusal_of(field)
    assert line.startswith(f"{field.partition(':')[0]}: ")
    assert says in line
    assert len(line) < 300


def test_all_errors_of_a_mail_are_told_at_once():
    lines = refusal_of("X-Mailjet-Prio: 9", "X-MJ-Vars: 1", "X-Mailjet-Campaign: a/b", "X-MJ-CustomID: fine")
    assert [line.partition(":")[0] for line in lines] == ["X-Mailjet-Prio", "X-MJ-Vars", "X-Mailjet-Campaign"]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (("X-Mailjet-DeduplicateCampaign: 1",), "X-Mailjet-DeduplicateCampaign: requires X-Mailjet-Campaign"),
        (
            ("X-MJ-TemplateErrorReporting: a@b.org",),
            "X-MJ-TemplateErrorReporting: requires X-MJ-TemplateLang",
        ),
        (
            ("X-MJ-TemplateErrorDeliver: deliver", "X-MJ-TemplateLanguage: 0"),
            "X-MJ-TemplateErrorDeliver: requires X-MJ-TemplateLanguage: 1",
        ),
    ],
)
def test_a_header_that_means_nothing_without_another_is_refused(fields, says):
    [line] = refusal_of(*fields)
    assert line.startswith(says)


def test_one_error_does_not_cause_another():
    assert len(refusal_of("X-Mailjet-DeduplicateCampaign: 1", "X-Mailjet-Campaign: a/b")) == 1
    assert len(refusal_of("X-MJ-TemplateErrorDeliver: 1", "X-MJ-TemplateLanguage: what")) == 1


ENCODED = [
    "X-MJ-CustomID: Größe",
    "X-MJ-CustomID: =?utf-8?q?Gr=C3=B6=C3=9Fe?=",
    "X-MJ-CustomID: =?iso-8859-1?Q?Gr=F6=DFe?=",
    "X-MJ-CustomID: =?utf-8?b?R3LDtg==?=\r\n =?utf-8?b?w59l?=",
    "x-mj-customid:Größe",
    "X-MJ-CUSTOMID:\r\n\tGröße",
]


@pytest.mark.parametrize("field", ENCODED)
def test_a_value_may_be_folded_encoded_and_named_in_any_case(field):
    assert controls_of(field).custom_id == "Größe"


def test_json_may_be_folded_between_its_tokens_and_encoded_as_a_whole():
    assert controls_of('X-MJ-Vars: {"a":\r\n "b c",\r\n\t"d": 1}').asked.variables == {"a": "b c", "d": 1}
    written = Header('{"name": "Zoë ' + "x" * 200 + '"}', "utf-8", header_name="X-MJ-Vars")
    field = f"X-MJ-Vars: {written.encode(linesep=chr(13) + chr(10))}"
    assert controls_of(field).asked.variables == {"name": "Zoë " + "x" * 200}


def test_no_encoding_brings_a_line_break_into_a_value():
    read = controls_of("X-MJ-CustomID: =?utf-8?q?a=0D=0AEvil:_yes?=", "X-MailPace-Tags: =?utf-8?q?a=0Ab?=")
    assert (read.custom_id, read.campaign) == ("a  Evil: yes", "a b")


@pytest.mark.parametrize("name", [field.partition(":")[0] for field, _ in (*GOOD, *ASKING)])
def test_an_empty_value_says_nothing(name):
    assert controls_of(f"{name}: ") == NO_CONTROLS


def test_a_repeated_header_must_say_the_same():
    assert controls_of("X-MJ-CustomID: 1", "x-mj-customid: 1").custom_id == "1"
    [line] = refusal_of("X-MJ-CustomID: 1", "X-MJ-CustomID: 2", "X-MJ-CustomID: 3")
    assert line == "X-MJ-CustomID: the header is repeated with different values"


@pytest.mark.parametrize(
    "name", ["X-MJ-MID", "X-Mailjet-Debug", "X-MJ-", "X-MailPace-Nonsense", "X-MJ-WorkflowID"]
)
def test_an_unknown_header_is_ignored(name):
    assert controls_of(f"{name}: a", f"{name}: b") == NO_CONTROLS


_names = st.sampled_from(
    [name for name, _, _ in ((field.partition(":")) for field, _ in (*GOOD, *ASKING, *MALFORMED))]
)


@given(st.dictionaries(_names, st.text(max_size=40), max_size=6))
def test_any_values_are_read_or_refused_in_lines_that_name_their_header(values):
    found = {name.lower(): value for name, value in values.items()}
    try:
        read_controls(found, ())
    except ControlsError as error:
        lines = str(error).split("\n")
        assert all(line.partition(":")[0] in values for line in lines)
