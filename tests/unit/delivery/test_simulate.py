"""What becomes of mail to the simulator, by the local part of the address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.content.tokens import LinkSigner
from aerogram.delivery.connections.dispatch import Dispatch
from aerogram.delivery.outcomes import simulate
from aerogram.delivery.outcomes.change import blocked, change_for
from aerogram.delivery.outcomes.simulate import NAMES, first_link, is_simulated, simulated
from aerogram.delivery.retry import DEFAULT_SCHEDULE
from aerogram.delivery.transport import CaptureTransport, PartialCapture
from aerogram.model.event import EventKind
from aerogram.model.outcome import Blocked, Bounced, Deferred, Delivered, FailureState
from aerogram.model.send_options import SendOptions
from support.letters import NOW, a_letter

HEAD = b"From: ann@example.org\r\nMIME-Version: 1.0\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
MAIL = (
    HTML
    + b'<a href="https://shop.example/?a=1&amp;b=2">Shop</a> <a href="https://other.example/">Other</a>\r\n'
)


def outcome_of(name, attempts=0):
    return simulated(a_letter(recipient=f"{name}@simulator.test", attempts=attempts), MAIL)


def reactions(outcome):
    return [reaction.kind for reaction in outcome.reactions]


@pytest.mark.parametrize("email", ["bounce@simulator.test", "x@Simulator.TEST"])
def test_an_address_of_the_simulator_is_known_in_any_case(email):
    assert is_simulated(email)


@pytest.mark.parametrize(
    "email",
    ["bounce@sub.simulator.test", "bounce@xsimulator.test", "simulator.test@example.org", "@simulator"],
)
def test_other_addresses_are_not_simulated(email):
    assert not is_simulated(email)


@pytest.mark.parametrize("name", ["success", "anything", "bounced", "+bounce", "bo+unce"])
def test_success_and_unknown_names_get_their_mail(name):
    assert outcome_of(name) == Delivered(reply="250 2.0.0 Captured in the local inbox", captured=MAIL)


@pytest.mark.parametrize("name", ["bounce", "Bounce", "bounce+order-17", "bounce+a+b"])
def test_bounce_is_hard(name):
    outcome = outcome_of(name)
    assert isinstance(outcome, Bounced)
    assert (outcome.state, outcome.is_hard) == (FailureState.USER_UNKNOWN, True)
    assert outcome.reply.startswith("550 5.1.1 ")


def test_softbounce_is_a_full_mailbox():
    outcome = outcome_of("softbounce")
    assert isinstance(outcome, Bounced)
    assert (outcome.state, outcome.is_hard) == (FailureState.QUOTA_EXCEEDED, False)


def test_blocked_is_blocked_by_policy():
    outcome = outcome_of("blocked")
    assert isinstance(outcome, Blocked)
    assert outcome.state is FailureState.POLICY_ISSUE


def test_defer_is_refused_twice_and_tried_again_within_seconds():
    for attempts in range(2):
        letter = a_letter(recipient="defer@simulator.test", attempts=attempts)
        outcome = simulated(letter, MAIL)
        assert isinstance(outcome, Deferred)
        change = change_for(letter, outcome, NOW, DEFAULT_SCHEDULE)
        assert NOW < change.due_ms <= NOW + 5_000
    assert isinstance(outcome_of("defer", attempts=2), Delivered)


def test_timeout_is_tried_again_by_the_schedule():
    letter = a_letter(recipient="timeout@simulator.test", attempts=40)
    change = change_for(letter, simulated(letter, MAIL), NOW, DEFAULT_SCHEDULE)
    assert change.due_ms > NOW + 3_600_000


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("success", []),
        ("open", [EventKind.OPEN]),
        ("click", [EventKind.OPEN, EventKind.CLICK]),
        ("unsubscribe", [EventKind.UNSUB]),
        ("complaint", [EventKind.SPAM]),
    ],
)
def test_readers_get_their_mail_and_then_react(name, kinds):
    outcome = outcome_of(name)
    assert outcome.captured == MAIL
    assert reactions(outcome) == kinds


def test_a_complaint_names_its_source():
    assert outcome_of("complaint").reactions[0].agent == "Simulator"


def test_a_click_follows_the_first_link():
    assert outcome_of("click").reactions[1].url == "https://shop.example/?a=1&b=2"


@pytest.mark.parametrize(
    ("mail", "link"),
    [
        (
            HTML + b"<a href='mailto:ann@example.org'>m</a><a href=http://a.example/x>a</a>",
            "http://a.example/x",
        ),
        (HTML + b"no link", "https://simulator.test/"),
        (HEAD + b"\r\nSee https://text.example/a?b=c .\r\n", "https://text.example/a?b=c"),
        (
            HEAD + b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            b'<a href=3D"https://qp.example/=\r\nlong">x</a>\r\n',
            "https://qp.example/long",
        ),
        (b"", "https://simulator.test/"),
    ],
)
def test_the_first_link_is_found_in_any_encoding(mail, link):
    assert first_link(mail) == link


@given(st.binary(max_size=300))
def test_any_bytes_have_a_link_to_click(data):
    first_link(data).encode()
    first_link(HTML + b'<a href="https://' + data).encode()


def test_a_tracked_link_stands_for_its_target():
    url = LinkSigner(b"k" * 16).click_url("https://mail.example", 17, "https://shop.example/käse?x=1")
    assert first_link(HTML + f'<a href="{url}">x</a>'.encode()) == "https://shop.example/käse?x=1"


def test_the_link_to_unsubscribe_is_not_clicked():
    leave = LinkSigner(b"k" * 16).unsubscribe_url("https://mail.example", 17, "fr")
    html = f'<a href="{leave}">Leave</a><a href="https://shop.example/">Shop</a>'
    assert first_link(HTML + html.encode()) == "https://shop.example/"
    assert first_link(HEAD + f"\r\n{leave}\r\n".encode()) == simulate.NO_LINK


@pytest.mark.parametrize(
    "facts", [{"suppressed": "bounce"}, {"suppressed": "spam"}, {"has_unsubscribed": True}]
)
def test_nothing_that_was_simulated_keeps_mail_from_the_simulator(facts):
    assert blocked(a_letter(recipient="bounce@simulator.test", **facts)) is None
    assert blocked(a_letter(recipient="bounce@example.test", **facts)) is not None


class Hands(CaptureTransport):
    """Keeps letters in its hands."""

    def __init__(self):
        self.kept = []

    def send(self, dispatch):
        self.kept.append(dispatch)


class Routes:
    """Has a fixed route to one domain, and to the simulator."""

    def fixed_hops_for(self, domain):
        return object() if domain in {"routed.example", simulate.DOMAIN} else None


SANDBOXED = SendOptions(is_sandboxed=True)


@pytest.mark.parametrize(
    ("facts", "routes", "is_carried"),
    [
        ({}, None, True),
        ({"recipient": "bounce@simulator.test"}, None, True),
        ({"send_options": SANDBOXED}, None, False),
        ({"send_options": SANDBOXED, "recipient": "bounce@simulator.test"}, None, False),
        ({}, Routes(), False),
        ({"recipient": "bob@routed.example"}, Routes(), True),
        ({"recipient": "bob@routed.example", "send_options": SANDBOXED}, Routes(), False),
        ({"recipient": "bounce@simulator.test"}, Routes(), False),
    ],
)
def test_mail_of_sandbox_credentials_never_leaves(facts, routes, is_carried):
    hands, done = Hands(), []
    transport = PartialCapture(hands, routes)
    transport.send(Dispatch(a_letter(**facts), MAIL, lambda *told: done.append(told)))
    assert (len(hands.kept), len(done)) == (is_carried, not is_carried)


def test_every_name_is_one_that_an_address_can_have():
    assert all(name.isalpha() and name.islower() for name in NAMES)
