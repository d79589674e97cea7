"""Which processes a server has: by its workers, its role and its engine."""

import pytest

from aerogram.app.processes.plan import alone, parts_of
from aerogram.app.settings.settings import MAX_WORKERS
from aerogram.base.ids import MAX_NODE


def names(workers, role="all", *, is_sqlite=True):
    return [part.name for part in parts_of(workers, role, is_sqlite=is_sqlite)]


@pytest.mark.parametrize("role", ["all", "edge", "delivery", "background"])
def test_one_worker_is_one_process(role):
    assert names(1, role) == []


def test_with_sqlite_a_writer_is_first_and_edges_are_last():
    assert names(2) == ["writer", "delivery 1", "edge 1", "edge 2"]
    assert names(4) == ["writer", "delivery 1", "delivery 2", *(f"edge {number}" for number in range(1, 5))]


def test_with_postgresql_there_is_no_writer():
    assert names(2, is_sqlite=False) == ["delivery 1", "edge 1", "edge 2"]


def test_a_role_without_delivery_or_without_doors_has_none_of_it():
    assert names(2, "edge") == ["writer", "edge 1", "edge 2"]
    assert names(2, "delivery") == ["delivery 1", "delivery 2"]


def test_background_work_is_done_by_one_process():
    assert names(4, "background") == []


@pytest.mark.parametrize("workers", range(2, MAX_WORKERS + 1))
@pytest.mark.parametrize("role", ["all", "edge", "delivery"])
@pytest.mark.parametrize("is_sqlite", [True, False])
def test_each_duty_of_the_role_is_done(workers, role, is_sqlite):
    parts, wanted = parts_of(workers, role, is_sqlite=is_sqlite), alone(role)
    assert any(part.listens for part in parts)
    assert any(part.delivers for part in parts) == wanted.delivers
    assert sum(part.is_background for part in parts) == wanted.is_background
    if is_sqlite:
        assert sum(part.keeps_log_short for part in parts) == 1


def test_the_most_workers_leave_node_numbers_for_commands_and_other_machines():
    with_numbers = [part for part in parts_of(MAX_WORKERS, "all", is_sqlite=True) if part.counts]
    assert len(with_numbers) <= (MAX_NODE + 1) * 3 // 4
