"""A writer process over a store, as a server on SQLite has one, to be killed and paused."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

from aerogram.store.writer.serve import serve_writer


class WriterProcess:
    """The process, and the socket it listens at, which outlives it."""

    def __init__(self, store, address, *, wrapper=()):
        self.store = store
        self.address = str(address)
        self._wrapper = wrapper
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listening.bind(self.address)
        self._listening.listen(16)
        self._process = None
        self.kills = 0

    async def start(self):
        self._process = await asyncio.create_subprocess_exec(
            *self._wrapper,
            *(sys.executable, "-m", "support.writer_process", str(self.store), str(self._listening.fileno())),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=[self._listening.fileno()],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def send_signal(self, number):
        self._process.send_signal(number)

    async def kill(self):
        self.kills += 1
        self._process.kill()
        await self._process.communicate()

    async def stop(self):
        """Ask it to drain; give the messages that it said were committed."""
        self._process.stdin.close()
        said = await self._process.stdout.read()
        assert await self._process.wait() == 0
        return sum(map(int, said.split()))

    async def close(self):
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGCONT)
            await self.kill()
        self._listening.close()


@contextlib.asynccontextmanager
async def writer_process(store, **options):
    """Have a writer process at a short path: those of sockets may have about a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="aerogram-", dir="/tmp") as folder:
        process = WriterProcess(store, Path(folder) / "w", **options)
        try:
            await process.start()
            yield process
        finally:
            await process.close()


if __name__ == "__main__":
    serve_writer(
        Path(sys.argv[1]),
        socket.socket(fileno=int(sys.argv[2])),
        sys.stdin,
        on_committed=lambda count: os.write(1, b"%d\n" % count),
    )
