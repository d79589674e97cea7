"""``aerogram contact …``."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import typer

from aerogram.audience.erasure import Proof
from aerogram.audience.jobs.contact_jobs import CSV_DATA, LIST_SOURCE
from aerogram.audience.jobs.csv_charset import charset_named
from aerogram.audience.jobs.csv_file import layout_noted
from aerogram.audience.jobs.csv_import import LIST_METHODS, METHODS
from aerogram.audience.lists import Lists
from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.doors.cli.answer import Answer, moment, one_line, plural, table
from aerogram.doors.cli.host import Installation
from aerogram.doors.cli.noun import Noun
from aerogram.jobs.jobs import Jobs, is_over
from aerogram.model.account import Area, Level
from aerogram.model.actor import Actor, operator_actor
from aerogram.model.job import CSV_IMPORT_TYPE, Job, JobKind, JobStatus
from aerogram.model.page import PageRequest
from aerogram.wire.errors import AddressError

noun = Noun(
    "Import and export contacts, follow the jobs that do it, and look up erasures.",
    Area.CONTACTS,
)

_PIECE_BYTES = 1024 * 1024
_POLL_SECONDS = 0.25
_PATIENCE_SECONDS = 10.0
"""How long to wait before warning that no server has started the job."""
_MAX_ID_DIGITS = 18
_SHOWN_REFUSALS = 20

Account = Annotated[
    str,
    typer.Option(
        "--account", metavar="ACCOUNT", help="An account id or API key. [default: the first account]"
    ),
]

Wait = Annotated[bool, typer.Option("--wait", help="Wait until the job has ended.")]


async def until_over(jobs: Jobs, job: Job) -> Job:
    """Wait until a job has ended; return its final state."""
    waited = 0.0
    while not is_over(job):
        await asyncio.sleep(_POLL_SECONDS)
        job = await jobs.find(operator_actor(job.account_id), job.id) or job
        waited += _POLL_SECONDS
        if waited == _PATIENCE_SECONDS and not job.start_ms:
            sys.stderr.write(f"aerogram: No server has started job {job.id} yet; still waiting.\n")
    return job


@noun.command("import", Level.WRITE)
async def import_(
    installation: Installation,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file; its first row names the columns.")
    ],
    to_list: Annotated[
        str, typer.Option("--list", metavar="LIST", help="Id or name of the list to change.")
    ] = "",
    method: Annotated[
        str, typer.Option("--method", metavar="METHOD", help=f"One of {', '.join(METHODS)}.")
    ] = "addnoforce",
    charset: Annotated[
        str,
        typer.Option(
            "--charset",
            metavar="CHARSET",
            help="The file's charset, such as windows-1250. [default: detected]",
        ),
    ] = "",
    wait: Wait = False,  # noqa: FBT002 - a flag of the command line
    account: Account = "",
) -> Answer:
    """Import contacts from a CSV file; a running server does the work in the background.

    The column email holds the address, every other column a contact property. Contacts who unsubscribed from
    the list stay unsubscribed, unless the method is addforce.

    aerogram contact import contacts.csv --list newsletter
    aerogram contact import gone.csv --list newsletter --method unsub --wait
    """
    if method not in METHODS:
        raise RefusedError(f"--method: {method} is not one of {', '.join(METHODS)}.")
    if bool(to_list) != (method in LIST_METHODS):
        reason = (
            "needs a list" if method in LIST_METHODS else "applies to the whole account and takes no list"
        )
        raise RefusedError(f"--list: the method {method} {reason}.")
    if charset:
        charset_named(charset)
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        list_id = await list_id_of(services.lists, actor, to_list) if to_list else 0
        jobs = services.jobs
        source = (LIST_SOURCE, list_id, CSV_DATA)
        uploaded = await jobs.upload(actor, source, "text/csv", _pieces(file))
        values = {
            "job_type": CSV_IMPORT_TYPE,
            "data_id": uploaded.id,
            "ref_id": list_id,
            "method": method,
            "options": json.dumps({"Charset": charset_named(charset)}) if charset else "",
            "status": JobStatus.UPLOAD.value,
        }
        job = await jobs.queue(actor, JobKind.CSV_IMPORT, values)
        if wait:
            job = await until_over(jobs, job)
        return await _state(jobs, job)


@noun.command("job", Level.READ)
async def job(
    installation: Installation,
    number: Annotated[int, typer.Argument(metavar="JOB", help="The job's id.")],
    account: Account = "",
) -> Answer:
    """Show the progress of a job and the rows that it rejected.

    aerogram contact job 229803152596992
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        jobs = services.jobs
        found = await jobs.find(actor, number)
        if found is None:
            raise NotFoundError(f"The account has no job {number}.")
        return await _state(jobs, found)


@noun.command("cancel", Level.FULL)
async def cancel(
    installation: Installation,
    number: Annotated[int, typer.Argument(metavar="JOB", help="The job's id.")],
    account: Account = "",
) -> Answer:
    """Cancel a job; changes made so far are kept.

    aerogram contact cancel 229803152596992
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        is_cancelled = await services.jobs.cancel(actor, number)
    done = "cancelled" if is_cancelled else "nothing"
    text = (
        f"Job {number} is cancelled."
        if is_cancelled
        else f"Job {number} does not exist or has already ended."
    )
    return Answer({"id": number, "done": done}, text, is_yes=is_cancelled)


@noun.command("erased", Level.READ)
async def erased(
    installation: Installation,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address to look up.")],
    account: Account = "",
) -> Answer:
    """Check whether an address was erased, and when; exit with status 1 if not.

    Only a digest of the address is stored, so you must give the address.

    aerogram contact erased ann@example.net
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        try:
            proofs = await services.erasures.proofs(actor, email.strip())
        except AddressError as error:
            raise RefusedError(str(error)) from error
    lines = [f"{email} was erased at {moment(proof.erased_ms)}." for proof in proofs]
    text = "\n".join(lines) or f"{email} was not erased."
    return Answer([_shown_proof(proof) for proof in proofs], text, is_yes=bool(proofs))


@noun.command("erasures", Level.READ)
async def erasures(
    installation: Installation,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many to list.")] = 100,
    account: Account = "",
) -> Answer:
    """List erasures, newest first: former contact ids and times. Addresses are not stored.

    aerogram contact erasures --limit 20
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        proofs = await services.erasures.newest(actor, limit)
    rows = [(proof.contact_id, moment(proof.erased_ms)) for proof in proofs]
    text = table(("CONTACT", "ERASED"), rows, empty="No erasures yet.")
    return Answer([_shown_proof(proof) for proof in proofs], text)


def _shown_proof(proof: Proof) -> dict[str, Any]:
    return {"contact": proof.contact_id, "erased": moment(proof.erased_ms), "digest": proof.digest}


async def _state(jobs: Jobs, found: Job) -> Answer:
    refused = [
        refusal.text
        async for refusal in _first(jobs, found)
        if refusal.item or found.kind != JobKind.CSV_IMPORT
    ]
    layout = (
        layout_noted((await jobs.notes([found])).get(found.id, ""))
        if found.kind == JobKind.CSV_IMPORT
        else ""
    )
    facts: dict[str, Any] = {
        "id": found.id,
        "kind": str(found.kind),
        "status": str(found.status),
        "count": found.count,
        "done": found.current,
        "refused": found.errcount,
        "error": found.error,
    }
    line = f"Job {found.id}: {found.status}, {plural(found.current, 'row')} done, {found.errcount} rejected."
    if layout:
        facts["file"] = layout
    read_as = [f"File: {layout}."] if layout else []
    lines = [line, *read_as, *([found.error] if found.error else []), *map(one_line, refused)]
    is_yes = found.status not in {JobStatus.ERROR, JobStatus.ABORT}
    return Answer(facts | {"first_refused": refused}, "\n".join(lines), is_yes=is_yes)


async def _first(jobs: Jobs, found: Job) -> AsyncIterator[Any]:
    """Yield the first lines of an error file."""
    given = 0
    async for refusal in jobs.refusals(found):
        yield refusal
        given += 1
        if given > _SHOWN_REFUSALS:
            return


async def list_id_of(lists: Lists, actor: Actor, named: str) -> int:
    """Find a list that is not deleted, by id or else by name."""
    is_id = named.isascii() and named.isdigit() and len(named) <= _MAX_ID_DIGITS
    for conditions in ({"id": int(named)} if is_id else {}, {"name": named}):
        if conditions:
            found, _ = await lists.page(actor, PageRequest(conditions | {"is_deleted": 0}, 1))
            if found:
                return found[0].id
    raise NotFoundError(f"The account has no list {named}.")


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                yield piece
    except OSError as error:
        raise RefusedError(f"{path} cannot be read: {error.strerror}.") from error
