"""Letters on their way through the preparing threads, while the worker claims and sends others.

Signing with RSA takes longer than everything else that a letter needs, and releases the interpreter's lock. So the
threads are kept busy: the next letters wait here before the last ones are done, and what is done reaches the event
loop in one call, however many threads finished meanwhile.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from aerogram.delivery.prepare import MAX_PREPARED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.delivery.prepare import Prepared
    from aerogram.model.message import Letter

    Prepare = Callable[[Sequence[Letter]], list[Prepared]]

CHUNK: Final = 25
"""Letters prepared by one call of a thread: enough to spread its cost, few enough to begin soon."""
MAX_BYTES_IN_FLIGHT: Final = 64 * 1024 * 1024
"""Composed bytes that wait for the network or their record; above this nothing more is composed."""


class Preparing:
    """Prepares letters in threads. Lives in one event loop.

    ``taken`` is called in the loop with letters that are prepared, ``changed`` after letters left for a thread: then
    `wants_more` may have become true.
    """

    def __init__(
        self,
        prepare: Prepare,
        taken: Callable[[list[Prepared]], None],
        changed: Callable[[], None],
        *,
        threads: int,
    ) -> None:
        self._prepare = prepare
        self._taken = taken
        self._changed = changed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[Letter] = deque()
        self._idle = threads
        self._threads = threads
        self._jobs: queue.SimpleQueue[list[Letter] | None] = queue.SimpleQueue()
        self._made: deque[tuple[list[Letter], list[Prepared] | BaseException]] = deque()
        self._is_woken = False
        self._is_closed = False
        self._done = asyncio.Event()
        self._done.set()
        self._bytes = 0
        self._sizes: dict[tuple[int, int], int] = {}
        self._failure: BaseException | None = None

    @property
    def wants_more(self) -> bool:
        """Tell whether more letters should be claimed, so that no thread runs out of work.

        Raises what a thread raised.
        """
        if self._failure is not None:
            raise self._failure
        return len(self._waiting) < CHUNK

    def add(self, letters: Sequence[Letter]) -> None:
        """Prepare letters. All that preparing them needs was loaded before."""
        if letters and not self._is_closed:
            self._done.clear()
            self._waiting.extend(letters)
            self._begin()

    async def done(self) -> None:
        """Wait until all letters are prepared and taken, or nothing more will be."""
        await self._done.wait()

    def forget(self, letter: Letter) -> None:
        """Free the bytes of a letter that is recorded, so that others may be composed."""
        self._bytes -= self._sizes.pop((letter.message_id, letter.lease), 0)
        if self._waiting:
            self._begin()

    async def close(self) -> None:
        """Begin nothing more; wait until what the threads have begun is taken."""
        self._is_closed = True
        self._waiting.clear()
        self._note_done()
        await self._done.wait()
        if self._loop is not None:
            self._loop = None
            for _ in range(self._threads):
                self._jobs.put(None)

    def _begin(self) -> None:
        """Give waiting letters to idle threads, in equal shares, while there is room for their bytes."""
        begun = False
        while self._idle and self._waiting and not self._is_closed and self._has_room():
            share = min(CHUNK, -(-len(self._waiting) // self._idle))
            letters = [self._waiting.popleft() for _ in range(share)]
            self._start()
            self._idle -= 1
            self._jobs.put(letters)
            begun = True
        if begun:
            self._changed()

    def _has_room(self) -> bool:
        # Nobody knows how large the mails will be that the other threads are composing.
        composing = (self._threads - self._idle) * MAX_PREPARED
        return self._bytes + composing <= MAX_BYTES_IN_FLIGHT

    def _start(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            for number in range(self._threads):
                # A thread that hangs in a file must not keep the process.
                threading.Thread(
                    target=self._work, args=(self._loop,), name=f"prepare-{number}", daemon=True
                ).start()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """Prepare letters until told to end; runs in each thread."""
        while (letters := self._jobs.get()) is not None:
            made: list[Prepared] | BaseException
            try:
                made = self._prepare(letters)
            except BaseException as error:  # noqa: BLE001 - it is raised where the worker asks for more
                made = error
            self._made.append((letters, made))
            if not self._is_woken:
                self._is_woken = True
                try:
                    loop.call_soon_threadsafe(self._collect)
                except RuntimeError:
                    # The loop is closed: a stop did not wait for this thread.
                    return

    def _collect(self) -> None:
        """Take all that the threads have finished, after giving them the next letters."""
        # In this order: what a thread finishes from now on wakes the loop again.
        self._is_woken = False
        finished: list[Prepared] = []
        while self._made:
            letters, made = self._made.popleft()
            self._idle += 1
            if isinstance(made, BaseException):
                self._failure = made
                self._changed()
                continue
            for letter, data in made:
                if isinstance(data, bytes):
                    self._sizes[letter.message_id, letter.lease] = len(data)
                    self._bytes += len(data)
            if not self._is_closed:
                self._waiting.extendleft(reversed(letters[len(made) :]))
            finished += made
        self._begin()
        self._taken(finished)
        self._note_done()

    def _note_done(self) -> None:
        if (self._idle == self._threads and not self._waiting) or self._failure is not None:
            self._done.set()
