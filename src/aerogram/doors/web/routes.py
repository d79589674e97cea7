"""Routes of pages: each declares, for every method, what it needs or why it is public."""

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
"""Looking at captured mail, as at messages over the API."""
DELETE: Final = Needs(Area.STATISTICS, Level.FULL)
"""Forgetting captured mail cannot be undone."""
LOOKING: Final[Mapping[str, Needs]] = {"GET": READ}
FORGETTING: Final[Mapping[str, Needs]] = {"GET": READ, "DELETE": DELETE}


class GuardedRoute(Route):
    """A path with the guard of each of its methods; others are refused."""

    def __init__(self, path: str, handler: Handler, guards: Mapping[str, Guard]) -> None:
        super().__init__(path, handler, methods=list(guards))
        self.guards = dict(guards)


def needs_of(request: Request, guards: Mapping[str, Needs]) -> Needs:
    """Give what a request needs; HEAD is a GET without the body."""
    return guards["GET" if request.method == "HEAD" else request.method]
