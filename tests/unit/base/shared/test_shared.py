"""One memory for several processes: what each says, what is summed, and what ends with a process."""

import os
import subprocess
import sys

import pytest

from aerogram.base.shared import layout
from aerogram.base.shared.board import SILENT_MS
from aerogram.base.shared.file import SharedError
from aerogram.base.shared.layout import Number, Table, Topic
from aerogram.base.shared.shared import Shared

COUNTERS = ("accepted", "sent")


@pytest.fixture
def supervisor():
    return Shared.create(3, COUNTERS)


@pytest.fixture
def children(supervisor):
    return [
        Shared.enter(supervisor.descriptor, slot, kind) for slot, kind in enumerate(("accept", "delivery"))
    ]


def test_counters_are_summed_and_go_on_when_a_child_is_replaced(supervisor, children):
    children[0].count("accepted", 5)
    children[1].count("accepted")
    assert supervisor.counts() == {"accepted": 6}
    supervisor.left(0)
    assert supervisor.counts() == {"accepted": 6}
    again = Shared.enter(supervisor.descriptor, 0, "accept")
    again.count("accepted")
    again.count("sent", 2)
    assert children[1].counts() == {"accepted": 7, "sent": 2}
    with pytest.raises(KeyError):
        again.count("unknown")


def test_what_a_process_held_ends_with_it_and_what_it_saw_does_not(supervisor, children):
    one, other = children
    one.number(Number.CONNECTIONS).set(7)
    other.number(Number.CONNECTIONS).set(3)
    one.gauges(Table.CONNECTIONS).set(b"network", 7)
    for _ in range(4):
        one.windows(Table.FAILURES_OF_NAME, 4, 1000).add(b"name", 50)
    one.moments(Table.RATES).put(b"account", 1234)
    assert other.number(Number.CONNECTIONS).total() == 10
    assert other.gauges(Table.CONNECTIONS).of_others(b"network") == 7
    supervisor.left(0)
    assert other.number(Number.CONNECTIONS).total() == 3
    assert other.gauges(Table.CONNECTIONS).of_others(b"network") == 0
    assert other.windows(Table.FAILURES_OF_NAME, 4, 1000).full_until(b"name", 60) == 1050
    assert other.moments(Table.RATES).latest(b"account", 2000) == 1234


def test_each_says_whether_it_is_ready(supervisor, children):
    assert [(each.slot, each.kind, each.is_ready) for each in supervisor.processes()] == [
        (0, "accept", False),
        (1, "delivery", False),
    ]
    children[0].beat()
    children[1].beat(is_ready=False, reason="the disk is full")
    first, second = supervisor.processes()
    assert first.pid == os.getpid()
    assert first.trouble == ""
    assert second.trouble == f"the delivery process {os.getpid()} is not ready: the disk is full"
    assert first._replace(silent_ms=SILENT_MS).trouble.endswith("has not answered for 5 seconds")
    supervisor.left(1)
    assert [each.slot for each in children[0].processes()] == [0]


@pytest.mark.parametrize("reason", ["é" * 400, "a" * 400, "with\0zero", "", "x"])
def test_a_reason_of_any_length_is_shown_as_far_as_there_is_room(supervisor, children, reason):
    children[0].beat(is_ready=False, reason="something long that was there before")
    children[0].beat(is_ready=False, reason=reason)
    shown = supervisor.processes()[0].reason
    assert reason.replace("\0", "").startswith(shown)
    assert len(shown.encode()) >= min(len(reason.replace("\0", "").encode()), layout.MAX_REASON_BYTES - 1)


def test_a_change_in_one_process_is_seen_by_all(children):
    one, other = children
    before = other.generation(Topic.SENDERS), other.generation(Topic.CREDENTIALS)
    one.changed(Topic.SENDERS)
    assert other.generation(Topic.SENDERS) != before[0]
    assert other.generation(Topic.CREDENTIALS) == before[1]


def test_who_has_no_slot_writes_nothing(supervisor):
    with pytest.raises(SharedError):
        supervisor.count("sent")
    with pytest.raises(SharedError):
        supervisor.gauges(Table.CONNECTIONS).set(b"network", 1)


def test_memory_of_another_layout_or_slot_is_refused(supervisor, monkeypatch):
    with pytest.raises(SharedError):
        Shared.enter(supervisor.descriptor, 3)
    for slots in (0, layout.MAX_SLOTS + 1):
        with pytest.raises(SharedError):
            Shared.create(slots)
    monkeypatch.setattr("aerogram.base.shared.file.MAGIC", 1)
    with pytest.raises(SharedError):
        Shared.enter(supervisor.descriptor, 0)


def test_no_two_parts_of_a_slot_overlap():
    words = [layout.NUMBERS_WORD, layout.TOPICS_WORD, layout.WRITTEN_WORD, layout.COUNTERS_WORD]
    sizes = [len(Number), len(Topic), len(Table), layout.MAX_COUNTERS]
    ends = [start + size for start, size in zip(words, sizes, strict=True)]
    assert all(end <= start for end, start in zip(ends, words[1:], strict=False))
    assert ends[-1] * layout.WORD <= layout.KIND_BYTE
    assert layout.KIND_BYTE + layout.MAX_KIND_BYTES <= layout.REASONS_BYTE
    assert layout.REASONS_BYTE + 2 * layout.REASON_AREA <= layout.PAGE
    assert layout.NAMES_BYTE + layout.MAX_NAMES_BYTES <= layout.PAGE
    assert set(layout.SHAPES) == set(Table)
    assert all(shape.buckets & (shape.buckets - 1) == 0 for shape in layout.SHAPES.values())


def test_a_child_of_another_program_gets_it_by_its_descriptor(supervisor, children):
    source = (
        "import sys; from aerogram.base.shared.shared import Shared\n"
        "shared = Shared.enter(int(sys.argv[1]), 2, 'background'); shared.count('sent', 41); shared.beat()"
    )
    command = [sys.executable, "-c", source, str(supervisor.descriptor)]
    subprocess.run(
        command, pass_fds=[supervisor.descriptor], check=True, env=os.environ | {"PYTHONPATH": "src"}
    )
    children[0].count("sent")
    assert supervisor.counts() == {"sent": 42}
    assert [each.kind for each in supervisor.processes()] == ["accept", "delivery", "background"]
