"""The table of a message's transitions: every state with everything that can happen, and its drawing."""

import re
from pathlib import Path

import pytest

from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.message_states import (
    FIRST_STATE,
    TRANSITIONS,
    Happening,
    ImpossibleTransitionError,
    states_before,
    transition,
)
from aerogram.store.tables import message

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "message-states.md"
S, H, E = MessageState, Happening, EventKind
FOLLOWS = {
    None: {H.ACCEPTED: (S.QUEUED, E.ACCEPTED)},
    S.QUEUED: {
        H.DELIVERED: (S.SENT, E.SENT),
        H.DEFERRED: (S.QUEUED, E.DEFERRED),
        H.BOUNCED: (S.BOUNCED, E.BOUNCE),
        H.BLOCKED: (S.BLOCKED, E.BLOCKED),
        H.HELD: (S.HELD, E.HELD),
        H.RETRIED: (S.QUEUED, E.RELEASED),
        H.CANCELLED: (S.CANCELLED, E.CANCELLED),
        H.ERASED: (S.CANCELLED, None),
    },
    S.HELD: {
        H.RELEASED: (S.QUEUED, E.RELEASED),
        H.CANCELLED: (S.CANCELLED, E.CANCELLED),
        H.ERASED: (S.CANCELLED, None),
    },
    S.SENT: {H.ERASED: (S.SENT, None)},
    S.BOUNCED: {H.ERASED: (S.BOUNCED, None)},
    S.BLOCKED: {H.ERASED: (S.BLOCKED, None)},
    S.CANCELLED: {H.ERASED: (S.CANCELLED, None)},
}


@pytest.mark.parametrize("happening", Happening)
@pytest.mark.parametrize("state", [None, *MessageState])
def test_everything_that_can_happen_in_a_state_leads_to_one_state_and_all_else_is_impossible(
    state, happening
):
    expected = FOLLOWS[state].get(happening)
    if expected is None:
        with pytest.raises(ImpossibleTransitionError, match=happening.value):
            transition(state, happening)
    else:
        assert transition(state, happening) == expected
    assert (state in states_before(happening)) == (state is not None and expected is not None)


@pytest.mark.parametrize("happening", Happening)
def test_an_event_is_written_of_everything_but_an_erasure(happening):
    for (_, happened), follows in TRANSITIONS.items():
        if happened is happening:
            assert (follows.event is None) == (happening is Happening.ERASED)


def test_the_kind_of_an_event_that_is_not_written_cannot_be_asked_for():
    with pytest.raises(ImpossibleTransitionError):
        _ = transition(MessageState.SENT, Happening.ERASED).event_kind


def test_a_message_that_came_to_its_end_stays_there():
    for end in (S.SENT, S.BOUNCED, S.BLOCKED, S.CANCELLED):
        assert {follows.to for (state, _), follows in TRANSITIONS.items() if state is end} == {end}


def test_rows_begin_in_the_first_state_without_naming_it():
    assert message.c.state.server_default.arg.text == str(int(FIRST_STATE))


def drawn():
    """The transitions as a Mermaid diagram; what changes no state is left out, unless it writes an event."""
    lines = ["stateDiagram-v2"]
    arrows = {}
    for (state, happening), follows in TRANSITIONS.items():
        if follows.to is not state or follows.event is not None:
            begin = "[*]" if state is None else state.name.capitalize()
            arrows.setdefault((begin, follows.to.name.capitalize()), []).append(happening.value)
    lines += [f"    {begin} --> {end}: {', '.join(words)}" for (begin, end), words in arrows.items()]
    ends = [each for each in MessageState if each not in (S.QUEUED, S.HELD)]
    lines += [f"    {each.name.capitalize()} --> [*]" for each in ends]
    return "\n".join(lines)


def test_the_drawing_shows_the_table():
    [found] = re.findall(r"```mermaid\n(.*?)\n```", PAGE.read_text(), re.DOTALL)
    assert found == drawn()
