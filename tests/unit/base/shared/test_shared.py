"""One memory for several processes: what each says, what is summed, and what ends with a process."""

import os
import subprocess
import sys

import pytest

from aerogram.base.shared import layout
from aerogram.base.shared.board import Process
from aerogram.base.shared.file import SharedError
from aerogram.base.shared.layout import Number, Table, Topic
from aerogram.base.shared.shared import Shared
from support.together import together

COUNTERS = ("accepted", "sent")


@pytest.fixture
def supervisor():
    return Shared.create(3, COUNTERS)


@pytest.fixture
def children(supervisor):
    return [Shared.enter(supervisor.descriptor, slot, kind) for slot, kind in enumerate(("edge", "delivery"))]


def test_counters_are_summed_and_go_on_when_a_child_is_replaced(supervisor, children):
    children[0].count("accepted", 5)
    children[1].count("accepted")
    assert supervisor.counts() == {"accepted": 6}
    supervisor.left(0)
    assert supervisor.counts() == {"accepted": 6}
    again = Shared.enter(supervisor.descriptor, 0, "edge")
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
    one.moments(Table.PROVEN_LOGINS).put(b"login", 1234)
    one.rates(Table.RATES, 10, 10).take(b"account", 1000)
    assert other.number(Number.CONNECTIONS).total() == 10
    assert other.gauges(Table.CONNECTIONS).of_others(b"network") == 7
    supervisor.left(0)
    assert other.number(Number.CONNECTIONS).total() == 3
    assert other.gauges(Table.CONNECTIONS).of_others(b"network") == 0
    assert other.windows(Table.FAILURES_OF_NAME, 4, 1000).full_until(b"name", 60) == 1050
    assert other.moments(Table.PROVEN_LOGINS).latest(b"login", 2000) == 1234
    assert other.rates(Table.RATES, 10, 10).take(b"account", 1001) == 9


def test_it_knows_its_processes_and_how_often_each_was_started(supervisor, children):
    own = os.getpid()
    assert supervisor.processes() == [Process(0, "edge", own, 1), Process(1, "delivery", own, 1)]
    supervisor.left(1)
    assert children[0].processes()[1] == Process(1, "delivery", 0, 1)
    Shared.enter(supervisor.descriptor, 1, "é" * 100)
    assert children[0].processes()[1] == Process(1, "é" * (layout.MAX_KIND_BYTES // 2), own, 2)


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
    for names in (["a", "a"], ["a"] * (layout.MAX_COUNTERS + 1), ["a" * (layout.MAX_NAMES_BYTES + 1)]):
        with pytest.raises(SharedError):
            Shared.create(1, names)
    monkeypatch.setattr("aerogram.base.shared.file.MAGIC", 1)
    with pytest.raises(SharedError):
        Shared.enter(supervisor.descriptor, 0)


@pytest.mark.parametrize("has_memfd", [True, False])
def test_it_is_made_where_the_system_has_no_files_in_memory(monkeypatch, has_memfd):
    def refuse(*_):
        raise PermissionError

    monkeypatch.delattr(os, "memfd_create", raising=False)
    if has_memfd:
        monkeypatch.setattr(os, "memfd_create", refuse, raising=False)
    with together(2, COUNTERS) as (supervisor, (one, other)):
        one.count("sent")
        one.gauges(Table.CONNECTIONS).set(b"network", 3)
        assert other.gauges(Table.CONNECTIONS).of_others(b"network") == 3
        assert supervisor.counts() == {"sent": 1}


def test_no_two_parts_of_a_slot_overlap():
    words = [layout.NUMBERS_WORD, layout.TOPICS_WORD, layout.WRITTEN_WORD, layout.COUNTERS_WORD]
    sizes = [len(Number), len(Topic), len(Table), layout.MAX_COUNTERS]
    ends = [start + size for start, size in zip(words, sizes, strict=True)]
    assert all(end <= start for end, start in zip(ends, words[1:], strict=False))
    assert ends[-1] * layout.WORD <= layout.KIND_BYTE
    assert layout.KIND_BYTE + layout.MAX_KIND_BYTES <= layout.PAGE
    assert layout.NAMES_BYTE + layout.MAX_NAMES_BYTES <= layout.PAGE
    assert set(layout.SHAPES) == set(Table)
    assert all(shape.buckets & (shape.buckets - 1) == 0 for shape in layout.SHAPES.values())


def test_a_child_of_another_program_gets_it_by_its_descriptor(supervisor, children):
    source = (
        "import sys; from aerogram.base.shared.shared import Shared\n"
        "shared = Shared.enter(int(sys.argv[1]), 2, 'background'); shared.count('sent', 41)"
    )
    command = [sys.executable, "-c", source, str(supervisor.descriptor)]
    subprocess.run(
        command, pass_fds=[supervisor.descriptor], check=True, env=os.environ | {"PYTHONPATH": "src"}
    )
    children[0].count("sent")
    assert supervisor.counts() == {"sent": 42}
    assert [each.kind for each in supervisor.processes()] == ["edge", "delivery", "background"]
