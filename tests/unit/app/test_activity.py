"""What happened is counted once for the whole server."""

from aerogram.app.processes.counted import COUNTED
from aerogram.app.services import Activity
from aerogram.model.event import EventKind
from support.together import together


def test_one_process_counts_for_itself():
    activity = Activity()
    activity.accepted(3)
    activity.engaged([EventKind.OPEN, EventKind.OPEN])
    assert dict(activity.totals()) == {"accepted": 3, "open": 2}


def test_several_processes_count_together_and_each_knows_the_sums():
    with together(3, COUNTED) as (supervisor, children):
        every = [Activity(child) for child in children]
        for activity in every:
            activity.accepted(2)
        every[2].engaged([EventKind.CLICK])
        supervisor.left(2)
        assert [activity.totals() for activity in every] == [{"accepted": 6, "click": 1}] * 3


def test_each_kind_of_event_has_a_counter():
    with together(1, COUNTED) as (_, (child,)):
        Activity(child).engaged(list(EventKind))
        assert set(child.counts()) == {kind.name.lower() for kind in EventKind}
