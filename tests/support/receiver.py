"""A webhook receiver of the tests: a real HTTP server whose answers a test decides."""

import asyncio
import contextlib
import json

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Request:
    """One POST as it came in."""

    def __init__(self, line, headers, body):
        self.line = line
        self.headers = headers
        self.body = body

    @property
    def path(self):
        return self.line.split(" ")[1]

    @property
    def events(self):
        """The events of the body, whether it is an object or an array."""
        words = json.loads(self.body)
        return words if isinstance(words, list) else [words]


class Receiver:
    """Answers with what ``answer(request)`` gives: a status, raw bytes, or None to hang."""

    def __init__(self):
        self.requests = []
        self.connections = 0
        self.under_way = 0
        self.most_under_way = 0
        self.answer = lambda _: 200
        self._changed = asyncio.Condition()
        self._tasks = set()

    async def start(self, tls=None):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def url(self, path="/hook", userinfo="", host="127.0.0.1", scheme="http"):
        return f"{scheme}://{userinfo}{host}:{self.port}{path}"

    @property
    def events(self):
        return [event for request in self.requests for event in request.events]

    async def until(self, condition, seconds=20):
        """Wait until ``condition(self)`` holds."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def stop(self):
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        self._tasks.add(task := asyncio.current_task())
        self.connections += 1
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                while True:
                    await self._answer_one(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer_one(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.rstrip("\r\n").split("\r\n")
        headers = {name.lower(): value for name, value in (field.split(": ", 1) for field in fields)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        request = Request(line, headers, body)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        async with self._changed:
            self.requests.append(request)
            self._changed.notify_all()
        try:
            answer = self.answer(request)
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer is None:
                await asyncio.Event().wait()
        finally:
            self.under_way -= 1
        if isinstance(answer, int):
            answer = OK.replace(b"200 OK", b"%d Status" % answer)
        writer.write(answer)
        await writer.drain()
