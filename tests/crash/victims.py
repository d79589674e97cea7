"""What is killed: the whole server, or one process of several; or it is only stopped for a while."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

from support.waiting import until

if TYPE_CHECKING:
    import random

    from support.server import ServerProcess

EVERYTHING = "everything"
SUPERVISOR = "supervisor"
PAUSED = "paused "
"""Before the kind of a process that is stopped with SIGSTOP and goes on."""
KINDS = ("writer", "edge", "delivery")
PAUSE_SECONDS = (0.2, 4.0)
AGAIN_WITHIN = 60.0
"""Seconds until a server whose process was killed must be ready again."""


def kinds_of(server: ServerProcess) -> list[str]:
    """Give what can be done to a server."""
    here = {name.split()[0] for name in server.children()}
    if not here:
        return [EVERYTHING]
    single = [kind for kind in KINDS if kind in here]
    return [EVERYTHING, SUPERVISOR, *single, *(PAUSED + kind for kind in single)]


async def strike(server: ServerProcess, kind: str, chance: random.Random) -> None:
    """Do it, and see to it that the server is ready again."""
    if kind == EVERYTHING:
        server.kill()
        await asyncio.to_thread(server.start)
    elif kind == SUPERVISOR:
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.to_thread(server.wait)
        # The other processes drain for some seconds; the new server waits for them.
        await asyncio.to_thread(_start_when_ports_are_free, server)
    else:
        children = server.children()
        name = chance.choice(sorted(each for each in children if each.startswith(kind.removeprefix(PAUSED))))
        if kind.startswith(PAUSED):
            with contextlib.suppress(ProcessLookupError):
                os.kill(children[name], signal.SIGSTOP)
                await asyncio.sleep(chance.uniform(*PAUSE_SECONDS))
                os.kill(children[name], signal.SIGCONT)
        else:
            os.kill(children[name], signal.SIGKILL)
            await until(lambda: _is_another(server, name, children[name]), f"another {name}", AGAIN_WITHIN)
        await asyncio.to_thread(server.wait_until_ready)


async def _is_another(server: ServerProcess, name: str, pid: int) -> bool:
    return server.children().get(name, pid) != pid


def _start_when_ports_are_free(server: ServerProcess) -> None:
    """Start as a service manager does: again, while the orphans still listen."""
    for _ in range(100):
        with contextlib.suppress(AssertionError):
            server.start()
            return
    server.start()
