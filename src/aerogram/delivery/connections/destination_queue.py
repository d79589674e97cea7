"""A destination queue: the letters that wait for one destination, and the connections that send them.

Each connection is one coroutine. It opens the connection, waits for its end, and opens the next one while
letters wait. The connections' callbacks feed them: when the server answers a letter, the next one starts in
the same turn of the event loop and leaves in the same write.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.delivery.connections.connection import Connection
from aerogram.delivery.connections.conversions import Conversions
from aerogram.delivery.connections.dispatch import Dispatch  # noqa: TC001 (msgspec reads it)
from aerogram.delivery.connections.quickness import LATE_SECONDS, SMALL_BYTES, Quickness
from aerogram.delivery.outcomes.conclude import HopFailure
from aerogram.delivery.routing.route import Hops
from aerogram.model.outcome import Deferred, FailureState
from aerogram.wire.mime.fitting.need import needs_seven_bit
from aerogram.wire.smtp.client.events import OutgoingMail, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.delivery.connections.conversions import Convert
    from aerogram.delivery.connections.hop_health import HopHealth
    from aerogram.delivery.connections.opening import Opener
    from aerogram.delivery.routing.route import Hop
    from aerogram.delivery.routing.router import Router
    from aerogram.model.outcome import Bounced, Delivered, Outcome

MAX_RETURNS: Final = 1
"""How often a letter returns to the queue after its connection broke before the final dot. The next
connection may lead to another hop; a letter that breaks two connections waits for its retry."""
MORE_AFTER_SECONDS: Final = 5.0
"""When a hop refuses another connection, only the open ones are used for this long."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How many letters and connections a dispatcher handles at once, and how long it keeps a connection."""

    connections_to_fixed_hop: int = 20
    connections_to_domain: int = 5
    connections: int = 1_000
    """Over all destinations; each uses a file descriptor."""
    mails_per_connection: int = 100
    waiting_for_fixed_hop: int = 500
    waiting_for_domain: int = 100
    """Letters that wait for one destination. A slow destination must not fill the worker."""
    idle_seconds: float = 3.0


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What all destination queues of a dispatcher share."""

    router: Router
    opener: Opener
    health: HopHealth
    limits: Limits
    slots: asyncio.Semaphore
    concluded: Callable[[Dispatch, Outcome], None]
    emptied: Callable[[str], None]
    seven_bit: Convert


class DestinationQueue:
    """The queue for one destination. ``key`` is a domain, or names a fixed hop."""

    def __init__(self, key: str, domain: str, fixed: Hops | None, tools: Tools) -> None:
        self.key = key
        self._domain = domain
        self._fixed = fixed
        self._tools = tools
        limits = tools.limits
        self._most = limits.connections_to_fixed_hop if fixed else limits.connections_to_domain
        self._waiting: deque[Dispatch] = deque()
        self._conversions = Conversions(tools.seven_bit, self.send, self._cannot_convert)
        self._runners: set[asyncio.Task[None]] = set()
        self._opening: set[asyncio.Task[Any] | None] = set()
        self._open: set[Connection] = set()
        self._idle: dict[Connection, asyncio.TimerHandle] = {}
        self._is_proven = False
        """The destination has answered a letter. Until then only one connection is opened at a time."""
        self._no_more_until = 0.0
        self._quickness = Quickness()
        self._nudge: asyncio.TimerHandle | None = None
        self._is_ending = False
        self._loop = asyncio.get_running_loop()

    @property
    def is_backlogged(self) -> bool:
        """Tell whether the queue is full, so that further letters stay in the store's queue."""
        limits = self._tools.limits
        most = limits.waiting_for_fixed_hop if self._fixed else limits.waiting_for_domain
        return len(self._waiting) + len(self._conversions) >= most

    @property
    def is_empty(self) -> bool:
        """Tell whether no letters and no connections are left."""
        return not self._waiting and not self._runners and not self._conversions

    def send(self, dispatch: Dispatch) -> None:
        """Add a letter to the queue."""
        self._waiting.append(dispatch)
        if self._is_soon_served():
            return
        if self._idle:
            self._feed_idle()
        elif self._wants_connection():
            self._run()

    def end(self, reason: str) -> list[Dispatch]:
        """Close all connections and return the untried letters. Letters on their way get their outcomes."""
        self._is_ending = True
        for runner in filter(None, self._opening):
            runner.cancel()
        for connection in self._open:
            if connection.is_busy:
                connection.abort(reason)
            else:
                connection.quit()
        left = [*self._waiting, *self._conversions.abandon()]
        self._waiting.clear()
        return left

    async def ended(self) -> None:
        """Wait until all connections are closed."""
        if running := self._runners | self._conversions.tasks:
            await asyncio.wait(running)

    def _is_soon_served(self) -> bool:
        """Tell whether busy connections will soon take all that waits."""
        busy = len(self._open) - len(self._idle)
        if not self._quickness.serves(len(self._waiting), busy):
            return False
        if self._nudge is None:
            self._nudge = self._loop.call_later(LATE_SECONDS, self._serve_now)
        return True

    def _serve_now(self) -> None:
        """Use all connections for letters that waited too long."""
        self._nudge = None
        if self._waiting and not self._is_ending:
            self._quickness.forget()
            while self._waiting and self._idle:
                self._feed_idle()
            self._grow()

    def _feed_idle(self) -> None:
        connection, timer = self._idle.popitem()
        timer.cancel()
        self._feed(connection)

    def _wants_connection(self) -> bool:
        opening = len(self._runners) - len(self._open)
        if self._is_ending or opening >= len(self._waiting):
            return False
        if self._open and self._loop.time() < self._no_more_until:
            return False
        if self._is_soon_served():
            return False
        return len(self._runners) < (self._most if self._is_proven else 1)

    def _run(self) -> None:
        runner = self._loop.create_task(self._serve())
        self._runners.add(runner)
        runner.add_done_callback(self._on_end_of)

    def _on_end_of(self, runner: asyncio.Task[None]) -> None:
        self._runners.discard(runner)
        error = None if runner.cancelled() else runner.exception()
        if error is not None:
            self._loop.call_exception_handler(
                {"message": f"the destination queue of {self.key} failed", "exception": error, "task": runner}
            )
            self._conclude_all(Deferred(state=FailureState.SYSTEM_ISSUE, reply=f"451 4.3.0 {error!r}"))
        if self.is_empty:
            self._tools.emptied(self.key)
        else:
            # A letter may have arrived between the runner's last look at the queue and its end.
            self._grow()

    def _grow(self) -> None:
        while self._wants_connection():
            self._run()

    async def _serve(self) -> None:
        """Open one connection after another while letters wait."""
        while self._waiting and not self._is_ending:
            async with self._tools.slots:
                connection = await self._connect()
                if connection is None:
                    return
                self._open.add(connection)
                try:
                    self._feed(connection)
                    self._grow()
                    await connection.closed
                finally:
                    self._open.discard(connection)
                    self._forget_idle(connection)

    async def _connect(self) -> Connection | None:
        """Connect to the best hop that accepts us. When none does, conclude all waiting letters."""
        task = asyncio.current_task()
        self._opening.add(task)
        try:
            found = await self._best_hop()
        finally:
            self._opening.discard(task)
        if isinstance(found, Connection):
            return found
        if self._open:
            self._no_more_until = self._loop.time() + MORE_AFTER_SECONDS
        elif found is not None:
            self._is_proven = False
            self._conclude_all(found)
        return None

    async def _best_hop(self) -> Connection | Deferred | Bounced | None:
        hops = self._fixed or await self._tools.router.hops_for(self._domain)
        if not isinstance(hops, Hops):
            return hops
        failure: HopFailure | None = None
        for hop in hops.hops:
            paused = self._tools.health.paused(hop)
            if paused is not None:
                failure = failure or paused
                continue
            opened = await self._open_hop(hop, is_fixed=hops.is_fixed)
            if isinstance(opened, Connection):
                opened.on_free = self._feed
                self._watch_use(opened, hop)
                return opened
            if not self._open:
                self._tools.health.failed(hop, opened)
            failure = opened
        return None if failure is None else failure.deferral()

    async def _open_hop(self, hop: Hop, *, is_fixed: bool) -> Connection | HopFailure:
        addresses = await self._tools.router.addresses_of(hop, is_fixed=is_fixed)
        if isinstance(addresses, str):
            return HopFailure(host=hop.host, stage=Stage.CONNECT, reason=addresses)
        return await self._tools.opener.open(hop, addresses, may_overlap=is_fixed)

    def _watch_use(self, connection: Connection, hop: Hop) -> None:
        """Record a failure of the hop when its connection ends without having answered a mail."""

        def note(_: asyncio.Future[None]) -> None:
            if connection.was_useful:
                self._tools.health.served(hop)
            elif connection.failure is not None and connection.mails_started and not self._is_ending:
                self._is_proven = False
                self._tools.health.failed(hop, connection.failure)

        connection.closed.add_done_callback(note)

    def _feed(self, connection: Connection) -> None:
        """Start as many letters as the connection can take now; leave it idle when none wait."""
        waiting = self._waiting
        while connection.may_start:
            if connection.mails_started >= self._tools.limits.mails_per_connection:
                if not connection.is_busy:
                    connection.quit()
                break
            if (
                connection.is_busy
                and len(waiting) <= len(self._open)
                and not (waiting and connection.last_bytes <= SMALL_BYTES and self._is_soon_served())
            ):
                break
            if not waiting:
                if not connection.is_busy:
                    self._leave_idle(connection)
                break
            dispatch = waiting.popleft()
            if connection.takes_eight_bit or dispatch.is_converted or not needs_seven_bit(dispatch.data):
                self._start(connection, dispatch)
            else:
                self._conversions.begin(dispatch)
        connection.flush()

    def _cannot_convert(self, dispatch: Dispatch, outcome: Outcome) -> None:
        self._tools.concluded(dispatch, outcome)
        if self.is_empty:
            self._tools.emptied(self.key)

    def _start(self, connection: Connection, dispatch: Dispatch) -> None:
        letter = dispatch.letter
        mail = OutgoingMail(
            reverse_path=letter.reverse_path,
            recipient=letter.recipient,
            data=dispatch.data,
            smtputf8=letter.smtputf8,
            notify=letter.notify,
            orcpt=letter.orcpt,
            ret=letter.dsn_ret,
            envid=letter.dsn_envid,
        )

        began = self._loop.time()

        def done(_: Connection, outcome: Delivered | Deferred | Bounced, may_return: bool) -> None:  # noqa: FBT001 (a callback's shape)
            if may_return and (dispatch.returns < MAX_RETURNS or self._is_ending):
                dispatch.returns += 1
                self._waiting.appendleft(dispatch)
                return
            self._quickness.took(self._loop.time() - began)
            self._tools.concluded(dispatch, outcome)
            if connection.was_useful and not self._is_proven:
                self._is_proven = True
                self._grow()

        connection.start(mail, done)

    def _conclude_all(self, outcome: Deferred | Bounced) -> None:
        waiting, self._waiting = self._waiting, deque()
        for dispatch in waiting:
            self._tools.concluded(dispatch, outcome)

    def _leave_idle(self, connection: Connection) -> None:
        if connection not in self._idle:
            seconds = self._tools.limits.idle_seconds
            self._idle[connection] = self._loop.call_later(seconds, self._quit_idle, connection)

    def _quit_idle(self, connection: Connection) -> None:
        if self._idle.pop(connection, None) is not None:
            connection.quit()

    def _forget_idle(self, connection: Connection) -> None:
        timer = self._idle.pop(connection, None)
        if timer is not None:
            timer.cancel()
