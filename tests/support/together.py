"""Several processes of one server that count together, all in the process of the test."""

import contextlib

from aerogram.base.shared.shared import Shared


@contextlib.contextmanager
def together(slots, counters=()):
    """Yield the supervisor's memory and that of each child."""
    supervisor = Shared.create(slots, counters)
    try:
        yield supervisor, [Shared.enter(supervisor.descriptor, slot, "test") for slot in range(slots)]
    finally:
        supervisor.close()


class Spread:
    """One object of each of several processes; each call goes to the next of them, as connections do."""

    def __init__(self, objects):
        self._objects = list(objects)
        self._calls = 0

    def __getattr__(self, name):
        self._calls += 1
        return getattr(self._objects[self._calls % len(self._objects)], name)
