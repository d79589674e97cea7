"""Whether a message may be sent: every reason, for every way in, and how little is asked for it."""

import msgspec
import pytest

from aerogram.doors.http.send.refusals import error_of
from aerogram.doors.smtp import refusals as smtp
from aerogram.model.account import CredentialKind, Principal, SendDefaults
from aerogram.model.actor import actor_of, operator_actor, system_actor
from aerogram.model.decision import ALLOW, ALLOW_SANDBOXED, Allow, Hold, Reason, ReasonKind, Refuse
from aerogram.model.message import Recipient
from aerogram.model.request import MailRequest, RequestedOptions
from aerogram.submission.authorize import Authorizer

ANN = "ann@example.org"
TO = Recipient("bob@example.net")
DOORS = ["v3", "v3.1", "smtp"]
TOKEN = Principal(account_id=1, kind=CredentialKind.DOMAIN_TOKEN, label="token", domain="example.org")
HELD = Hold((Reason(ReasonKind.RULE, "A person must look at this."),))


class SendersAndCategories:
    """Senders and categories of account 1: memory knows ann alone, the store all."""

    def __init__(self):
        self.remembered = {ANN}
        self.active = {ANN, "eve@example.com", "late@example.org"}
        self.inactive = {"new@example.org"}
        self.asked = []

    def allows(self, account_id, email):
        return account_id == 1 and email in self.remembered

    def knows_domain(self, account_id, email):
        return account_id == 1 and email.rpartition("@")[2] in {
            each.rpartition("@")[2] for each in self.remembered
        }

    async def confirm(self, account_id, email):
        self.asked.append(email)
        return account_id == 1 and email in self.active

    async def is_registered(self, account_id, email):
        self.asked.append(email)
        return account_id == 1 and email in self.active | self.inactive

    async def exists(self, account_id, name):
        self.asked.append(name)
        return account_id == 1 and name == "receipts"


@pytest.fixture
def senders():
    return SendersAndCategories()


@pytest.fixture
def authorizer(senders):
    return Authorizer(senders, senders)


def a_principal(**facts):
    given = {"account_id": 1, "kind": CredentialKind.API_KEY, "label": "API key 4f0c"}
    return Principal(**(given | facts))


def a_request(principal=None, *, door="v3.1", actor=None, **facts):
    given = {"authors": (ANN,), "reverse_path": ANN, "recipients": (TO,), "content": None}
    return MailRequest(actor=actor or actor_of(principal or a_principal(), door), **(given | facts))


def in_category(name):
    return {"options": RequestedOptions(monitoring_category=name)}


CASES = [
    ({"kind": CredentialKind.CONTENT_TOKEN}, {}, ReasonKind.NO_SEND_PERMISSION, "API key 4f0c"),
    ({"domain": "example.com"}, {}, ReasonKind.DOMAIN_NOT_OF_CREDENTIAL, ANN),
    (
        {"domain": "example.org"},
        {"sender": "eve@example.com"},
        ReasonKind.DOMAIN_NOT_OF_CREDENTIAL,
        "eve@example.com",
    ),
    ({}, {"authors": ("x@example.org",)}, ReasonKind.SENDER_NOT_AUTHORIZED, "x@example.org"),
    ({}, {"authors": (ANN, "new@example.org")}, ReasonKind.SENDER_NOT_AUTHORIZED, "new@example.org"),
    ({"account_id": 2}, {}, ReasonKind.SENDER_NOT_AUTHORIZED, ANN),
    ({}, {"sender": "new@example.org"}, ReasonKind.SENDER_NOT_VALIDATED, "new@example.org"),
    ({}, {"sender": "x@example.org"}, ReasonKind.SENDER_NEEDS_RIGHT, "x@example.org"),
    ({}, in_category("unknown"), ReasonKind.UNKNOWN_CATEGORY, "unknown"),
]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("caller", "facts", "kind", "value"), CASES)
async def test_each_reason_is_the_same_at_every_door(authorizer, door, caller, facts, kind, value):
    decision = await authorizer.decide(a_request(a_principal(**caller), door=door, **facts))
    assert decision == Refuse((Reason(kind, value),))


SAID = {
    ReasonKind.NO_SEND_PERMISSION: (
        "x@example.org has no full permission for send.",
        "550 5.7.1 x@example.org may not send mail",
    ),
    ReasonKind.DOMAIN_NOT_OF_CREDENTIAL: (
        '"x@example.org" is not an authorized sender email address for your account.',
        "550 5.7.1 <x@example.org>: Sender address rejected: this token sends from example.org only",
    ),
    ReasonKind.SENDER_NOT_AUTHORIZED: (
        '"x@example.org" is not an authorized sender email address for your account.',
        "550 5.7.1 <x@example.org>: Sender address rejected: Sender not allowed",
    ),
    ReasonKind.SENDER_NOT_VALIDATED: (
        '"x@example.org" is not a validated sender email address of your account.',
        "550 5.7.1 <x@example.org>: Sender address rejected: Sender not allowed",
    ),
    ReasonKind.SENDER_NEEDS_RIGHT: (
        '"Sender" needs a right that your account does not have, unless "x@example.org" is one of its senders.',
        "550 5.7.1 <x@example.org>: Sender address rejected: Sender not allowed",
    ),
    ReasonKind.UNKNOWN_CATEGORY: (
        "The monitoring category doesn't exist for your account.",
        "550 5.6.0 X-MJ-MonitoringCategory: the account has no category 'x@example.org'",
    ),
    ReasonKind.RULE: ("x@example.org", "550 5.7.1 x@example.org"),
}


@pytest.mark.parametrize("kind", ReasonKind)
def test_each_door_has_its_own_words_for_every_reason(kind):
    reason = Reason(kind, "x@example.org")
    of_http, of_smtp = SAID[kind]
    assert error_of(reason).message == of_http
    assert error_of(reason).without_path().sentence == of_http
    reply = smtp.refused(Refuse((reason,)), actor_of(TOKEN, "smtp"))
    assert f"{reply.code} {reply.enhanced} {reply.text}" == of_smtp


async def test_all_reasons_are_given_in_order(authorizer):
    facts = {"authors": ("x@example.org",), "sender": "new@example.org"} | in_category("unknown")
    refused = await authorizer.decide(a_request(**facts))
    assert [reason.kind for reason in refused.reasons] == [
        ReasonKind.SENDER_NOT_AUTHORIZED,
        ReasonKind.SENDER_NOT_VALIDATED,
        ReasonKind.UNKNOWN_CATEGORY,
    ]


@pytest.mark.parametrize("door", DOORS)
def test_what_memory_knows_is_answered_at_once(authorizer, senders, door):
    assert authorizer.decide_now(a_request(door=door, sender=ANN)) is ALLOW
    assert senders.asked == []


@pytest.mark.parametrize(
    "facts", [{"authors": ("late@example.org",)}, {"sender": "late@example.org"}, in_category("receipts")]
)
async def test_what_memory_does_not_know_is_asked_of_the_store(authorizer, facts):
    request = a_request(**facts)
    assert authorizer.decide_now(request) is None
    assert await authorizer.decide(request) is ALLOW


async def test_a_credential_is_refused_without_a_question_to_the_store(authorizer, senders):
    facts = {"authors": ("x@example.com",)} | in_category("unknown")
    refused = authorizer.decide_now(a_request(TOKEN, **facts))
    assert refused == Refuse((Reason(ReasonKind.DOMAIN_NOT_OF_CREDENTIAL, "x@example.com"),))
    assert senders.asked == []


async def test_a_call_asks_once_for_each_address_and_category(authorizer, senders):
    bad = a_request(authors=("x@example.org",), sender="new@example.org", **in_category("unknown"))
    good = a_request(authors=("late@example.org",), **in_category("receipts"))
    decisions = await authorizer.decide_all([bad, good, a_request(), bad, good])
    assert [type(each) for each in decisions] == [Refuse, Allow, Allow, Refuse, Allow]
    # The sender is asked for twice: whether it is active, and whether there is one at all.
    assert sorted(senders.asked) == sorted(
        ["x@example.org", "new@example.org", "new@example.org", "unknown", "late@example.org", "receipts"]
    )


def test_mail_of_a_sandbox_key_stays(authorizer):
    caller = a_principal(defaults=SendDefaults(is_sandboxed=True))
    assert authorizer.decide_now(a_request(caller)) is ALLOW_SANDBOXED


async def test_an_operator_needs_a_sender_and_no_credential(authorizer):
    assert await authorizer.decide(a_request(actor=operator_actor(1))) is ALLOW
    refused = await authorizer.decide(a_request(actor=operator_actor(2)))
    assert refused.reasons[0].kind is ReasonKind.SENDER_NOT_AUTHORIZED


class TestTheSystem:
    def test_a_notice_is_let_through_without_a_sender(self, authorizer, senders):
        notice = a_request(actor=system_actor(1), authors=("mailer-daemon@mail.example",), reverse_path="")
        assert authorizer.decide_now(notice) is ALLOW
        assert authorizer.decide_now(msgspec.structs.replace(notice, is_sandboxed=True)) is ALLOW_SANDBOXED
        assert senders.asked == []

    async def test_other_mail_needs_a_sender_of_the_account(self, authorizer):
        actor = system_actor(1, door="signup")
        assert await authorizer.decide(a_request(actor=actor)) is ALLOW
        claimed = a_request(actor=actor, authors=("x@example.org",), reverse_path="x@example.org")
        assert await authorizer.decide(claimed) == Refuse(
            (Reason(ReasonKind.SENDER_NOT_AUTHORIZED, "x@example.org"),)
        )

    async def test_a_null_reverse_path_frees_nobody_else(self, authorizer):
        refused = await authorizer.decide(a_request(authors=("x@example.org",), reverse_path=""))
        assert isinstance(refused, Refuse)


class TestReversePath:
    @pytest.mark.parametrize("path", ["", ANN, "bounces@example.org"])
    def test_memory_lets_it_pass_in_the_domain_of_a_sender(self, authorizer, path):
        assert authorizer.knows_reverse_path(actor_of(a_principal(), "smtp"), path)

    async def test_the_store_lets_it_pass(self, authorizer):
        actor = actor_of(a_principal(), "smtp")
        assert not authorizer.knows_reverse_path(actor, "eve@example.com")
        assert await authorizer.decide_reverse_path(actor, "eve@example.com") is ALLOW

    @pytest.mark.parametrize(
        ("principal", "path", "kind"),
        [
            (a_principal(), "x@elsewhere.example", ReasonKind.SENDER_NOT_AUTHORIZED),
            (TOKEN, "eve@example.com", ReasonKind.DOMAIN_NOT_OF_CREDENTIAL),
        ],
    )
    async def test_others_are_refused(self, authorizer, principal, path, kind):
        actor = actor_of(principal, "smtp")
        assert not authorizer.knows_reverse_path(actor, path)
        assert await authorizer.decide_reverse_path(actor, path) == Refuse((Reason(kind, path),))


class TestRules:
    def decide(self, senders, *rules, **facts):
        return Authorizer(senders, senders, rules).decide_now(a_request(**facts))

    def test_a_rule_holds(self, senders):
        assert self.decide(senders, lambda _: None, lambda _: HELD) == HELD
        assert HELD.sentence == "A person must look at this."

    def test_a_rule_sees_what_is_asked_for(self, senders):
        def only_bob(request):
            return None if request.recipients == (TO,) else HELD

        assert self.decide(senders, only_bob) == ALLOW
        assert self.decide(senders, only_bob, recipients=(TO, TO)) == HELD

    def test_a_refusal_counts_more_than_a_hold(self, senders):
        refused = Refuse((Reason(ReasonKind.RULE, "Never."),))
        assert self.decide(senders, lambda _: HELD, lambda _: refused, lambda _: HELD) == refused

    def test_what_is_held_stays_in_the_sandbox(self, senders):
        caller = a_principal(defaults=SendDefaults(is_sandboxed=True))
        decision = Authorizer(senders, senders, [lambda _: HELD]).decide_now(a_request(caller))
        assert decision.is_sandboxed

    async def test_they_are_not_asked_about_what_is_refused_anyway_nor_about_notices(self, senders):
        asked = []
        authorizer = Authorizer(senders, senders, [asked.append])
        assert isinstance(await authorizer.decide(a_request(authors=("x@example.org",))), Refuse)
        authorizer.decide_now(a_request(actor=system_actor(1), reverse_path=""))
        assert asked == []
