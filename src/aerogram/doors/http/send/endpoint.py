"""The endpoint of the Send API: the steps of a request, the same in every version.

The steps: who asks, what is asked, which templates, may each message come from its sender, commit, answer.
An answer of 200 is given only after the commit. What differs is in `aerogram.doors.http.send.v3` and `v31`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import UnavailableError
from aerogram.doors.http import idempotency
from aerogram.doors.http.answers import Answer, send_answer
from aerogram.doors.http.asgi import client_ip
from aerogram.doors.http.basic_auth import RateLimitedError, UnauthenticatedError
from aerogram.doors.http.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError, read_body
from aerogram.doors.http.idempotency import MalformedKeyError
from aerogram.doors.http.send.shared import errors
from aerogram.doors.http.send.shared.draft import submissions
from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.shared.limits import MAX_BODY_BYTES
from aerogram.doors.http.send.shared.templates import find
from aerogram.doors.http.send.version import Entry
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError, authorize
from aerogram.model.account import Area, Level
from aerogram.submission.once import KeyReusedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from aerogram.doors.http.asgi import Receive, Scope, Send
    from aerogram.doors.http.basic_auth import Doorkeeper
    from aerogram.doors.http.send.services import Acceptor, Categories, SenderBook
    from aerogram.doors.http.send.shared.draft import Draft
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.templates import Found, Templates
    from aerogram.doors.http.send.version import Call, SendVersion
    from aerogram.model.account import Principal
    from aerogram.model.message import Accepted

AREA: Final = Area.SEND
LEVEL: Final = Level.FULL
REFUSALS: Final = (
    UnauthenticatedError,
    LockedOutError,
    RateLimitedError,
    ForbiddenError,
    MalformedKeyError,
    KeyReusedError,
    RefusedCallError,
    BodyTooLargeError,
    BodyEncodingError,
    UnavailableError,
)
"""What a request can be refused for as a whole; each version has its answer to all of them."""


class SendEndpoint:
    """Serves one version of the Send API."""

    def __init__(
        self,
        version: SendVersion,
        doorkeeper: Doorkeeper,
        *,
        senders: SenderBook,
        categories: Categories,
        templates: Templates,
        acceptor: Acceptor,
    ) -> None:
        self._version = version
        self._doorkeeper = doorkeeper
        self._senders = senders
        self._categories = categories
        self._templates = templates
        self._acceptor = acceptor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; in versions that name it, every answer has its name in ``X-MJ-Request-GUID``."""
        version = self._version
        request_id = version.request_id()
        try:
            answer = version.misplaced(scope) or await self._answer(scope, receive, request_id)
        except ClientGoneError:
            return
        if request_id:
            named = (*answer.headers, (b"x-mj-request-guid", request_id.encode()))
            answer = Answer(answer.status, answer.body, answer.content_type, named)
        await send_answer(scope, send, answer)

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> Answer:
        version = self._version
        try:
            principal = await self._doorkeeper.admit(scope)
            wrong_method = version.wrong_method(scope)
            if wrong_method is not None:
                return wrong_method
            authorize(principal, AREA, LEVEL)
            body = await read_body(scope, receive, MAX_BODY_BYTES)
            key = idempotency.read_key(scope, body)
            call = version.read_call(body)
            return await self._serve(principal, call, _transcript(scope, request_id), key, body)
        except REFUSALS as error:
            return version.refused(error)

    async def _serve(
        self, principal: Principal, call: Call, transcript: str, key: str, body: bytes
    ) -> Answer:
        account_id, version = principal.account_id, self._version
        templates: Found = {
            each: await find(self._templates, account_id, each) for each in call.template_keys()
        }
        drafts = call.drafts(templates)
        wrong = await self._check(account_id, drafts)
        good = [draft for draft, noted in zip(drafts, wrong, strict=True) if not noted]
        asked = submissions(good, principal, transcript, version.too_large)
        receipts: list[tuple[Accepted, ...]] = []
        if call.is_sandbox:
            receipts = [draft.sandbox_receipts() for draft in good]
        elif asked:
            # A call that is accepted whole is named by its body alone.
            taken = () if version.is_whole else _taken(wrong)
            named = idempotency.key_of(account_id, key, version.path, body, taken)
            receipts = await self._acceptor.accept(asked, named)
        given = iter(receipts)
        entries = [
            Entry(draft, noted) if noted else Entry(draft, receipts=next(given))
            for draft, noted in zip(drafts, wrong, strict=True)
        ]
        return version.accepted(entries, idempotency.replay_headers(receipts), is_sandbox=call.is_sandbox)

    async def _check(self, account_id: int, drafts: Sequence[Draft]) -> list[Sequence[SendError]]:
        """Give all errors of each draft. Raises `RefusedCallError` for the first one of a call that goes whole."""
        categories = {category for draft in drafts if (category := draft.send_options.monitoring_category)}
        unknown = await self._unknown_categories(account_id, categories) if categories else frozenset()
        wrong = []
        for draft in drafts:
            noted = await self._errors_of(account_id, draft, unknown)
            if noted and self._version.is_whole:
                raise RefusedCallError(noted[0].without_path(), draft.where)
            wrong.append(noted)
        return wrong

    async def _unknown_categories(self, account_id: int, named: Iterable[str]) -> frozenset[str]:
        """Give the monitoring categories of a call that the account does not have; each is asked for once."""
        return frozenset([name for name in named if not await self._categories.exists(account_id, name)])

    async def _errors_of(
        self, account_id: int, draft: Draft, unknown_categories: frozenset[str]
    ) -> Sequence[SendError]:
        """Give all that is wrong with a message, its senders and its category included.

        ``Sender`` needs a right that no account has, so it must be a sender of the account; and so
        must ``From``, which only that right would free from it.
        """
        from_email, sender_email = draft.from_email, draft.sender_email
        noted = draft.errors
        if from_email and not await self._may_send_from(account_id, from_email):
            noted = (*noted, errors.sender_not_authorized(from_email))
        if sender_email and not await self._may_send_from(account_id, sender_email):
            noted = (*noted, await self._error_of_sender(account_id, sender_email))
        if draft.send_options.monitoring_category in unknown_categories:
            noted = (*noted, errors.UNKNOWN_CATEGORY)
        return noted

    async def _error_of_sender(self, account_id: int, email: str) -> SendError:
        if await self._senders.is_registered(account_id, email):
            return errors.sender_not_validated(email)
        return errors.sender_needs_right(email)

    async def _may_send_from(self, account_id: int, email: str) -> bool:
        return self._senders.allows(account_id, email) or await self._senders.confirm(account_id, email)


def _transcript(scope: Scope, request_id: str) -> str:
    named = f", request {request_id}" if request_id else ""
    return f"POST {scope['path']} from {client_ip(scope)}{named}"


def _taken(wrong: Iterable[Sequence[SendError]]) -> Iterable[int]:
    """Give the indices of the messages that have no errors."""
    return (index for index, noted in enumerate(wrong) if not noted)
