"""``aerogram message …``."""

from typing import Annotated, Any

import typer

from aerogram.base.errors import NotFoundError
from aerogram.doors.cli.answer import Answer, moment, one_line, table
from aerogram.doors.cli.commands.queue import message_facts, message_id
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level
from aerogram.model.event import EventKind
from aerogram.model.outcome import RELATED_TO, FailureState
from aerogram.queue.admin import EventRow, Selection

noun = Noun("Show the state and history of one message.", Area.STATISTICS)


@noun.command("show", Level.READ)
async def show(
    installation: Installation,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="A message's id or UUID.")],
    *,
    transcripts: Annotated[bool, typer.Option("--transcripts", help="Include the SMTP transcripts.")] = False,
) -> Answer:
    """Show a message: its state, the reason and its events.

    aerogram message show 2251799813685248
    aerogram message show 2251799813685248 --transcripts
    """
    wanted = message_id(message)
    async with installation.open() as services:
        rows = await services.queue.listed(Selection(ids=(wanted,)), 1)
        events = await services.queue.history(wanted)
        now_ms = services.clock.now_ms()
    if not rows:
        raise NotFoundError(f"There is no message {message}.")
    facts = message_facts(rows[0], now_ms)
    history = [_event_facts(event) for event in events]
    lines = [f"{name:<12}{one_line(str(value))}" for name, value in facts.items() if value not in {None, ""}]
    lines += [
        "",
        table(("AT", "EVENT", "REASON", "REPLY", "HOST"), _history(history), empty="No events yet."),
    ]
    if transcripts:
        for event in events:
            if event.transcript:
                lines += ["", f"{moment(event.at_ms)}:", *map(one_line, event.transcript.splitlines())]
    return Answer({**facts, "events": history}, "\n".join(lines))


def _history(history: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [(each["at"], each["event"], each["reason"], each["reply"], each["host"]) for each in history]


def _event_facts(event: EventRow) -> dict[str, Any]:
    return {
        "at": moment(event.at_ms),
        "event": EventKind(event.kind).name.lower(),
        "reason": RELATED_TO[FailureState(event.failure)][1],
        "is_hard": bool(event.is_hard),
        "reply": event.reply,
        "host": event.host,
        "tls": event.tls,
        "transcript": event.transcript,
    }
