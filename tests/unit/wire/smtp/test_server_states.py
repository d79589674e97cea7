"""The tables of the session's states, the machine that must obey them, and their drawing."""

import re
from pathlib import Path

import pytest

from aerogram.wire.smtp.server.events import TlsRequested
from aerogram.wire.smtp.server.states import LEGAL, REFUSED, TURNS, State, Turn, Verb, mermaid
from support.smtp_dialogue import Dialogue

PAGE = Path(__file__).parents[4] / "docs" / "explanation" / "smtp-server-states.md"

EHLO = b"EHLO c\r\n"
BEGUN = EHLO + b"MAIL FROM:<a@b.example>\r\n"
ADDRESSED = BEGUN + b"RCPT TO:<c@d.example>\r\n"
WAY_TO = {
    State.CONNECTED: b"",
    State.GREETED: EHLO,
    State.MAIL: BEGUN,
    State.RECIPIENTS: ADDRESSED,
    State.CHUNKS: ADDRESSED + b"BDAT 1\r\nx",
}
SPOKEN = {
    Verb.EHLO: b"EHLO c\r\n",
    Verb.HELO: b"HELO c\r\n",
    Verb.STARTTLS: b"STARTTLS\r\n",
    Verb.AUTH: b"AUTH LOGIN\r\n",
    Verb.MAIL: b"MAIL FROM:<e@f.example>\r\n",
    Verb.RCPT: b"RCPT TO:<g@h.example>\r\n",
    Verb.DATA: b"DATA\r\n",
    Verb.BDAT: b"BDAT 9\r\n",
    Verb.RSET: b"RSET\r\n",
    Verb.NOOP: b"NOOP\r\n",
    Verb.VRFY: b"VRFY x\r\n",
    Verb.EXPN: b"EXPN x\r\n",
    Verb.HELP: b"HELP\r\n",
    Verb.QUIT: b"QUIT\r\n",
}


def in_state(state):
    dialogue = Dialogue(offers_starttls=True, auth_allowed_in_clear=True)
    dialogue.host.starts_tls = False
    dialogue.say(WAY_TO[state])
    assert dialogue.session.state is state
    dialogue.heard.clear()
    return dialogue


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("state", LEGAL)
def test_every_verb_in_every_state_is_legal_or_refused(state, verb):
    assert (verb in LEGAL[state]) != (verb in REFUSED[state])


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("state", LEGAL)
def test_the_machine_obeys_the_table(state, verb):
    dialogue = in_state(state)
    dialogue.say(SPOKEN[verb])
    if verb in LEGAL[state]:
        assert dialogue.session.state is LEGAL[state][verb]
        assert not any(line.startswith("5") for line in dialogue.heard)
        return
    if verb is Verb.BDAT:
        assert dialogue.heard == []
        dialogue.say(b"123456789")
    reply = REFUSED[state][verb]
    dialogue.run(f"S: {reply.code} {reply.enhanced} {reply.text}")
    assert dialogue.session.state is state


TURNS_MADE = {
    (State.AUTHENTICATING, Turn.AUTH_ENDED): EHLO + b"AUTH LOGIN\r\n|*\r\n",
    (State.DATA, Turn.MESSAGE_ANSWERED): ADDRESSED + b"DATA\r\n|.\r\n",
    (State.CHUNK, Turn.CHUNK_TAKEN): ADDRESSED + b"BDAT 1\r\n|x",
    (State.CHUNK, Turn.CHUNK_REFUSED): ADDRESSED + b"BDAT 15728641\r\n|" + b"x" * 15_728_641,
    (State.CHUNK, Turn.MESSAGE_ANSWERED): ADDRESSED + b"BDAT 1 LAST\r\n|x",
    (State.HANDSHAKE, Turn.TLS_STARTED): EHLO + b"STARTTLS\r\n|",
}


@pytest.mark.parametrize(("state", "turn"), [(state, turn) for state in TURNS for turn in TURNS[state]])
def test_the_states_without_commands_end_as_the_table_says(state, turn):
    before, _, after = TURNS_MADE[state, turn].partition(b"|")
    dialogue = in_state(State.CONNECTED)
    dialogue.say(before)
    assert dialogue.session.state is state
    if state is State.HANDSHAKE:
        assert dialogue.events == [TlsRequested()]
        dialogue.session.tls_started()
    dialogue.say(after)
    assert dialogue.session.state is TURNS[state][turn]


def test_every_state_is_reached_and_left():
    moves = [*LEGAL.values(), *TURNS.values()]
    reached = {target for move in moves for target in move.values()}
    assert reached == set(State)
    assert set(LEGAL) | set(TURNS) | {State.CLOSED} == set(State)
    assert not set(LEGAL) & set(TURNS)


def test_the_diagram_in_the_documentation_is_drawn_from_the_tables():
    drawn = re.search(r"```mermaid\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert drawn is not None
    assert drawn[1] == mermaid(), "paste what aerogram.wire.smtp.server.states.mermaid() gives"


def test_the_documentation_names_every_state():
    page = PAGE.read_text(encoding="utf-8")
    assert [state for state in State if f"**{state}**" not in page] == []
