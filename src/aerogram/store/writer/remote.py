"""Committing accepted rows through the writer process of a server on SQLite.

All calls of one turn of the event loop go out in one send, and the writer answers once for each commit. A call is
answered only after its commit. When the connection breaks, the calls in flight fail at once: they may have been
committed. Calls that come while no writer listens wait for `PATIENCE_SECONDS`, which a writer needs to be started
again; after that they fail at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import structlog

from aerogram.base.errors import BusyError, StoreFullError, UnavailableError
from aerogram.store.records.messages.idempotency import Standing
from aerogram.store.writer import frames
from aerogram.store.writer.rows import ignore_count, ignore_full

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.store.records.messages.idempotency import KeyedCall
    from aerogram.store.records.messages.submissions import Rows

T = TypeVar("T")

MAX_BYTES_IN_FLIGHT: Final = 64 * 1024 * 1024
"""What a process holds of unanswered calls; more are refused. A call that is larger passes when nothing else does."""
ANSWER_SECONDS: Final = 20.0
"""After this time without an answer the writer is taken for stuck: longer than it waits for SQLite's lock."""
PATIENCE_SECONDS: Final = 10.0
RETRY_SECONDS: Final = 0.05
LOOK_SECONDS: Final = 1.0
_BROKE: Final = "The process that stores mail ended; the mail may have been stored. Try again later."
_ABSENT: Final = "The process that stores mail does not answer. Try again later."

_log = structlog.stdlib.get_logger("aerogram.store")


class _Waiting:
    """A call that has not been answered."""

    __slots__ = ("count", "future", "receipts", "size")

    def __init__(self, future: asyncio.Future[Any], receipts: Any, count: int, size: int) -> None:
        self.future = future
        self.receipts = receipts
        """What the future gives; the owner of a call with a key."""
        self.count = count
        """The messages of the call."""
        self.size = size
        """The bytes of its frame."""


class RemoteRowWriter:
    """`RowWriter` that sends the rows to the writer process, which listens at ``address``, a path.

    It connects when it is first used, and again after each break. Make it inside the event loop.
    """

    def __init__(self, address: str, *, max_bytes: int = MAX_BYTES_IN_FLIGHT) -> None:
        self._address = address
        self._max_bytes = max_bytes
        self.on_committed: Callable[[int], None] = ignore_count
        self.on_full: Callable[[], None] = ignore_full
        self._loop = asyncio.get_running_loop()
        self._calls: deque[_Waiting] = deque()
        """In the order in which they were or will be sent, which is the order of the answers."""
        self._unsent: list[bytes] = []
        """The frames of the last of these calls."""
        self._bytes = 0
        self._transport: asyncio.WriteTransport | None = None
        """Of a connection on which the writer has greeted."""
        self._connecting: asyncio.Task[None] | None = None
        self._is_absent = False
        self._answered_at = 0.0
        self._look: asyncio.TimerHandle | None = None
        self._drained: asyncio.Future[None] | None = None
        self._is_closed = False

    @property
    def is_connected(self) -> bool:
        """Return whether a writer process takes calls now."""
        return self._transport is not None

    async def connect(self) -> None:
        """Wait until a writer process takes calls."""
        while self._transport is None:
            await asyncio.wait([self._connect_soon()])

    def add(self, rows: Rows, receipts: T) -> asyncio.Future[T]:
        """See `RowWriter.add`."""
        return self._send(frames.frame_of_rows(rows), receipts, len(rows.messages))

    def add_once(self, call: KeyedCall) -> asyncio.Future[Standing]:
        """See `RowWriter.add_once`."""
        return self._send(frames.frame_of_keyed(call), call.owner, len(call.rows.messages))

    async def drain(self) -> None:
        """See `RowWriter.drain`."""
        while self._calls:
            if self._drained is None:
                self._drained = self._loop.create_future()
            await asyncio.wait([self._drained])

    async def close(self) -> None:
        """See `RowWriter.close`."""
        await self.drain()
        self._is_closed = True
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.wait([self._connecting])
        if self._transport is not None:
            self._transport.close()

    def _send(self, frame: bytes, receipts: Any, count: int) -> asyncio.Future[Any]:
        if self._is_absent or self._is_closed:
            raise UnavailableError(_ABSENT)
        size = len(frame)
        if (self._bytes and self._bytes + size > self._max_bytes) or size > frames.MAX_CALL_BYTES:
            raise BusyError
        future: asyncio.Future[Any] = self._loop.create_future()
        if not self._calls:
            self._answered_at = self._loop.time()
            if self._look is None:
                self._look = self._loop.call_later(LOOK_SECONDS, self._look_for_answers)
        self._calls.append(_Waiting(future, receipts, count, size))
        self._bytes += size
        self._unsent.append(frame)
        if self._transport is None:
            self._connect_soon()
        elif len(self._unsent) == 1:
            self._loop.call_soon(self._flush)
        return future

    def _flush(self) -> None:
        if self._transport is not None and self._unsent:
            unsent, self._unsent = self._unsent, []
            self._transport.write(unsent[0] if len(unsent) == 1 else b"".join(unsent))

    def take(self, answers: list[Any]) -> None:
        """Settle the calls that a frame answers. Raises `frames.GarbageError`."""
        calls = self._calls
        committed = 0
        try:
            for answer in answers:
                if type(answer) is int:
                    for _ in range(answer):
                        call = calls.popleft()
                        self._bytes -= call.size
                        committed += call.count
                        if not call.future.done():
                            call.future.set_result(call.receipts)
                else:
                    committed += self._settle(calls.popleft(), answer)
        except (IndexError, TypeError, KeyError) as error:
            raise frames.GarbageError("an answer without a call") from error
        self._answered_at = self._loop.time()
        if not calls:
            self._note_drained()
        if committed:
            self.on_committed(committed)

    def _settle(self, call: _Waiting, answer: list[Any]) -> int:
        """Settle a call that failed, or had a key. Return how many messages it added."""
        self._bytes -= call.size
        error = frames.error_of(answer)
        if isinstance(error, StoreFullError):
            self.on_full()
        if error is not None:
            if not call.future.done():
                call.future.set_exception(error)
            return 0
        standing = Standing(*answer)
        if not call.future.done():
            call.future.set_result(standing)
        return call.count if standing.owner == call.receipts else 0

    def _fail(self, count: int, sentence: str) -> None:
        """Fail the first calls."""
        for _ in range(count):
            call = self._calls.popleft()
            self._bytes -= call.size
            if not call.future.done():
                call.future.set_exception(UnavailableError(sentence))
        if not self._calls:
            self._note_drained()

    def _note_drained(self) -> None:
        if self._drained is not None:
            self._drained.set_result(None)
            self._drained = None

    def _look_for_answers(self) -> None:
        """Break with a writer that has not answered for too long."""
        self._look = None
        if not self._calls:
            return
        self._look = self._loop.call_later(LOOK_SECONDS, self._look_for_answers)
        if self._transport is not None and self._loop.time() - self._answered_at > ANSWER_SECONDS:
            _log.error("writer_process_is_stuck", seconds=ANSWER_SECONDS)
            self._transport.abort()
            self.lost(self._transport)
            self._give_up()

    def found(self, transport: asyncio.WriteTransport) -> None:
        """Send what waits to a writer that has greeted."""
        self._transport = transport
        self._is_absent = False
        self._answered_at = self._loop.time()
        self._flush()

    def lost(self, transport: asyncio.BaseTransport) -> None:
        """Fail the calls that were sent over a connection that broke, and connect again."""
        if self._transport is not transport:
            return
        self._transport = None
        self._fail(len(self._calls) - len(self._unsent), _BROKE)
        if not self._is_closed:
            self._connect_soon()

    def _give_up(self) -> None:
        """Fail calls at once until a writer greets."""
        if self._transport is None:
            self._is_absent = True
            self._unsent.clear()
            self._fail(len(self._calls), _ABSENT)

    def _connect_soon(self) -> asyncio.Task[None]:
        if self._connecting is None:
            self._connecting = self._loop.create_task(self._connect())
        return self._connecting

    async def _connect(self) -> None:
        patience = self._loop.call_later(PATIENCE_SECONDS, self._give_up)
        try:
            while self._transport is None:
                # Nobody listens, or too many wait for it.
                with contextlib.suppress(OSError):
                    await self._connect_once()
                if self._transport is None:
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            patience.cancel()
            self._connecting = None

    async def _connect_once(self) -> None:
        transport, connection = await self._loop.create_unix_connection(
            lambda: _Connection(self), self._address
        )
        try:
            await connection.greeted
        except asyncio.CancelledError:
            transport.abort()
            raise


class _Connection(asyncio.Protocol):
    """A connection to the writer process."""

    _transport: asyncio.WriteTransport

    def __init__(self, writer: RemoteRowWriter) -> None:
        self._writer = writer
        self._splitter = frames.Splitter(frames.MAX_CALL_BYTES)
        self.greeted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the writer has greeted, or the connection was lost before."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        try:
            for frame in self._splitter.split(data):
                if self.greeted.done():
                    self._writer.take(frames.answers_of(frame))
                else:
                    frames.check_greeting(frame)
                    self.greeted.set_result(None)
                    self._writer.found(self._transport)
        except frames.GarbageError as error:
            _log.error("writer_process_of_another_version", error=str(error))
            self._transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        if not self.greeted.done():
            self.greeted.set_result(None)
        self._writer.lost(self._transport)
