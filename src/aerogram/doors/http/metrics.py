"""``/metrics`` for Prometheus: message counts by outcome, the queue's length, the lag of the readers, the processes.

Loopback clients need no credentials; others need those of an account.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from aerogram.base.errors import UnavailableError
from aerogram.base.networks import is_loopback
from aerogram.doors.asgi.answers import Answer, send_answer
from aerogram.doors.asgi.authentication import RateLimitedError, UnauthenticatedError
from aerogram.doors.asgi.scope import SAFE_METHODS, client_ip
from aerogram.doors.asgi.sites import refuse_other_sites
from aerogram.doors.http import errors
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError, Needs, authorize
from aerogram.model.account import Area, Level
from aerogram.model.actor import actor_of, visiting_operator

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from prometheus_client.metrics_core import Metric

    from aerogram.base.shared.board import Process
    from aerogram.doors.asgi.authentication import HttpAuthenticator
    from aerogram.doors.asgi.scope import Receive, Scope, Send
    from aerogram.model.actor import Actor
    from aerogram.queue.depth import Depth

NEEDS: Final = Needs(Area.STATISTICS, Level.READ)


class Metrics:
    """Serves the counters of the server and the queue depth of the store.

    ``counts`` returns messages by outcome since the start (``accepted``, ``delivered``, ``deferred``,
    ``bounced``, ...); ``queue_depth`` the number of waiting messages, and how it was counted;
    ``reader_lags`` the age in seconds of the first event that a reader of the event log has not read, 0 for none;
    ``processes`` those of a server that has several.
    """

    guard = NEEDS

    def __init__(
        self,
        authenticator: HttpAuthenticator,
        counts: Callable[[], Mapping[str, int]],
        queue_depth: Callable[[], Awaitable[Depth]],
        reader_lags: Callable[[], Awaitable[Mapping[str, float]]],
        processes: Callable[[], Sequence[Process]],
    ) -> None:
        self._authenticator = authenticator
        self._counts = counts
        self._queue_depth = queue_depth
        self._reader_lags = reader_lags
        self._processes = processes

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Answer one scrape."""
        await send_answer(scope, send, await self._answer(scope))

    async def _answer(self, scope: Scope) -> Answer:
        if scope["method"] not in SAFE_METHODS:
            return errors.shape_a(405, "Method not allowed")
        try:
            authorize(await self._actor(scope), NEEDS.area, NEEDS.level)
            depth = await self._queue_depth()
            lags = await self._reader_lags()
        except UnauthenticatedError:
            return errors.unauthorized_v3()
        except (LockedOutError, RateLimitedError) as error:
            return errors.too_many(error.seconds)
        except ForbiddenError as error:
            return errors.shape_c(403, str(error))
        except UnavailableError as error:
            return errors.unavailable(error)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Snapshot(dict(self._counts()), depth, lags, self._processes()))
        return Answer(200, generate_latest(registry), CONTENT_TYPE_LATEST.encode())

    async def _actor(self, scope: Scope) -> Actor:
        refuse_other_sites(scope)
        if is_loopback(client_ip(scope)):
            return visiting_operator()
        return actor_of(await self._authenticator.admit(scope), "rest")


class _Snapshot(Collector):
    """The metrics of one scrape."""

    def __init__(
        self,
        counts: Mapping[str, int],
        depth: Depth,
        lags: Mapping[str, float],
        processes: Sequence[Process],
    ) -> None:
        self._counts = counts
        self._depth = depth
        self._lags = lags
        self._processes = processes

    def collect(self) -> Iterable[Metric]:
        messages = CounterMetricFamily(
            "aerogram_messages",
            "Messages by outcome since the server started.",
            labels=["what"],
        )
        for what, amount in sorted(self._counts.items()):
            messages.add_metric([what], amount)
        yield messages
        depth = self._depth
        yield GaugeMetricFamily(
            "aerogram_queue_messages", "Messages waiting to be sent.", value=depth.messages
        )
        yield GaugeMetricFamily(
            "aerogram_queue_messages_age_seconds",
            "How long ago aerogram_queue_messages was counted; a long queue is not counted for each scrape.",
            value=depth.age_seconds,
        )
        yield GaugeMetricFamily(
            "aerogram_queue_messages_is_at_least",
            "1 while aerogram_queue_messages is only a lower bound, because the first count has not ended.",
            value=int(depth.is_at_least),
        )
        lags = GaugeMetricFamily(
            "aerogram_event_reader_lag_seconds",
            "Age of the first event that a reader of the event log has not read; 0 if it has read all.",
            labels=["reader"],
        )
        for reader, seconds in sorted(self._lags.items()):
            lags.add_metric([reader], seconds)
        yield lags
        if self._processes:
            yield from self._of_processes()

    def _of_processes(self) -> Iterable[Metric]:
        running, starts = Counter[str](), Counter[str]()
        for process in self._processes:
            running[process.kind] += bool(process.pid)
            starts[process.kind] += process.starts
        gauge = GaugeMetricFamily(
            "aerogram_processes", "Processes that run, by what they do.", labels=["kind"]
        )
        counter = CounterMetricFamily(
            "aerogram_process_starts", "Starts of processes since the server started.", labels=["kind"]
        )
        for kind, number in sorted(running.items()):
            gauge.add_metric([kind], number)
            counter.add_metric([kind], starts[kind])
        yield gauge
        yield counter
