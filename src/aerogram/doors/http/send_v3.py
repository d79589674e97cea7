"""The endpoint of ``POST /v3/send``: the rules are in `aerogram.doors.http.v3`, here they meet the services.

The steps: who asks, what is asked, which templates, may each message be sent, commit, answer.
An answer of 200 is given only after the commit, and then every recipient of the call is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import UnavailableError
from aerogram.doors.asgi.answers import Answer, send_answer
from aerogram.doors.asgi.authentication import RateLimitedError, UnauthenticatedError
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError, read_body
from aerogram.doors.asgi.scope import client_ip
from aerogram.doors.http import errors, idempotency
from aerogram.doors.http.idempotency import MalformedKeyError
from aerogram.doors.http.refusals import error_of
from aerogram.doors.http.v3 import answer as answers
from aerogram.doors.http.v3 import mistakes
from aerogram.doors.http.v3.call import read_call, submissions
from aerogram.doors.http.v3.mistakes import RefusedCallError
from aerogram.doors.http.v3.templates import find
from aerogram.doors.http.v31.limits import MAX_BODY_BYTES
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError, authorize
from aerogram.model.actor import actor_of
from aerogram.model.decision import Refuse
from aerogram.submission.authorize import NEEDS
from aerogram.submission.once import KeyReusedError

if TYPE_CHECKING:
    from aerogram.doors.asgi.authentication import HttpAuthenticator
    from aerogram.doors.asgi.scope import Receive, Scope, Send
    from aerogram.doors.http.send_v31 import Acceptor
    from aerogram.doors.http.v3.templates import Found, Templates
    from aerogram.model.actor import Actor
    from aerogram.model.message import Submission
    from aerogram.submission.authorize import Authorizer

DOOR: Final = "v3"
"""How the record of a message names this way in."""
PATH: Final = "/v3/send"
PATHS: Final = frozenset({PATH, f"{PATH}/", f"{PATH}/message", f"{PATH}/message/"})
"""One service by two names (facts: SEND.md B1); a slash at the end is as good as none."""
_OK: Final = 200
_NOT_ALLOWED: Final = 405


class SendV3:
    """Serves all of `PATHS`."""

    guard = NEEDS

    def __init__(
        self,
        authenticator: HttpAuthenticator,
        *,
        authorizer: Authorizer,
        templates: Templates,
        acceptor: Acceptor,
    ) -> None:
        self._authenticator = authenticator
        self._authorizer = authorizer
        self._templates = templates
        self._acceptor = acceptor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive)
        except ClientGoneError:
            return
        await send_answer(scope, send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        try:
            principal = await self._authenticator.admit(scope)
            if scope["method"] != "POST":
                return errors.shape_a(_NOT_ALLOWED, "Method not allowed", headers=((b"allow", b"POST"),))
            actor = actor_of(principal, DOOR)
            authorize(actor, NEEDS.area, NEEDS.level)
            body = await read_body(scope, receive, MAX_BODY_BYTES)
            key = idempotency.read_key(scope, body)
            transcript = f"POST {scope['path']} from {client_ip(scope)}"
            asked = await self._submissions(actor, body, transcript)
            # A call is accepted whole, so the body alone says what was taken; and by either path it is the same.
            named = idempotency.key_of(principal.account_id, key, PATH, body, ())
            receipts = await self._acceptor.accept(asked, named)
            return Answer(_OK, answers.sent(receipts), headers=idempotency.replay_headers(receipts))
        except UnauthenticatedError:
            return errors.unauthorized_v3()
        except (LockedOutError, RateLimitedError) as error:
            return errors.too_many(error.seconds)
        except ForbiddenError as error:
            return errors.shape_a(mistakes.FORBIDDEN, str(error))
        except (MalformedKeyError, KeyReusedError) as error:
            code, status, why = idempotency.refusal(error)
            return errors.shape_a(status, why, code)
        except RefusedCallError as error:
            return errors.shape_a(error.status, str(error), error.where)
        except BodyTooLargeError as error:
            return errors.shape_a(mistakes.TOO_LARGE, str(error))
        except BodyEncodingError as error:
            return errors.shape_a(mistakes.BAD_REQUEST, str(error))
        except UnavailableError as error:
            return errors.unavailable_v3(error)

    async def _submissions(self, actor: Actor, body: bytes, transcript: str) -> list[Submission]:
        """Give what a call asks to be made durable. Raises `RefusedCallError` for the first reason against it."""
        call = read_call(body)
        account_id = actor.account_id
        templates: Found = {key: await find(self._templates, account_id, key) for key in call.template_keys()}
        drafts = call.drafts(templates)
        requests = [draft.request(actor, transcript) for draft in drafts]
        authorised = []
        for draft, request, decision in zip(
            drafts, requests, await self._authorizer.decide_all(requests), strict=True
        ):
            if isinstance(decision, Refuse):
                raise RefusedCallError(mistakes.in_words_of(error_of(decision.reasons[0])), draft.where)
            authorised.append((request, decision))
        return submissions(authorised)
