"""The endpoint of the Send API: the steps of a request, which are the same in both versions.

The steps: authenticate, parse, load templates, authorise each message, commit, respond. The response 200 is sent
only after the commit. The differences are in `aerogram.doors.http.send.v3` and `v31`.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from aerogram.base.errors import UnavailableError
from aerogram.doors.asgi.answers import Answer, send_answer
from aerogram.doors.asgi.authentication import RateLimitedError, UnauthenticatedError
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError
from aerogram.doors.asgi.scope import client_ip
from aerogram.doors.asgi.whole_body import read_body
from aerogram.doors.http import idempotency
from aerogram.doors.http.idempotency import MalformedKeyError
from aerogram.doors.http.send.refusals import error_of
from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.shared.limits import MAX_BODY_BYTES
from aerogram.doors.http.send.shared.parsed_message import submissions
from aerogram.doors.http.send.shared.templates import find
from aerogram.doors.http.send.version import Outcome
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError, authorize
from aerogram.model.actor import actor_of
from aerogram.model.decision import Refuse
from aerogram.submission.authorize import NEEDS
from aerogram.submission.once import KeyReusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aerogram.content.templates.templates import Templates
    from aerogram.doors.asgi.authentication import HttpAuthenticator
    from aerogram.doors.asgi.scope import Receive, Scope, Send
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.parsed_message import ParsedMessage
    from aerogram.doors.http.send.shared.templates import Found
    from aerogram.doors.http.send.version import Call, SendVersion
    from aerogram.model.actor import Actor
    from aerogram.model.decision import Decision
    from aerogram.model.message import Accepted
    from aerogram.submission.accept import Acceptor
    from aerogram.submission.authorize import Authorizer

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
"""The errors that reject a whole request; each version has a response for all of them."""

LARGE: Final = 256 * 1024
"""Octets of a body that is parsed in a thread: a larger one may take over 20 ms, up to 1.5 s when it is made to."""
_parser: Final = ThreadPoolExecutor(1, thread_name_prefix="send-parser")
"""One thread for all: two would only make the event loop wait longer for the interpreter."""
_P = ParamSpec("_P")
_T = TypeVar("_T")


class SendEndpoint:
    """Serves one version of the Send API."""

    guard = NEEDS

    def __init__(
        self,
        version: SendVersion,
        authenticator: HttpAuthenticator,
        *,
        authorizer: Authorizer,
        templates: Templates,
        acceptor: Acceptor,
    ) -> None:
        self._version = version
        self._authenticator = authenticator
        self._authorizer = authorizer
        self._templates = templates
        self._acceptor = acceptor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; in versions that name requests, every response has ``X-MJ-Request-GUID``."""
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
            principal = await self._authenticator.admit(scope)
            wrong_method = version.wrong_method(scope)
            if wrong_method is not None:
                return wrong_method
            actor = actor_of(principal, version.door, request_id)
            authorize(actor, NEEDS.area, NEEDS.level)
            body = await read_body(scope, receive, MAX_BODY_BYTES)
            key = idempotency.read_key(scope, body)
            call = version.read_call(body) if len(body) <= LARGE else await _apart(version.read_call, body)
            return await self._serve(actor, call, _transcript(scope, request_id), key, body)
        except REFUSALS as error:
            return version.refused(error)

    async def _serve(self, actor: Actor, call: Call, transcript: str, key: str, body: bytes) -> Answer:
        account_id, version = actor.account_id, self._version
        keys = call.template_keys()
        templates: Found = (
            {each: await find(self._templates, account_id, each) for each in keys} if keys else {}
        )
        is_large = len(body) > LARGE
        messages = (
            await _apart(call.parsed_messages, templates) if is_large else call.parsed_messages(templates)
        )
        requests = [parsed.request(actor, transcript) for parsed in messages]
        decisions = await self._authorizer.decide_all(requests)
        wrong = [_all_errors(parsed, decision) for parsed, decision in zip(messages, decisions, strict=True)]
        if any(wrong) and version.is_whole:
            raise _first_refusal(messages, wrong)
        decided = zip(requests, decisions, wrong, strict=True)
        if is_large:
            submitted = await _apart(submissions, decided, version.too_large)
        else:
            submitted = submissions(decided, version.too_large)
        receipts: list[tuple[Accepted, ...]] = []
        if call.is_sandbox:
            receipts = [
                parsed.sandbox_receipts()
                for parsed, errors in zip(messages, wrong, strict=True)
                if not errors
            ]
        elif submitted:
            # A call that is accepted whole is identified by its body alone.
            taken = () if version.is_whole else _taken(wrong)
            named = idempotency.key_of(actor, key, version.path, body, taken)
            receipts = await self._acceptor.accept(submitted, named)
        outcome = Outcome(messages, wrong, receipts, call.is_sandbox)
        return version.accepted(outcome, idempotency.replay_headers(receipts))


async def _apart(work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Work on a large body in the thread for it."""
    return await asyncio.get_running_loop().run_in_executor(_parser, partial(work, *args, **kwargs))


def _all_errors(parsed: ParsedMessage, decision: Decision) -> Sequence[SendError]:
    """Return all errors of a message: first validation errors, then missing permissions."""
    if not isinstance(decision, Refuse):
        return parsed.errors
    return (*parsed.errors, *[error_of(reason) for reason in decision.reasons])


def _first_refusal(
    messages: Sequence[ParsedMessage], wrong: Sequence[Sequence[SendError]]
) -> RefusedCallError:
    """Return the rejection of an all-or-nothing call, with its first error."""
    parsed, errors = next(each for each in zip(messages, wrong, strict=True) if each[1])
    return RefusedCallError(errors[0].without_path(), parsed.where)


def _transcript(scope: Scope, request_id: str) -> str:
    named = f", request {request_id}" if request_id else ""
    return f"POST {scope['path']} from {client_ip(scope)}{named}"


def _taken(wrong: Iterable[Sequence[SendError]]) -> Iterable[int]:
    """Return the indices of the messages without errors."""
    return (index for index, errors in enumerate(wrong) if not errors)
