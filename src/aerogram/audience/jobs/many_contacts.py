"""Create, change and subscribe the many contacts of one call, after its response.

(compatibility: contacts#bulk-jobs)

The file has one contact per line, as JSON.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.actions import SubscriptionAction
from aerogram.audience.properties import defined
from aerogram.audience.subscriptions import Entry, ListAction, apply
from aerogram.base.errors import RefusedError
from aerogram.jobs.context import CHUNK, JobFailedError
from aerogram.model.job import Progress, Refusal
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import activity
from aerogram.store.records.jobs import data_files
from aerogram.wire.address import is_email, suppression_key

if TYPE_CHECKING:
    from aerogram.audience.properties import Catalogue
    from aerogram.jobs.context import JobContext
    from aerogram.jobs.halt import Halt
    from aerogram.store.sql import Unit

MAX_PIECE_BYTES: Final = 4 * 1024 * 1024
"""A step ends after the contact that reaches this size, to bound its time and memory."""
MAX_NAME: Final = 255
"""Characters of a contact's name; our choice."""
_KNOWN: Final = frozenset({"email", "name", "isexcludedfromcampaigns", "properties", "error", "errorfield"})
"""The properties of a contact in lower case. The last two are in the file of refused contacts, which may be sent
again after it was corrected."""
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode


class ManyContactsOptions(msgspec.Struct, frozen=True):
    """The actions on lists that apply to all contacts: pairs of list id and action name."""

    lists: list[tuple[int, str]] = []

    @property
    def actions(self) -> list[ListAction]:
        """The actions on lists."""
        return [ListAction(list_id, SubscriptionAction(word)) for list_id, word in self.lists]


options_of: Final = msgspec.json.Decoder(ManyContactsOptions).decode


class InvalidContactError(RefusedError):
    """The contact is invalid; ``name`` is the property that is wrong."""

    def __init__(self, reason: str, name: str) -> None:
        super().__init__(reason)
        self.name = name


async def work(context: JobContext) -> None:
    """Process the contacts from the last commit to the end."""
    job, ground = context.job, context.ground
    found = await context.read(lambda: data_files.find(job.account_id, job.data_id))
    if found is None:
        raise JobFailedError("The contacts of the job do not exist.")
    actions = options_of(job.options).actions
    catalogue = await context.read(lambda: defined(job.account_id))
    while True:
        start, before = context.job.cursor, context.job.current
        lines, end = await context.in_thread(partial(_lines, context, found.blob, start))
        if not lines:
            return
        read = partial(_read, lines, catalogue, before + 1)
        entries, refusals = await context.in_thread(read)
        if context.actor.is_sandboxed and (live := await _live(context, entries)):
            entries, refusals = await context.in_thread(partial(read, live=live))
        now_ms = ground.clock.now_ms()

        def rows(entries: list[Entry] = entries, now_ms: int = now_ms) -> Unit[object]:
            return apply(
                job.account_id,
                entries,
                actions,
                ids=ground.ids,
                now_ms=now_ms,
                is_sandboxed=context.actor.is_sandboxed,
            )

        progress = Progress(cursor=end, items=len(lines), refusals=tuple(refusals))
        await context.commit(progress, rows if entries else None)


def _lines(context: JobContext, blob: str, start: int, halt: Halt) -> tuple[list[bytes], int]:
    lines: list[bytes] = []
    with context.ground.blobs.open(blob) as file:
        file.seek(start)
        while len(lines) < CHUNK and file.tell() - start < MAX_PIECE_BYTES and (line := file.readline()):
            halt.check()
            lines.append(line)
        return lines, file.tell()


async def _live(context: JobContext, entries: list[Entry]) -> frozenset[str]:
    """Return the addresses of contacts that were not made in the sandbox."""
    account_id = context.job.account_id

    def unit() -> Unit[frozenset[str]]:
        known = yield from activity.find(account_id, {entry.email for entry in entries})
        own = yield from sandbox.find_own(account_id, known.values())
        return frozenset(email for email, contact_id in known.items() if contact_id not in own)

    return await context.read(unit)


def _read(
    lines: list[bytes],
    catalogue: Catalogue,
    first_item: int,
    halt: Halt,
    *,
    live: frozenset[str] = frozenset(),
) -> tuple[list[Entry], list[Refusal]]:
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    for item, line in enumerate(lines, first_item):
        halt.check()
        try:
            given = _decode(line)
            entry = entry_of(given, catalogue)
            _check_sandbox(entry, live)
            entries.append(entry)
        except InvalidContactError as error:
            shown = (
                {**given, "Error": str(error), "ErrorField": error.name} if isinstance(given, dict) else {}
            )
            refusals.append(Refusal(item, _encode(shown or {"Error": str(error)}).decode()))
    return entries, refusals


def _check_sandbox(entry: Entry, live: frozenset[str]) -> None:
    if entry.email in live:
        raise InvalidContactError(str(sandbox.outside_of_sandbox()), "Email")


def entry_of(given: Any, catalogue: Catalogue) -> Entry:
    """Parse a contact of a call. Raises `InvalidContactError`."""
    if not isinstance(given, dict):
        raise InvalidContactError("A contact must be an object", "")
    values = {name.lower(): value for name, value in given.items()}
    for name in given:
        if name.lower() not in _KNOWN and values[name.lower()] is not None:
            raise InvalidContactError(f"A contact has no property {name[:MAX_NAME]!r}", name[:MAX_NAME])
    email = values.get("email")
    if not isinstance(email, str) or not email.strip():
        raise InvalidContactError("MJ03 A non-empty value is required", "Email")
    if not is_email(email.strip()):
        raise InvalidContactError("Invalid email address", "Email")
    name = values.get("name")
    if name is not None and (not isinstance(name, str) or len(name) > MAX_NAME or "\0" in name):
        raise InvalidContactError(f"The name must be a string of at most {MAX_NAME} characters", "Name")
    typing = catalogue.typed(_properties(values.get("properties")))
    if typing.errors:
        which, reason = typing.errors[0]
        raise InvalidContactError(reason, which)
    is_excluded = _flag(values.get("isexcludedfromcampaigns"))
    return Entry(suppression_key(email.strip()), name, typing.values, is_excluded)


def _properties(given: Any) -> dict[str, Any]:
    """Parse properties given as an object or as JSON text; "" means none.

    (compatibility: contacts#one-contact-and-one-list)
    """
    if isinstance(given, str) and given.strip():
        try:
            given = _decode(given)
        except ValueError:
            raise InvalidContactError("The properties must be an object", "Properties") from None
    if given is None or given in ("", []):
        return {}
    if not isinstance(given, dict):
        raise InvalidContactError("The properties must be an object", "Properties")
    return given


def _flag(given: Any) -> bool | None:
    if given is None:
        return None
    flag = _FLAGS.get(str(given).lower())
    if flag is None:
        raise InvalidContactError("The value must be true or false", "IsExcludedFromCampaigns")
    return flag
