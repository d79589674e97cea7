"""An HTTP server of one small application, and what a socket says to it byte by byte."""

import asyncio
import contextlib

from aerogram.app.http.server import HttpServers
from aerogram.app.listening import _bind
from aerogram.app.settings.values import HostPort
from aerogram.net.tls import self_signed, server_context


class Recorder:
    """An application that keeps what it is called with, and answers with the body."""

    def __init__(self):
        self.calls = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, scope, receive, send):
        call = {"path": scope["path"], "headers": list(scope["headers"]), "body": None}
        self.calls.append(call)
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return
            body += message["body"]
            more = message["more_body"]
        call["body"] = body
        await self.gate.wait()
        said = b"%s:%s" % (scope["path"].encode(), body)
        length = (b"content-length", b"%d" % len(said))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": said})

    @property
    def paths(self):
        return [call["path"] for call in self.calls]


@contextlib.asynccontextmanager
async def serving(app, connections=None, folder=None):
    """Serve an application on a free port, with TLS if there is a folder for the certificate; gives the port."""
    listening = _bind("http", HostPort("127.0.0.1", 0))
    servers = HttpServers(connections=connections)
    tls = None if folder is None else server_context(*self_signed(folder, "localhost"))
    await servers.start(app, listening, tls)
    try:
        yield listening.getsockname()[1]
    finally:
        await servers.close(0.1)
        listening.close()


async def say(port, *pieces, **options):
    """Send pieces, and give all that is received until the server ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **options)
    received = asyncio.create_task(reader.read())
    with contextlib.suppress(ConnectionError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
    try:
        return await asyncio.wait_for(received, 10)
    finally:
        writer.close()


def statuses(received):
    """Give the statuses of all responses in what was received."""
    return [int(each.split(b" ", 1)[0]) for each in received.split(b"HTTP/1.1 ")[1:]]
