"""Routes of pages: each declares the permission of every method, or why it is public."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aerogram.identity.gate import Guard, Needs
from aerogram.model.account import Area, Level

Handler = Callable[[Request], Awaitable[Response]]

READ: Final = Needs(Area.STATISTICS, Level.READ)
"""Read captured mail, like messages over the API."""
DELETE: Final = Needs(Area.STATISTICS, Level.FULL, in_sandbox=True)
"""Delete captured mail, which cannot be undone; sandbox keys delete only the mail of sandbox keys."""
LOOKING: Final[Mapping[str, Needs]] = {"GET": READ}
FORGETTING: Final[Mapping[str, Needs]] = {"GET": READ, "DELETE": DELETE}


class GuardedRoute(Route):
    """A path with the guard of each method; other methods are rejected."""

    def __init__(self, path: str, handler: Handler, guards: Mapping[str, Guard]) -> None:
        super().__init__(path, handler, methods=list(guards))
        self.guards = dict(guards)


def needs_of(request: Request, guards: Mapping[str, Needs]) -> Needs:
    """Return the guard of a request; HEAD counts as GET."""
    return guards["GET" if request.method == "HEAD" else request.method]
