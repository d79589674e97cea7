"""A process that counts with others: ``python counting_child.py DESCRIPTOR SLOT WHAT TIMES``.

It says a line when it has begun, waits for one, and says what it did. ``storm`` writes to everything until it is
killed.
"""

import json
import random
import sys
import time

from aerogram.base.clock import ManualClock
from aerogram.base.shared.layout import Number, Table
from aerogram.base.shared.shared import Shared
from aerogram.identity.attempts import LoginAttempts
from aerogram.identity.rate import RateLimiter

LIMIT = 1000
"""Requests a minute."""
NAMES = 200
"""Names and networks that the storm uses."""


class Everything:
    """Each table and number, with random keys."""

    def __init__(self, shared):
        self._shared = shared
        self._dice = random.Random()
        self._rates = shared.rates(Table.RATES, 1000, 60_000)
        self._windows = shared.windows(Table.FAILURES_OF_NETWORK, 50, 15 * 60_000)
        self._moments = shared.moments(Table.PROVEN_LOGINS)
        self._gauges = shared.gauges(Table.CONNECTIONS)
        self._connections = shared.number(Number.CONNECTIONS)

    def write(self):
        now, key = time.time_ns() // 1_000_000, b"%d" % self._dice.randrange(NAMES)
        self._rates.take(key, now)
        self._windows.add(key, now)
        if self._dice.random() < 0.1:
            self._windows.forget(key, now)
        self._moments.put(key, now)
        self._gauges.set(key, self._dice.randrange(100))
        self._connections.set(self._dice.randrange(100))
        self._shared.count("sent")


def count(shared, times):
    """Count together with the others: everything that must be exact."""
    clock = ManualClock()
    rate, attempts = RateLimiter(LIMIT, clock, shared), LoginAttempts(clock, shared)
    windows = shared.windows(Table.FAILURES_OF_NAME, 1_000_000, 60_000)
    allowed = locked_after = 0
    for number in range(times):
        shared.count("sent")
        windows.add(b"one name", clock.now_ms())
        allowed += not rate.take(1)
        if not locked_after:
            attempts.failed("key", "192.0.2.1")
            if attempts.is_locked("key", "192.0.2.1"):
                locked_after = number + 1
    shared.gauges(Table.CONNECTIONS).set(b"network", times)
    return {"allowed": allowed, "failures": locked_after}


def main():
    descriptor, slot, what, times = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    shared = Shared.enter(descriptor, slot, what)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    sys.stdin.readline()
    if what == "storm":
        everything = Everything(shared)
        while True:
            everything.write()
    sys.stdout.write(json.dumps(count(shared, times)) + "\n")


if __name__ == "__main__":
    main()
