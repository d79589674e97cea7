"""HTTP Basic: user is the API key, password the secret key (RFC 7617)."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Protocol

from aerogram.base.errors import RefusedError
from aerogram.doors.http.asgi import client_ip, header

if TYPE_CHECKING:
    from aerogram.doors.http.asgi import Scope
    from aerogram.identity.attempts import LoginAttempts
    from aerogram.identity.rate import RateLimiter
    from aerogram.model.account import Principal


class UnauthenticatedError(RefusedError):
    """There are no credentials, or they open nothing."""


class SuspendedError(UnauthenticatedError):
    """The credentials are right, and their account is not active."""


class RateLimitedError(RefusedError):
    """The account made too many requests; ``seconds`` until the next one is looked at."""

    def __init__(self, seconds: int) -> None:
        super().__init__("Rate limit exceeded")
        self.seconds = seconds


class Authenticator(Protocol):
    """What is asked of `aerogram.identity.authenticate.Authenticator`."""

    def cached(self, key: str, secret: str) -> Principal | None:
        """Answer from memory."""
        ...

    async def check(self, key: str, secret: str) -> Principal | None:
        """Answer from the store."""
        ...

    async def is_suspended(self, key: str, secret: str) -> bool:
        """Tell whether only the state of their account keeps credentials from opening it."""
        ...


class Doorkeeper:
    """Finds out who sends a request."""

    def __init__(self, authenticator: Authenticator, attempts: LoginAttempts, rate: RateLimiter) -> None:
        self._authenticator = authenticator
        self._rate = rate
        self._attempts = attempts

    async def admit(self, scope: Scope) -> Principal:
        """Give the caller of a request.

        Raises `UnauthenticatedError` (or its `SuspendedError`), `LockedOutError`, `RateLimitedError`, or `UnavailableError`.
        """
        pair = credentials(header(scope, b"authorization"))
        if pair is None:
            raise UnauthenticatedError("The request has no credentials.")
        key, secret = pair
        ip = client_ip(scope)
        self._attempts.check(key, ip)
        principal = self._authenticator.cached(key, secret) or await self._authenticator.check(key, secret)
        if principal is None:
            if await self._authenticator.is_suspended(key, secret):
                raise SuspendedError("The account is not active.")
            self._attempts.failed(key, ip)
            raise UnauthenticatedError("The credentials are wrong.")
        self._attempts.succeeded(key, ip)
        seconds = self._rate.take(principal.account_id)
        if seconds:
            raise RateLimitedError(seconds)
        return principal


def credentials(authorization: bytes) -> tuple[str, str] | None:
    """Read an Authorization header as user and password; None when it is not Basic or not readable."""
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        text = binascii.a2b_base64(token.strip(), strict_mode=True).decode()
    except ValueError:
        return None
    key, colon, secret = text.partition(":")
    # No key or secret has a NUL, and PostgreSQL cannot even compare with one.
    return (key, secret) if colon and "\0" not in text else None
