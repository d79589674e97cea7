"""What the HTTP APIs are built from, and what they are once built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.doors.rest.registry import RestServices

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from aerogram.base.shared.board import Process
    from aerogram.doors.asgi.scope import Endpoint
    from aerogram.doors.http.health import Check
    from aerogram.doors.http.rest_v3 import Rest
    from aerogram.doors.http.send.endpoint import SendEndpoint
    from aerogram.queue.depth import Depth
    from aerogram.submission.services import SubmissionServices


class HttpServices(RestServices, frozen=True, kw_only=True):
    """What the APIs need besides what their resources need."""

    submission: SubmissionServices
    version: str
    """The release, as ``/openapi.json`` shows it."""
    checks: Mapping[str, Check]
    """What ``/readyz`` checks; each raises when it fails."""
    counts: Callable[[], Mapping[str, int]]
    """Messages by what happened to them since the start of the server, for ``/metrics``."""
    queue_depth: Callable[[], Awaitable[Depth]]
    """How many messages wait, for ``/metrics``."""
    reader_lags: Callable[[], Awaitable[Mapping[str, float]]]
    """The age in seconds of the first unread event of each reader of the event log, for ``/metrics``."""
    processes: Callable[[], Sequence[Process]] = tuple
    """The processes of a server that has several, for ``/metrics``."""


class HttpApis(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoints of the APIs, which `aerogram.doors.front` puts on their paths."""

    send_v31: SendEndpoint
    send_v3: SendEndpoint
    rest: Rest
    by_path: Mapping[str, Endpoint]
    """Endpoints with one path each."""
