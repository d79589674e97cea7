"""Real processes that count together, also while one of them is killed or stopped."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aerogram.base.shared.layout import Number, Table
from aerogram.base.shared.shared import Shared
from support import counting_child
from support.counting_child import LIMIT, NAMES, Everything

ROOT = Path(__file__).parents[4]
SLOTS = 4


class Children:
    """The processes of a test; `begin` starts one in each of the slots."""

    def __init__(self, supervisor):
        self._supervisor = supervisor
        self._running = []

    def begin(self, slots, what, times=0):
        begun = [self._launch(slot, what, times) for slot in slots]
        for child in begun:
            assert child.stdout.readline() == b"begun\n"
        for child in begun:
            child.stdin.write(b"\n")
            child.stdin.flush()
        return begun

    def _launch(self, slot, what, times):
        child = subprocess.Popen(
            [
                sys.executable,
                counting_child.__file__,
                *(str(each) for each in (self._supervisor.descriptor, slot, what, times)),
            ],
            pass_fds=[self._supervisor.descriptor],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT / 'tests'}"},
        )
        self._running.append(child)
        return child

    def end(self):
        for child in self._running:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            child.wait()
            child.stdin.close()
            child.stdout.close()


@pytest.fixture
def supervisor():
    made = Shared.create(SLOTS + 1, ["sent"])
    yield made
    made.close()


@pytest.fixture
def children(supervisor):
    made = Children(supervisor)
    yield made
    made.end()


@pytest.fixture
def here(supervisor):
    """The process of the test, in the last slot."""
    return Shared.enter(supervisor.descriptor, SLOTS, "test")


def test_four_processes_lose_nothing_that_they_count(supervisor, children, here):
    times = 3_000
    told = [json.loads(child.stdout.readline()) for child in children.begin(range(SLOTS), "count", times)]
    assert supervisor.counts() == {"sent": SLOTS * times}
    counted = here.windows(Table.FAILURES_OF_NAME, SLOTS * times, 60_000)
    over = here.windows(Table.FAILURES_OF_NAME, SLOTS * times + 1, 60_000)
    now = counting_child.ManualClock().now_ms()
    assert counted.full_until(b"one name", now)
    assert not over.full_until(b"one name", now)
    assert here.gauges(Table.CONNECTIONS).of_others(b"network") == SLOTS * times
    # Each that decides at the same moment as another may let one too many pass.
    assert LIMIT <= sum(each["allowed"] for each in told) < LIMIT + SLOTS
    assert 10 <= sum(each["failures"] for each in told) < 10 + 2 * SLOTS


def test_a_process_that_is_killed_in_the_middle_leaves_nothing_that_blocks_or_counts_wrong(
    supervisor, children, here
):
    dice, sent, ours = random.Random(), 0, Everything(here)
    for slot in [0, 1, 2, 3] * 5:
        (child,) = children.begin([slot], "storm")
        end = time.monotonic() + dice.uniform(0.02, 0.1)
        while time.monotonic() < end:
            ours.write()
        child.kill()
        child.wait()
        supervisor.left(slot)
        assert supervisor.counts().get("sent", 0) > sent
        sent = supervisor.counts().get("sent", 0)
    assert [(process.slot, process.starts) for process in supervisor.processes() if process.pid == 0] == [
        (slot, 5) for slot in range(SLOTS)
    ]
    ours.write()
    own = here.number(Number.CONNECTIONS).total()
    here.number(Number.CONNECTIONS).set(0)
    assert 0 <= own < 100
    assert supervisor.number(Number.CONNECTIONS).total() == 0
    now = time.time_ns() // 1_000_000
    windows = here.windows(Table.FAILURES_OF_NETWORK, 50, 15 * 60_000)
    gauges, moments = here.gauges(Table.CONNECTIONS), here.moments(Table.PROVEN_LOGINS)
    for key in (b"%d" % number for number in range(NAMES)):
        assert gauges.of_others(key) == 0
        assert windows.full_until(key, now) <= now + 15 * 60_000
        assert moments.latest(key, 1 << 63) <= now
    for number in range(NAMES, 2 * NAMES):
        key = b"%d" % number
        assert not windows.full_until(key, now)
        for _ in range(50):
            windows.add(key, now)
        assert windows.full_until(key, now)


def test_a_process_that_is_stopped_keeps_nobody_waiting_and_goes_on_when_it_wakes(supervisor, children, here):
    stopped, other = children.begin([0, 1], "storm")
    os.kill(stopped.pid, signal.SIGSTOP)
    assert os.WIFSTOPPED(os.waitpid(stopped.pid, os.WUNTRACED)[1])
    before = supervisor.counts().get("sent", 0)
    ours = Everything(here)
    for _ in range(500):
        ours.write()
    while supervisor.counts().get("sent", 0) < before + 1_000:
        assert other.poll() is None
    other.kill()
    other.wait()
    os.kill(stopped.pid, signal.SIGCONT)
    before = supervisor.counts().get("sent", 0)
    while supervisor.counts().get("sent", 0) < before + 1_000:
        assert stopped.poll() is None
