"""``/livez`` and ``/readyz``: whether the process runs, and whether it is ready."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import AerogramError
from aerogram.doors.asgi.answers import Answer, send_answer
from aerogram.doors.asgi.scope import SAFE_METHODS
from aerogram.doors.http import errors
from aerogram.identity.gate import Public

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aerogram.doors.asgi.scope import Receive, Scope, Send

    Check = Callable[[], Awaitable[None]]

CHECK_SECONDS: Final = 3.0
"""Timeout of a check: probes do not wait long either."""
_encode: Final = msgspec.json.Encoder().encode


GUARD: Final = Public("Probes have no credentials, and learn only whether the process is ready.")


class Health:
    """Answers probes. A check returns on success, or raises an error that describes the failure."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks

    async def live(self, scope: Scope, _: Receive, send: Send) -> None:
        """Answer 200: the process and its event loop run."""
        await send_answer(scope, send, _if_read(scope, Answer(200, _encode({"status": "live"}))))

    async def ready(self, scope: Scope, _: Receive, send: Send) -> None:
        """Answer 200 if every check passes, else 503 with the result of each."""
        found = await asyncio.gather(*(_run(check) for check in self._checks.values()))
        is_ready = not any(found)
        report = {
            "status": "ready" if is_ready else "not ready",
            "checks": {name: error or "ok" for name, error in zip(self._checks, found, strict=True)},
        }
        status = 200 if is_ready else errors.UNAVAILABLE
        await send_answer(scope, send, _if_read(scope, Answer(status, _encode(report))))


async def _run(check: Check) -> str:
    """Run a check; return its error, or "". Only our own error messages are shown."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS:.0f} seconds"
    except AerogramError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a probe reports whatever is wrong
        return f"failed ({type(error).__name__})"
    return ""


def _if_read(scope: Scope, answer: Answer) -> Answer:
    return answer if scope["method"] in SAFE_METHODS else errors.shape_a(405, "Method not allowed")
