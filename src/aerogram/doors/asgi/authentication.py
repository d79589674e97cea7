"""Authenticate requests: HTTP Basic with API key and secret key (RFC 7617), or a bearer token (RFC 6750)."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, Protocol

from aerogram.base.errors import RefusedError
from aerogram.doors.asgi.scope import client_ip, header, prove
from aerogram.doors.asgi.sites import refuse_other_sites
from aerogram.identity.rate import payer

if TYPE_CHECKING:
    from aerogram.doors.asgi.scope import Scope
    from aerogram.identity.attempts import LoginAttempts
    from aerogram.identity.rate import RateLimiter
    from aerogram.model.account import Principal


class UnauthenticatedError(RefusedError):
    """The credentials are missing or not valid."""


class SuspendedError(UnauthenticatedError):
    """The credentials are valid, but their account is not active."""


class RateLimitedError(RefusedError):
    """The account made too many requests; the next one is possible after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__("Rate limit exceeded")
        self.seconds = seconds


class Authenticator(Protocol):
    """The interface of `aerogram.identity.authenticate.Authenticator`."""

    def cached(self, key: str, secret: str) -> Principal | None:
        """Look the credentials up in the cache."""
        ...

    async def check(self, key: str, secret: str) -> Principal | None:
        """Check the credentials against the store."""
        ...

    async def is_suspended(self, key: str, secret: str) -> bool:
        """Return whether valid credentials are rejected only because their account is inactive."""
        ...


class Tokens(Protocol):
    """The interface of `aerogram.identity.content_tokens.ContentTokens`."""

    async def check(self, token: str) -> Principal | None:
        """Return the principal of a bearer token."""
        ...


class HttpAuthenticator:
    """Authenticates HTTP requests."""

    def __init__(
        self, authenticator: Authenticator, attempts: LoginAttempts, rate: RateLimiter, tokens: Tokens
    ) -> None:
        self._authenticator = authenticator
        self._rate = rate
        self._attempts = attempts
        self._tokens = tokens

    async def admit(self, scope: Scope) -> Principal:
        """Return the principal of a request.

        Raises `ForbiddenError` for a request from a page of another site, `UnauthenticatedError` (or its
        `SuspendedError`), `LockedOutError`, `RateLimitedError`, or `UnavailableError`.
        """
        refuse_other_sites(scope)
        pair = credentials(header(scope, b"authorization"))
        if pair is None:
            raise UnauthenticatedError("The request has no credentials.")
        key, secret = pair
        ip = client_ip(scope)
        self._attempts.check(key, ip, only_keys=True)
        principal = self._authenticator.cached(key, secret) or await self._opened_by(key, secret, ip)
        self._attempts.succeeded(key, ip, only_keys=True)
        self._take(scope, principal)
        return principal

    async def admit_with_token(self, scope: Scope) -> Principal:
        """Like `admit`, but also accept a token of the Content API."""
        token = bearer_token(header(scope, b"authorization"))
        if token is None:
            return await self.admit(scope)
        refuse_other_sites(scope)
        ip = client_ip(scope)
        # A token is its own name: the wrong token of a neighbour does not lock out the right one of another.
        self._attempts.check(token, ip, only_keys=True)
        principal = await self._tokens.check(token)
        if principal is None:
            self._attempts.failed(token, ip, only_keys=True)
            raise UnauthenticatedError("The token is not valid.")
        self._attempts.succeeded(token, ip, only_keys=True)
        self._take(scope, principal)
        return principal

    def _take(self, scope: Scope, principal: Principal) -> None:
        prove(scope)
        is_sandboxed = principal.defaults.is_sandboxed
        seconds = self._rate.take(payer(principal.account_id, is_sandboxed=is_sandboxed))
        if seconds:
            raise RateLimitedError(seconds)

    async def _opened_by(self, key: str, secret: str, ip: str) -> Principal:
        principal = await self._authenticator.check(key, secret)
        if principal is None:
            if await self._authenticator.is_suspended(key, secret):
                raise SuspendedError("The account is not active.")
            self._attempts.failed(key, ip, only_keys=True)
            raise UnauthenticatedError("The credentials are wrong.")
        return principal


def credentials(authorization: bytes) -> tuple[str, str] | None:
    """Parse an Authorization header as user and password; None if it is not Basic or malformed."""
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        text = binascii.a2b_base64(token.strip(), strict_mode=True).decode()
    except ValueError:
        return None
    key, colon, secret = text.partition(":")
    # No key or secret contains a NUL, and PostgreSQL rejects one.
    return (key, secret) if colon and "\0" not in text else None


def bearer_token(authorization: bytes) -> str | None:
    """Parse an Authorization header as a bearer token; None for another scheme."""
    scheme, _, token = authorization.partition(b" ")
    return token.strip().decode("latin-1") if scheme.lower() == b"bearer" else None
