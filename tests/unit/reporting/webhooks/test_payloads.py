"""Events in Mailjet's words, field by field, and as Anymail's own view reads them."""

import base64
import json

import pytest

from aerogram.model.event import EventKind
from aerogram.model.outcome import RELATED_TO, FailureState
from aerogram.model.webhook_event import WebhookEvent
from aerogram.reporting.webhooks.call import sample
from aerogram.reporting.webhooks.payloads import grouped_body, payload, single_body
from support.django_setup import WEBHOOK_SECRET

UUID = "00600000-0000-8001-9a1b-0f3c7a6f1e11"
COMMON = {
    "time": 1_700_000_000,
    "MessageID": 4_503_599_627_370_497,
    "Message_GUID": UUID,
    "email": "ann@example.net",
    "mj_campaign_id": 12,
    "mj_contact_id": 77,
    "customcampaign": "spring_sale",
    "CustomID": "r-17",
    "Payload": '{"order":17}',
}


def announced(kind, **facts):
    return WebhookEvent(
        event_id=1,
        kind=kind,
        at_ms=1_700_000_000_999,
        message_id=4_503_599_627_370_497,
        uuid=UUID,
        recipient="ann@example.net",
        **{
            "custom_id": "r-17",
            "event_payload": '{"order":17}',
            "campaign": "spring_sale",
            "campaign_id": 12,
            "contact_id": 77,
            **facts,
        },
    )


SENT = announced(EventKind.SENT, reply="250 2.0.0 Ok: queued as 4ABC")
OPEN = announced(EventKind.OPEN, ip="198.51.100.7", geo="FR", agent="Thunderbird")
CLICK = announced(EventKind.CLICK, ip="198.51.100.7", agent="Firefox", url="https://example.com/a?b=c")
BOUNCE = announced(
    EventKind.BOUNCE, failure=FailureState.USER_UNKNOWN, is_hard=True, reply="550 5.1.1 no such user"
)
DEFERRAL = announced(
    EventKind.DEFERRED,
    failure=FailureState.CONNECTION_ISSUE,
    is_blocked=True,
    reply="No connection: timed out",
)
BLOCKED = announced(EventKind.BLOCKED, failure=FailureState.PREBLOCKED, reply="on the suppression list")
SPAM = announced(EventKind.SPAM, agent="JMRPP")
UNSUB = announced(EventKind.UNSUB, ip="2001:db8::7", agent="List-Unsubscribe")
ALL = [SENT, OPEN, CLICK, BOUNCE, DEFERRAL, BLOCKED, SPAM, UNSUB]


@pytest.mark.parametrize(
    ("told", "specific"),
    [
        (
            SENT,
            {
                "event": "sent",
                "mj_message_id": "4503599627370497",
                "smtp_reply": "sent (250 2.0.0 Ok: queued as 4ABC)",
            },
        ),
        (OPEN, {"event": "open", "ip": "198.51.100.7", "geo": "FR", "agent": "Thunderbird"}),
        (
            CLICK,
            {
                "event": "click",
                "url": "https://example.com/a?b=c",
                "ip": "198.51.100.7",
                "geo": "",
                "agent": "Firefox",
            },
        ),
        (
            BOUNCE,
            {
                "event": "bounce",
                "blocked": False,
                "hard_bounce": True,
                "error_related_to": "recipient",
                "error": "user unknown",
                "comment": "550 5.1.1 no such user",
            },
        ),
        (BLOCKED, {"event": "blocked", "error_related_to": "mailjet", "error": "preblocked"}),
        (SPAM, {"event": "spam", "source": "JMRPP"}),
        (
            UNSUB,
            {
                "event": "unsub",
                "mj_list_id": 0,
                "ip": "2001:db8::7",
                "geo": "",
                "agent": "List-Unsubscribe",
            },
        ),
    ],
    ids=lambda value: value.get("event") if isinstance(value, dict) else "",
)
def test_each_event_has_exactly_the_fields_of_mailjet(told, specific):
    assert json.loads(single_body(told)) == COMMON | specific


def test_a_deferral_is_told_as_greylisted_with_the_true_reason_as_its_comment():
    assert payload(DEFERRAL) == COMMON | {
        "event": "bounce",
        "blocked": False,
        "hard_bounce": False,
        "error_related_to": "domain",
        "error": "greylisted",
        "comment": "No connection: timed out",
    }


@pytest.mark.parametrize("told", ALL, ids=lambda told: told.kind.name)
def test_numbers_are_numbers_and_nothing_is_null(told):
    words = json.loads(single_body(told))
    for name in ("time", "MessageID", "mj_campaign_id", "mj_contact_id"):
        assert type(words[name]) is int
    assert None not in words.values()


@pytest.mark.parametrize("kind", [told.kind for told in ALL])
def test_what_the_message_does_not_carry_is_an_empty_string(kind):
    words = payload(announced(kind, custom_id="", event_payload="", campaign=""))
    assert (words["CustomID"], words["Payload"], words["customcampaign"]) == ("", "", "")


@pytest.mark.parametrize("state", list(FailureState))
def test_every_failure_state_has_its_words(state):
    related_to, error = RELATED_TO[state]
    words = payload(announced(EventKind.BOUNCE, failure=state))
    assert (words["error_related_to"], words["error"]) == (related_to, error)


def test_a_blocked_recipient_is_told_as_such():
    assert payload(announced(EventKind.BOUNCE, is_blocked=True))["blocked"] is True


def test_a_complaint_without_a_known_loop_still_names_a_source():
    assert payload(announced(EventKind.SPAM))["source"] == "ARF"


def test_what_stays_inside_is_never_told():
    with pytest.raises(KeyError):
        payload(announced(EventKind.ACCEPTED))


def test_a_single_body_is_a_bare_object_and_a_grouped_one_an_array():
    assert isinstance(json.loads(single_body(SENT)), dict)
    assert [words["event"] for words in json.loads(grouped_body([BOUNCE, SENT]))] == ["bounce", "sent"]


# Anymail is what much of the world reads Mailjet's events with, so its own view is the judge.

AUTHORIZATION = "Basic " + base64.b64encode(WEBHOOK_SECRET.encode()).decode()


@pytest.fixture(scope="module")
def anymail_view():
    from anymail.webhooks.mailjet import MailjetTrackingWebhookView

    return MailjetTrackingWebhookView.as_view()


@pytest.fixture
def read_by_anymail(anymail_view):
    """Post a body to Anymail's view as the sender does; give the normalized events it makes of it."""
    from anymail.signals import tracking
    from django.test import RequestFactory

    def read(body):
        seen = []

        def keep(event, **_):
            seen.append(event)

        tracking.connect(keep, weak=False)
        try:
            request = RequestFactory().post(
                "/anymail/mailjet/tracking/",
                data=body,
                content_type="application/json",
                headers={"Authorization": AUTHORIZATION},
            )
            assert anymail_view(request).status_code == 200
        finally:
            tracking.disconnect(keep)
        return seen

    return read


@pytest.mark.parametrize(
    ("told", "event_type", "reject_reason"),
    [
        (SENT, "delivered", None),
        (OPEN, "opened", None),
        (CLICK, "clicked", None),
        (BOUNCE, "bounced", "bounced"),
        (DEFERRAL, "deferred", "other"),
        (BLOCKED, "rejected", "blocked"),
        (SPAM, "complained", None),
        (UNSUB, "unsubscribed", None),
    ],
    ids=lambda value: value.kind.name if isinstance(value, WebhookEvent) else "",
)
def test_anymail_normalizes_each_event_as_meant(read_by_anymail, told, event_type, reject_reason):
    (event,) = read_by_anymail(single_body(told))
    assert event.event_type == event_type
    assert event.reject_reason == reject_reason
    assert event.message_id == "4503599627370497"
    assert event.recipient == "ann@example.net"
    assert event.timestamp.timestamp() == 1_700_000_000
    assert event.metadata == {"order": 17}
    assert event.tags == ["spring_sale"]


def test_anymail_passes_on_the_reply_of_the_destination(read_by_anymail):
    (event,) = read_by_anymail(single_body(SENT))
    assert event.mta_response == "sent (250 2.0.0 Ok: queued as 4ABC)"


def test_anymail_takes_an_array_and_events_without_a_payload(read_by_anymail):
    bare = announced(EventKind.SENT, custom_id="", event_payload="", campaign="")
    events = read_by_anymail(grouped_body([DEFERRAL, bare]))
    assert [event.event_type for event in events] == ["deferred", "delivered"]
    assert events[1].metadata == {}


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (FailureState.MAILBOX_INACTIVE, "bounced"),
        (FailureState.QUOTA_EXCEEDED, "bounced"),
        (FailureState.INVALID_DOMAIN, "bounced"),
        (FailureState.NO_MAIL_HOST, "bounced"),
        (FailureState.RELAY_DENIED, "bounced"),
        (FailureState.SENDER_BLOCKED, "blocked"),
        (FailureState.CONTENT_BLOCKED, "blocked"),
        (FailureState.POLICY_ISSUE, "blocked"),
        (FailureState.CONNECTION_ISSUE, "other"),
    ],
)
def test_anymail_knows_our_words_for_why_it_bounced(read_by_anymail, state, reason):
    (event,) = read_by_anymail(single_body(announced(EventKind.BOUNCE, failure=state)))
    assert (event.event_type, event.reject_reason) == ("bounced", reason)


@pytest.mark.parametrize("event_type", ["sent", "open", "click", "bounce", "blocked", "spam", "unsub"])
def test_anymail_takes_the_sample_of_every_event_type(read_by_anymail, event_type):
    (event,) = read_by_anymail(single_body(sample(event_type, 1_700_000_000_000)))
    assert event.esp_event["event"] == event_type
