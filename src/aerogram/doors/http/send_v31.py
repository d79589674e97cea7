"""The endpoint of ``POST /v3.1/send``: the rules are in `aerogram.doors.http.v31`, here they meet the services.

The steps: who asks, what is asked, may each message come from its sender, commit, answer. An answer
of 200 is given only after the commit.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from aerogram.base.errors import UnavailableError
from aerogram.doors.http import errors, idempotency
from aerogram.doors.http.answers import JSON_UTF8, Answer, send_answer
from aerogram.doors.http.asgi import client_ip
from aerogram.doors.http.basic_auth import RateLimitedError, SuspendedError, UnauthenticatedError
from aerogram.doors.http.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError, read_body
from aerogram.doors.http.idempotency import MalformedKeyError
from aerogram.doors.http.v31 import answer as answers
from aerogram.doors.http.v31 import mistakes
from aerogram.doors.http.v31.call import read_call, submissions
from aerogram.doors.http.v31.limits import MAX_BODY_BYTES
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError, Needs, authorize
from aerogram.model.account import Area, Level
from aerogram.model.actor import actor_of
from aerogram.submission.once import KeyReusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence

    from aerogram.doors.http.asgi import Receive, Scope, Send
    from aerogram.doors.http.basic_auth import Doorkeeper
    from aerogram.doors.http.v31.call import Call
    from aerogram.doors.http.v31.message import Draft
    from aerogram.doors.http.v31.mistakes import Mistake
    from aerogram.doors.http.v31.templates import Templates
    from aerogram.model.account import Principal
    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.model.message import Accepted, Submission

NEEDS: Final = Needs(Area.SEND, Level.FULL)
"""Mail reaches real people and cannot be called back, so it needs the whole permission."""
PATH: Final = "/v3.1/send"


class Acceptor(Protocol):
    """What is asked of `aerogram.submission.accept.Acceptor`."""

    def accept(
        self, submissions: Sequence[Submission], key: IdempotencyKey | None = None
    ) -> Awaitable[list[tuple[Accepted, ...]]]:
        """Commit all of them, or none; once for each key."""
        ...


class SenderBook(Protocol):
    """What is asked of `aerogram.senders.book.SenderBook`."""

    def allows(self, account_id: int, email: str) -> bool:
        """Answer from memory."""
        ...

    async def confirm(self, account_id: int, email: str) -> bool:
        """Answer from the store."""
        ...

    async def is_registered(self, account_id: int, email: str) -> bool:
        """Tell whether the account has such a sender, active or not."""
        ...


class Categories(Protocol):
    """What is asked of `aerogram.senders.categories.MonitoringCategories`."""

    async def exists(self, account_id: int, name: str) -> bool:
        """Answer from the store."""
        ...


class SendV31:
    """Serves everything below ``/v3.1/``: one path, one method, and a page for all others."""

    guard = NEEDS

    def __init__(
        self,
        doorkeeper: Doorkeeper,
        *,
        senders: SenderBook,
        categories: Categories,
        templates: Templates,
        acceptor: Acceptor,
        public_url: str,
    ) -> None:
        self._doorkeeper = doorkeeper
        self._senders = senders
        self._categories = categories
        self._templates = templates
        self._acceptor = acceptor
        self._href = f"{public_url}/v3/REST/message/"
        self._sandbox_href = f"{public_url}/v3/message/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every answer names it in ``X-MJ-Request-GUID``."""
        request_id = str(uuid.uuid4())
        try:
            if scope["path"] == PATH and scope["method"] == "POST":
                answer = await self._answer(scope, receive, request_id)
            else:
                answer = errors.page(errors.NOT_FOUND, "404 Not Found")
        except ClientGoneError:
            return
        named = (*answer.headers, (b"x-mj-request-guid", request_id.encode()))
        await send_answer(scope, send, msgspec.structs.replace(answer, headers=named))

    async def _answer(self, scope: Scope, receive: Receive, request_id: str) -> Answer:
        try:
            principal = await self._doorkeeper.admit(scope)
            authorize(actor_of(principal, "v3.1"), NEEDS.area, NEEDS.level)
            body = await read_body(scope, receive, MAX_BODY_BYTES)
            key = idempotency.read_key(scope, body)
            call = read_call(body)
            if not isinstance(call, mistakes.Mistake):
                transcript = f"POST /v3.1/send from {client_ip(scope)}, request {request_id}"
                return await self._serve(principal, call, transcript, key, body)
        except SuspendedError:
            call = mistakes.SUSPENDED
        except UnauthenticatedError:
            call = mistakes.UNAUTHENTICATED
        except (LockedOutError, RateLimitedError) as error:
            return errors.too_many(error.seconds)
        except ForbiddenError as error:
            return errors.shape_c(mistakes.FORBIDDEN, str(error))
        except (MalformedKeyError, KeyReusedError) as error:
            call = mistakes.wrong_key(*idempotency.refusal(error))
        except BodyTooLargeError:
            call = mistakes.PAYLOAD_TOO_LARGE
        except BodyEncodingError as error:
            return errors.shape_c(mistakes.BAD_REQUEST, str(error))
        except UnavailableError as error:
            return errors.unavailable(error)
        return _flat(call)

    async def _serve(
        self, principal: Principal, call: Call, transcript: str, key: str, body: bytes
    ) -> Answer:
        account_id = principal.account_id
        templates = {each: await self._templates.find(account_id, each) for each in call.template_ids()}
        drafts = call.drafts(templates)
        categories = {category for draft in drafts if (category := draft.asked.monitoring_category)}
        unknown = await self._unknown_categories(account_id, categories) if categories else frozenset()
        wrong = [await self._mistakes_of(account_id, draft, unknown) for draft in drafts]
        good = [draft for draft, noted in zip(drafts, wrong, strict=True) if not noted]
        asked = submissions(good, principal, transcript)
        if isinstance(asked, mistakes.Mistake):
            return _flat(asked)
        if call.is_sandbox:
            receipts, href = [answers.sandboxed(draft) for draft in good], self._sandbox_href
        else:
            named = idempotency.key_of(account_id, key, PATH, body, _taken(wrong)) if key else None
            receipts, href = await self._acceptor.accept(asked, named) if asked else [], self._href
        told = iter(zip(good, receipts, strict=True))
        entries = [
            answers.refused(noted) if noted else answers.sent(*next(told), href_base=href) for noted in wrong
        ]
        headers = idempotency.replay_headers(receipts)
        return Answer(answers.status_of(wrong), answers.encoded(entries), JSON_UTF8, headers)

    async def _unknown_categories(self, account_id: int, named: Iterable[str]) -> frozenset[str]:
        """Give the monitoring categories of a call that the account does not have; each is asked for once."""
        return frozenset([name for name in named if not await self._categories.exists(account_id, name)])

    async def _mistakes_of(
        self, account_id: int, draft: Draft, unknown_categories: frozenset[str]
    ) -> Sequence[Mistake]:
        """Give all that is wrong with a message, its senders and its category included.

        ``Sender`` needs a right that no account has, so it must be a sender of the account; and so
        must ``From``, which only that right would free from it.
        """
        from_email, sender_email = draft.from_email, draft.sender_email
        noted = draft.mistakes
        if from_email and not await self._may_send_from(account_id, from_email):
            noted = (*noted, mistakes.sender_not_authorized(from_email))
        if sender_email and not await self._may_send_from(account_id, sender_email):
            noted = (*noted, await self._mistake_of_sender(account_id, sender_email))
        if draft.asked.monitoring_category in unknown_categories:
            noted = (*noted, mistakes.UNKNOWN_CATEGORY)
        return noted

    async def _mistake_of_sender(self, account_id: int, email: str) -> Mistake:
        if await self._senders.is_registered(account_id, email):
            return mistakes.sender_not_validated(email)
        return mistakes.sender_needs_right(email)

    async def _may_send_from(self, account_id: int, email: str) -> bool:
        return self._senders.allows(account_id, email) or await self._senders.confirm(account_id, email)


def _taken(wrong: Iterable[Sequence[Mistake]]) -> Iterable[int]:
    """Give the indices of the messages that have no mistakes."""
    return (index for index, noted in enumerate(wrong) if not noted)


def _flat(mistake: Mistake) -> Answer:
    return Answer(mistake.status, answers.encoded_mistake(mistake), JSON_UTF8)
