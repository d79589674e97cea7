"""The endpoint of ``POST /v3/send``: the rules are in `aerogram.doors.http.v3`, here they meet the services.

The steps: who asks, what is asked, which templates, may each message come from its sender, commit, answer.
An answer of 200 is given only after the commit, and then every recipient of the call is in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import UnavailableError
from aerogram.doors.http import errors, idempotency
from aerogram.doors.http.answers import Answer, send_answer
from aerogram.doors.http.asgi import client_ip
from aerogram.doors.http.basic_auth import RateLimitedError, UnauthenticatedError
from aerogram.doors.http.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError, read_body
from aerogram.doors.http.idempotency import MalformedKeyError
from aerogram.doors.http.v3 import answer as answers
from aerogram.doors.http.v3 import mistakes
from aerogram.doors.http.v3.call import read_call, submissions
from aerogram.doors.http.v3.mistakes import RefusedCallError
from aerogram.doors.http.v3.templates import find
from aerogram.doors.http.v31.limits import MAX_BODY_BYTES
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError, Needs, authorize
from aerogram.model.account import Area, Level
from aerogram.model.actor import actor_of
from aerogram.submission.once import KeyReusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.http.asgi import Receive, Scope, Send
    from aerogram.doors.http.basic_auth import Doorkeeper
    from aerogram.doors.http.send_v31 import Acceptor, Categories, SenderBook
    from aerogram.doors.http.v3.draft import Draft
    from aerogram.doors.http.v3.templates import Found, Templates
    from aerogram.doors.http.v31.mistakes import Mistake
    from aerogram.model.account import Principal
    from aerogram.model.message import Submission

NEEDS: Final = Needs(Area.SEND, Level.FULL)
"""Mail reaches real people and cannot be called back, so it needs the whole permission."""
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
        doorkeeper: Doorkeeper,
        *,
        senders: SenderBook,
        categories: Categories,
        templates: Templates,
        acceptor: Acceptor,
    ) -> None:
        self._doorkeeper = doorkeeper
        self._senders = senders
        self._templates = templates
        self._categories = categories
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
            principal = await self._doorkeeper.admit(scope)
            if scope["method"] != "POST":
                return errors.shape_a(_NOT_ALLOWED, "Method not allowed", headers=((b"allow", b"POST"),))
            authorize(actor_of(principal, "v3"), NEEDS.area, NEEDS.level)
            body = await read_body(scope, receive, MAX_BODY_BYTES)
            key = idempotency.read_key(scope, body)
            asked = await self._submissions(principal, body, f"POST {scope['path']} from {client_ip(scope)}")
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

    async def _submissions(self, principal: Principal, body: bytes, transcript: str) -> list[Submission]:
        """Give what a call asks to be made durable. Raises `RefusedCallError`."""
        call = read_call(body)
        account_id = principal.account_id
        templates: Found = {key: await find(self._templates, account_id, key) for key in call.template_keys()}
        drafts = call.drafts(templates)
        await self._check(account_id, drafts)
        return submissions(drafts, principal, transcript)

    async def _check(self, account_id: int, drafts: Sequence[Draft]) -> None:
        """Raise `RefusedCallError` for the first message whose senders or category are not the account's."""
        for draft in drafts:
            if not await self._may_send_from(account_id, draft.from_email):
                raise RefusedCallError(mistakes.sender_not_authorized(draft.from_email), draft.where)
            sender = draft.sender_email
            if sender and not await self._may_send_from(account_id, sender):
                raise RefusedCallError(await self._mistake_of_sender(account_id, sender), draft.where)
            category = draft.asked.monitoring_category
            if category and not await self._categories.exists(account_id, category):
                raise RefusedCallError(mistakes.UNKNOWN_CATEGORY, draft.where)

    async def _mistake_of_sender(self, account_id: int, email: str) -> Mistake:
        if await self._senders.is_registered(account_id, email):
            return mistakes.sender_not_validated(email)
        return mistakes.sender_needs_right(email)

    async def _may_send_from(self, account_id: int, email: str) -> bool:
        return self._senders.allows(account_id, email) or await self._senders.confirm(account_id, email)
