"""The endpoint of ``POST /v3.1/send``: the rules are in `aerogram.doors.http.v31`, here they meet the services.

The steps: who asks, what is asked, may each message be sent, commit, answer. An answer
of 200 is given only after the commit.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from aerogram.base.errors import UnavailableError
from aerogram.doors.asgi.answers import JSON_UTF8, Answer, send_answer
from aerogram.doors.asgi.authentication import RateLimitedError, SuspendedError, UnauthenticatedError
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError, read_body
from aerogram.doors.asgi.scope import client_ip
from aerogram.doors.http import errors, idempotency
from aerogram.doors.http.idempotency import MalformedKeyError
from aerogram.doors.http.refusals import error_of
from aerogram.doors.http.v31 import answer as answers
from aerogram.doors.http.v31 import mistakes
from aerogram.doors.http.v31.call import read_call, submissions
from aerogram.doors.http.v31.limits import MAX_BODY_BYTES
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError, authorize
from aerogram.model.actor import actor_of
from aerogram.model.decision import Refuse
from aerogram.submission.authorize import NEEDS
from aerogram.submission.once import KeyReusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence

    from aerogram.doors.asgi.authentication import HttpAuthenticator
    from aerogram.doors.asgi.scope import Receive, Scope, Send
    from aerogram.doors.http.v31.call import Call
    from aerogram.doors.http.v31.message import Draft
    from aerogram.doors.http.v31.mistakes import Mistake
    from aerogram.doors.http.v31.templates import Templates
    from aerogram.model.actor import Actor
    from aerogram.model.decision import Decision
    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.model.message import Accepted, Submission
    from aerogram.submission.authorize import Authorizer

DOOR: Final = "v3.1"
"""How the record of a message names this way in."""
PATH: Final = "/v3.1/send"


class Acceptor(Protocol):
    """What is asked of `aerogram.submission.accept.Acceptor`."""

    def accept(
        self, submissions: Sequence[Submission], key: IdempotencyKey | None = None
    ) -> Awaitable[list[tuple[Accepted, ...]]]:
        """Commit all of them, or none; once for each key."""
        ...


class SendV31:
    """Serves everything below ``/v3.1/``: one path, one method, and a page for all others."""

    guard = NEEDS

    def __init__(
        self,
        authenticator: HttpAuthenticator,
        *,
        authorizer: Authorizer,
        templates: Templates,
        acceptor: Acceptor,
        public_url: str,
    ) -> None:
        self._authenticator = authenticator
        self._authorizer = authorizer
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
            principal = await self._authenticator.admit(scope)
            actor = actor_of(principal, DOOR, request_id)
            authorize(actor, NEEDS.area, NEEDS.level)
            body = await read_body(scope, receive, MAX_BODY_BYTES)
            key = idempotency.read_key(scope, body)
            call = read_call(body)
            if not isinstance(call, mistakes.Mistake):
                transcript = f"POST /v3.1/send from {client_ip(scope)}, request {request_id}"
                return await self._serve(actor, call, transcript, key, body)
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

    async def _serve(self, actor: Actor, call: Call, transcript: str, key: str, body: bytes) -> Answer:
        account_id = actor.account_id
        templates = {each: await self._templates.find(account_id, each) for each in call.template_ids()}
        drafts = call.drafts(templates)
        requests = [draft.request(actor, transcript) for draft in drafts]
        decisions = await self._authorizer.decide_all(requests)
        wrong = [_all_errors(*each) for each in zip(drafts, decisions, strict=True)]
        good = [draft for draft, noted in zip(drafts, wrong, strict=True) if not noted]
        asked = submissions(
            (request, decision)
            for request, decision, noted in zip(requests, decisions, wrong, strict=True)
            if not noted and not isinstance(decision, Refuse)
        )
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


def _all_errors(draft: Draft, decision: Decision) -> Sequence[Mistake]:
    """Give all that is wrong with a message: first what it is, then what it may not be."""
    if not isinstance(decision, Refuse):
        return draft.mistakes
    return (*draft.mistakes, *[error_of(reason) for reason in decision.reasons])


def _taken(wrong: Iterable[Sequence[Mistake]]) -> Iterable[int]:
    """Give the indices of the messages that have no mistakes."""
    return (index for index, noted in enumerate(wrong) if not noted)


def _flat(mistake: Mistake) -> Answer:
    return Answer(mistake.status, answers.encoded_mistake(mistake), JSON_UTF8)
