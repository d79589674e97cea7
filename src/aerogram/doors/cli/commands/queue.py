"""``aerogram queue …``."""

import asyncio
from typing import Annotated, Any

import typer

from aerogram.base.errors import RefusedError
from aerogram.base.ids import MAX_ID, id_of_uuid
from aerogram.doors.cli.answer import Answer, moment, plural, table
from aerogram.doors.cli.host import Installation, Services
from aerogram.doors.cli.noun import Noun
from aerogram.model.account import Area, Level
from aerogram.model.message import MessageState
from aerogram.queue.admin import Progress, QueueAction, QueueRow, Selection

noun = Noun("Inspect the queue; hold, release, cancel or retry its messages.", Area.SEND)

WAITING = (MessageState.QUEUED, MessageState.HELD)
STATES = {state.name.lower(): state for state in MessageState}

State = Annotated[
    str,
    typer.Option(
        "--state", metavar="STATES", help=f"Only these: {', '.join(STATES)}; a comma-separated list, or all."
    ),
]
Domain = Annotated[
    str, typer.Option("--domain", metavar="DOMAIN", help="Only mail to this recipient domain.")
]
Account = Annotated[
    str, typer.Option("--account", metavar="ACCOUNT", help="Only mail of this account; an id or API key.")
]
Limit = Annotated[
    int, typer.Option("--limit", metavar="NUMBER", min=1, max=100_000, help="How many to list.")
]
Ids = Annotated[list[str] | None, typer.Argument(metavar="MESSAGE", help="Message ids or UUIDs.")]
Everything = Annotated[bool, typer.Option("--all", help="Act on all messages that the action applies to.")]


@noun.command("ls", Level.READ)
async def ls(
    installation: Installation,
    state: State = "",
    domain: Domain = "",
    account: Account = "",
    limit: Limit = 50,
) -> Answer:
    """List messages, newest first: queued and held ones, or those of --state.

    aerogram queue ls
    aerogram queue ls --domain example.org
    aerogram queue ls --state bounced,blocked --limit 200 --json
    """
    async with installation.open() as services:
        selection = await _selection(services, [], _states(state) or WAITING, domain, account)
        rows = await services.queue.listed(selection, limit)
        counts = await services.queue.counts_by_state(selection)
        now_ms = services.clock.now_ms()
    text = table(
        ("MESSAGE", "STATE", "TO", "FROM", "ATTEMPTS", "DUE", "LAST REPLY"),
        [
            (row.id, _stage(row, now_ms), row.recipient, row.from_email, row.attempts, _due(row), row.reply)
            for row in rows
        ],
        empty="No messages.",
    )
    total = sum(counts.values())
    if total > len(rows):
        text += f"\n… and {plural(total - len(rows), 'message')} more; see --limit"
    facts = [message_facts(row, now_ms) for row in rows]
    return Answer({"total": total, "messages": facts}, text)


@noun.command("show", Level.READ)
async def show(
    installation: Installation, domain: Domain = "", account: Account = "", limit: Limit = 20
) -> Answer:
    """Count messages by state, and waiting messages by destination.

    aerogram queue show
    aerogram queue show --account 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b --json
    """
    async with installation.open() as services:
        everything = await _selection(services, [], (), domain, account)
        waiting = everything._replace(states=WAITING)
        counts = await services.queue.counts_by_state(everything)
        destinations = await services.queue.counts_by_destination(waiting, limit)
    states = [(name, counts.get(state, 0)) for name, state in STATES.items()]
    by_destination = [
        {"domain": name, "waiting": amount, "oldest": moment(oldest_ms), "next_attempt": moment(due_ms)}
        for name, amount, oldest_ms, due_ms in destinations
    ]
    text = "\n\n".join(
        (
            table(("STATE", "MESSAGES"), states, empty=""),
            table(
                ("DESTINATION", "WAITING", "OLDEST", "NEXT ATTEMPT"),
                [tuple(each.values()) for each in by_destination],
                empty="No messages.",
            ),
        )
    )
    return Answer({"states": dict(states), "destinations": by_destination}, text)


@noun.command("hold", Level.FULL)
async def hold(
    installation: Installation,
    messages: Ids = None,
    domain: Domain = "",
    account: Account = "",
    everything: Everything = False,  # noqa: FBT002 - a flag of the command line
) -> Answer:
    """Hold waiting messages until they are released.

    aerogram queue hold 2251799813685248
    aerogram queue hold --domain example.org
    """
    return await _act(installation, QueueAction.HOLD, messages, domain, account, is_all=everything)


@noun.command("release", Level.FULL)
async def release(
    installation: Installation,
    messages: Ids = None,
    domain: Domain = "",
    account: Account = "",
    everything: Everything = False,  # noqa: FBT002 - a flag of the command line
) -> Answer:
    """Put held messages back into the queue and send them now.

    aerogram queue release --all
    """
    return await _act(installation, QueueAction.RELEASE, messages, domain, account, is_all=everything)


@noun.command("cancel", Level.FULL)
async def cancel(
    installation: Installation,
    messages: Ids = None,
    domain: Domain = "",
    account: Account = "",
    everything: Everything = False,  # noqa: FBT002 - a flag of the command line
) -> Answer:
    """Cancel waiting or held messages for good; they cannot be restored.

    aerogram queue cancel 2251799813685248 2251799813685249
    aerogram queue cancel --account 3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b --domain example.org
    """
    return await _act(installation, QueueAction.CANCEL, messages, domain, account, is_all=everything)


@noun.command("retry", Level.FULL)
async def retry(
    installation: Installation,
    messages: Ids = None,
    domain: Domain = "",
    account: Account = "",
    everything: Everything = False,  # noqa: FBT002 - a flag of the command line
) -> Answer:
    """Retry deferred messages now instead of at their scheduled time.

    aerogram queue retry --domain example.org
    """
    return await _act(installation, QueueAction.RETRY, messages, domain, account, is_all=everything)


async def _act(
    installation: Installation,
    action: QueueAction,
    messages: list[str] | None,
    domain: str,
    account: str,
    *,
    is_all: bool,
) -> Answer:
    if not (messages or domain or account or is_all):
        raise RefusedError(
            f"{action.value}: no messages selected; give message ids, --domain, --account or --all."
        )
    progress = Progress()
    is_complete = True
    async with installation.open() as services:
        selection = await _selection(services, messages or [], (), domain, account)
        try:
            await services.queue.apply(action, selection, progress)
        except asyncio.CancelledError:
            # Ctrl-C. What is committed stays done.
            is_complete = False
    said = f"{action.value}: {plural(progress.done, 'message')}"
    if progress.in_flight:
        said += f"; skipped {plural(progress.in_flight, 'message')} being sent right now"
    if not is_complete:
        said += "; interrupted, run it again for the others"
    facts = {"done": progress.done, "in_flight": progress.in_flight, "is_complete": is_complete}
    return Answer({"action": action.value, **facts}, said, is_yes=is_complete and progress.done > 0)


async def _selection(
    services: Services, messages: list[str], states: tuple[MessageState, ...], domain: str, account: str
) -> Selection:
    return Selection(
        ids=tuple(message_id(each) for each in messages),
        states=states,
        domain=domain.strip().lower().removeprefix("@"),
        account_id=await services.accounts.identify(account) if account else 0,
    )


def message_id(text: str) -> int:
    """Parse a message id or UUID. Raises `RefusedError`."""
    if text.isascii() and text.isdigit() and int(text) <= MAX_ID:
        return int(text)
    found = id_of_uuid(text)
    if found is None:
        raise RefusedError(f"{text!r} is not a message id or UUID.")
    return found


def _states(text: str) -> tuple[MessageState, ...]:
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if words == ["all"]:
        return tuple(MessageState)
    unknown = [word for word in words if word not in STATES]
    if unknown:
        raise RefusedError(f"--state: {unknown[0]!r} is not one of {', '.join(STATES)}, all.")
    return tuple(STATES[word] for word in words)


def _stage(row: QueueRow, now_ms: int) -> str:
    if row.state != MessageState.QUEUED:
        return MessageState(row.state).name.lower()
    if row.lease and row.due_ms > now_ms:
        return "sending"
    return "deferred" if row.attempts else "queued"


def _due(row: QueueRow) -> str:
    return moment(row.due_ms) if row.state == MessageState.QUEUED else "-"


def message_facts(row: QueueRow, now_ms: int) -> dict[str, Any]:
    """Describe a message as JSON data."""
    return {
        "id": row.id,
        "uuid": row.uuid,
        "account_id": row.account_id,
        "state": _stage(row, now_ms),
        "from": row.from_email,
        "to": row.recipient,
        "subject": row.subject,
        "size": row.size,
        "attempts": row.attempts,
        "due": moment(row.due_ms) if row.state == MessageState.QUEUED else None,
        "last_reply": row.reply,
        "created": moment(row.created_ms),
        "updated": moment(row.updated_ms),
    }
