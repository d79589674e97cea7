"""Decides whether a message may be sent, for every door, here and nowhere else.

A message claims to be from its addresses and to belong to its category. This module checks these claims
against the caller's permissions and the account's senders and categories. The result is a value, which each
door translates.

Answers from memory are given at once; only the others wait for the store.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Protocol

from aerogram.identity.gate import Needs, may, may_send_from
from aerogram.model.account import Area, Level
from aerogram.model.actor import ActorKind
from aerogram.model.decision import ALLOW, ALLOW_SANDBOXED, Allow, Decision, Hold, Reason, ReasonKind, Refuse
from aerogram.model.request import MailRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.model.actor import Actor

NEEDS: Final = Needs(Area.SEND, Level.FULL)
"""Mail reaches real people and cannot be recalled, so it needs the full permission."""

Rule = Callable[[MailRequest], Hold | Refuse | None]
"""A further rule for each message that nothing else refuses; None lets it pass. It must not wait."""


class Senders(Protocol):
    """The methods of `aerogram.senders.valid_senders.ValidSenders` that are used here."""

    def allows(self, account_id: int, email: str) -> bool:
        """Answer from memory; False means that the store must be asked."""
        ...

    def knows_domain(self, account_id: int, email: str) -> bool:
        """Tell from memory whether any sender of the account lies in the address's domain."""
        ...

    async def confirm(self, account_id: int, email: str) -> bool:
        """Answer from the store."""
        ...

    async def is_registered(self, account_id: int, email: str) -> bool:
        """Tell whether the account has such a sender, active or not."""
        ...


class Categories(Protocol):
    """The methods of `aerogram.senders.categories.MonitoringCategories` that are used here."""

    async def exists(self, account_id: int, name: str) -> bool:
        """Answer from the store."""
        ...


class Authorizer:
    """Decides about messages, and about reverse-paths before there is a message.

    Coroutines raise `UnavailableError` when the store is unavailable.
    """

    def __init__(self, senders: Senders, categories: Categories, rules: Sequence[Rule] = ()) -> None:
        self._senders = senders
        self._categories = categories
        self._rules = tuple(rules)

    def decide_now(self, request: MailRequest) -> Decision | None:
        """Decide without the store; None means that the store must be asked (see `decide`).

        Mail of Aerogram itself with the null reverse-path is a notice. It claims no sender of the account, so
        it needs no check and no wait. Any thread may call this for a notice.
        """
        actor = request.actor
        if actor.kind is ActorKind.SYSTEM and not request.reverse_path:
            return ALLOW_SANDBOXED if request.is_sandboxed else ALLOW
        denied = _denied(request)
        if denied:
            return Refuse(denied)
        if request.options.monitoring_category:
            return None
        allows, account_id = self._senders.allows, actor.account_id
        for email in request.authors:
            if not allows(account_id, email):
                return None
        if request.sender and not allows(account_id, request.sender):
            return None
        return self._passed(request)

    async def decide(self, request: MailRequest) -> Decision:
        """Decide about one message; a refusal has all its reasons, not only the first."""
        decision = self.decide_now(request)
        return decision or await self._ask(request, _Answers(self._senders, self._categories))

    async def decide_all(self, requests: Sequence[MailRequest]) -> list[Decision]:
        """Decide about the messages of one call, with one query for each address and category."""
        known = self._known(requests)
        if None not in known:
            return known  # type: ignore[return-value]
        answers = _Answers(self._senders, self._categories)
        return [
            decision or await self._ask(request, answers)
            for request, decision in zip(requests, known, strict=True)
        ]

    def knows_reverse_path(self, actor: Actor, reverse_path: str) -> bool:
        """Tell from memory whether a reverse-path may pass; the message's From decides later.

        It passes when any sender has its domain, because many programs use a reverse-path of their own there.
        """
        if not reverse_path:
            return True
        if actor.principal is not None and not may_send_from(actor.principal, reverse_path):
            return False
        senders, account_id = self._senders, actor.account_id
        return senders.allows(account_id, reverse_path) or senders.knows_domain(account_id, reverse_path)

    async def decide_reverse_path(self, actor: Actor, reverse_path: str) -> Decision:
        """Decide about a reverse-path that `knows_reverse_path` did not know."""
        if actor.principal is not None and not may_send_from(actor.principal, reverse_path):
            return Refuse((Reason(ReasonKind.DOMAIN_NOT_OF_CREDENTIAL, reverse_path),))
        if await self._senders.confirm(actor.account_id, reverse_path):
            return ALLOW
        # The senders just read may include another one of the domain.
        if self.knows_reverse_path(actor, reverse_path):
            return ALLOW
        return Refuse((Reason(ReasonKind.SENDER_NOT_AUTHORIZED, reverse_path),))

    async def remember(self, account_id: int) -> None:
        """Read the senders of an account into memory, for a caller that will soon need them."""
        await self._senders.confirm(account_id, "")

    def _known(self, requests: Sequence[MailRequest]) -> list[Decision | None]:
        """Decide without the store; a message that claims what the one before claimed is decided as that was."""
        if self._rules:
            # They may look at anything.
            return [self.decide_now(request) for request in requests]
        decisions: list[Decision | None] = []
        before: object = None
        decision: Decision | None = None
        for request in requests:
            claim = _claim(request)
            if claim != before:
                before, decision = claim, self.decide_now(request)
            decisions.append(decision)
        return decisions

    async def _ask(self, request: MailRequest, answers: _Answers) -> Decision:
        account_id = request.actor.account_id
        reasons = [
            Reason(ReasonKind.SENDER_NOT_AUTHORIZED, email)
            for email in request.authors
            if not await answers.is_sender(account_id, email)
        ]
        sender = request.sender
        if sender and not await answers.is_sender(account_id, sender):
            is_known = await answers.is_registered(account_id, sender)
            kind = ReasonKind.SENDER_NOT_VALIDATED if is_known else ReasonKind.SENDER_NEEDS_RIGHT
            reasons.append(Reason(kind, sender))
        category = request.options.monitoring_category
        if category and not await answers.has_category(account_id, category):
            reasons.append(Reason(ReasonKind.UNKNOWN_CATEGORY, category))
        return Refuse(tuple(reasons)) if reasons else self._passed(request)

    def _passed(self, request: MailRequest) -> Decision:
        """Apply the rules to a message that the account may send; a refusal overrides a hold."""
        is_sandboxed = request.actor.is_sandboxed or request.is_sandboxed
        if not self._rules:
            return ALLOW_SANDBOXED if is_sandboxed else ALLOW
        held: list[Reason] = []
        refused: list[Reason] = []
        for rule in self._rules:
            match rule(request):
                case Hold(reasons):
                    held += reasons
                case Refuse(reasons):
                    refused += reasons
        if refused:
            return Refuse(tuple(refused))
        return Hold(tuple(held), is_sandboxed) if held else Allow(is_sandboxed)


class _Answers:
    """Caches the store's answers during one call, so that no query is made twice."""

    def __init__(self, senders: Senders, categories: Categories) -> None:
        self._known_senders = senders
        self._categories = categories
        self._senders: dict[tuple[int, str], bool] = {}
        self._registered: dict[tuple[int, str], bool] = {}
        self._named: dict[tuple[int, str], bool] = {}

    async def is_sender(self, account_id: int, email: str) -> bool:
        key = account_id, email
        if key not in self._senders:
            self._senders[key] = self._known_senders.allows(*key) or await self._known_senders.confirm(*key)
        return self._senders[key]

    async def is_registered(self, account_id: int, email: str) -> bool:
        key = account_id, email
        if key not in self._registered:
            self._registered[key] = await self._known_senders.is_registered(*key)
        return self._registered[key]

    async def has_category(self, account_id: int, name: str) -> bool:
        key = account_id, name
        if key not in self._named:
            self._named[key] = await self._categories.exists(*key)
        return self._named[key]


def _claim(request: MailRequest) -> tuple[object, ...]:
    """Return all that `Authorizer.decide_now` looks at, besides the rules."""
    options = request.options
    return (
        request.authors,
        request.sender,
        options.monitoring_category,
        request.is_sandboxed,
        request.reverse_path,
        # By identity: the messages of a call have the same one.
        id(request.actor),
    )


def _denied(request: MailRequest) -> tuple[Reason, ...]:
    """Return the reasons by which the caller's credential forbids it, which no sender can override."""
    principal = request.actor.principal
    if not may(request.actor, NEEDS.area, NEEDS.level):
        return (Reason(ReasonKind.NO_SEND_PERMISSION, request.actor.label),)
    if principal is None or not principal.domain:
        return ()
    return tuple(
        Reason(ReasonKind.DOMAIN_NOT_OF_CREDENTIAL, email)
        for email in (*request.authors, request.sender)
        if not may_send_from(principal, email)
    )
