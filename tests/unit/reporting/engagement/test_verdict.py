"""Who stands behind an open or a click."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.model.event import EventKind, Verdict
from aerogram.reporting.engagement.verdict import HINT_HEADERS, RULES, verdict_of

OPEN, CLICK = EventKind.OPEN, EventKind.CLICK
HUMAN, PROXY, SCANNER = Verdict.HUMAN, Verdict.PROXY, Verdict.SCANNER
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
THUNDERBIRD = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Thunderbird/115.4.1"
OUTLOOK = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.17; ms-office; MSOffice 16)"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
GMAIL_EARLY = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"
APPLE = "Mozilla/5.0"
HOME = "203.0.113.9"


def judged(kind, agent, ip=HOME, seconds=3600.0, **headers):
    return verdict_of(
        kind, agent, ip, {name.replace("_", "-"): value for name, value in headers.items()}, seconds
    )


@pytest.mark.parametrize(
    ("kind", "agent", "ip", "verdict"),
    [
        (OPEN, CHROME, HOME, HUMAN),
        (OPEN, IPHONE, HOME, HUMAN),
        (OPEN, THUNDERBIRD, "2001:db8::1", HUMAN),
        (OPEN, OUTLOOK, HOME, HUMAN),
        (CLICK, CHROME, HOME, HUMAN),
        (OPEN, GMAIL, "66.249.93.33", PROXY),
        (OPEN, GMAIL_EARLY, "66.249.93.33", PROXY),
        (OPEN, YAHOO, HOME, PROXY),
        (OPEN, APPLE, "104.28.45.10", PROXY),
        (OPEN, IPHONE, "17.58.97.1", PROXY),
        (CLICK, IPHONE, "17.58.97.1", HUMAN),
        (OPEN, "", HOME, SCANNER),
        (CLICK, "", HOME, SCANNER),
        (CLICK, "python-requests/2.31", HOME, SCANNER),
        (CLICK, "curl/8.5.0", HOME, SCANNER),
        (CLICK, "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", HOME, SCANNER),
        (CLICK, "Mozilla/5.0 (X11) HeadlessChrome/120", HOME, SCANNER),
        (CLICK, "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", HOME, SCANNER),
        (CLICK, "Barracuda Sentinel (EE)", HOME, SCANNER),
        (CLICK, "Mozilla/5.0 (Windows NT 6.1) SkypeUriPreview Preview/0.5", HOME, SCANNER),
        (CLICK, CHROME, "40.94.102.16", HUMAN),
        (CLICK, CHROME, "104.47.11.126", SCANNER),
        (CLICK, CHROME, "209.222.82.1", SCANNER),
        (CLICK, CHROME, "67.231.154.162", SCANNER),
        (CLICK, CHROME, "::ffff:67.231.154.162", SCANNER),
        (CLICK, CHROME, "no address", HUMAN),
    ],
)  # fmt: skip
def test_the_agent_and_the_network_tell(kind, agent, ip, verdict):
    assert judged(kind, agent, ip) is verdict


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x_purpose": "preview"},
        {"x_moz": "prefetch"},
    ],
)
def test_what_is_asked_for_in_advance_was_no_person(headers):
    assert judged(CLICK, CHROME, **headers) is SCANNER
    assert {name.replace("_", "-") for name in headers} <= HINT_HEADERS


def test_nobody_clicks_in_the_moment_of_delivery():
    assert judged(CLICK, CHROME, seconds=0.0) is SCANNER
    assert judged(CLICK, CHROME, seconds=1.9) is SCANNER
    assert judged(CLICK, CHROME, seconds=2.0) is HUMAN
    assert judged(OPEN, APPLE, seconds=0.0) is PROXY


@pytest.mark.parametrize("kind", [EventKind.UNSUB, EventKind.SPAM])
def test_unsubscriptions_and_complaints_are_a_persons(kind):
    assert judged(kind, "", seconds=0.0) is HUMAN


def test_every_rule_has_a_name_of_its_own_and_a_condition():
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.agent or rule.networks or rule.header or rule.within for rule in RULES)


@given(st.sampled_from([OPEN, CLICK]), st.text(), st.text(), st.floats(-1e9, 1e9))
def test_anything_is_judged(kind, agent, ip, seconds):
    assert verdict_of(kind, agent, ip, {}, seconds) in {HUMAN, PROXY, SCANNER}
