"""``aerogram contact export``."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Annotated

import typer

from aerogram.base.errors import AerogramError, RefusedError
from aerogram.doors.cli.answer import Answer, plural
from aerogram.doors.cli.commands.contact import Account, list_id_of, noun, until_over
from aerogram.doors.cli.host import Installation
from aerogram.jobs.jobs import Jobs
from aerogram.model.account import Level
from aerogram.model.actor import operator_actor
from aerogram.model.job import Job, JobKind, JobStatus

STDOUT = "-"

Spreadsheet = Annotated[
    bool, typer.Option("--spreadsheet", help="Escape values that a spreadsheet would run as formulas.")
]


class ExportFailedError(AerogramError):
    """The job did not complete; the message says how it ended."""


@noun.command("export", Level.READ)
async def export(
    installation: Installation,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The file to write; - is standard output.")
    ] = STDOUT,
    of_list: Annotated[
        str, typer.Option("--list", metavar="LIST", help="Id or name of a list. [default: all contacts]")
    ] = "",
    spreadsheet: Spreadsheet = False,  # noqa: FBT002 - a flag of the command line
    account: Account = "",
) -> Answer | None:
    """Export contacts with all their properties to a CSV file; a running server collects them.

    The file can be imported again, unless it was written with --spreadsheet.

    aerogram contact export --list newsletter --output contacts.csv
    aerogram contact export | gzip > contacts.csv.gz
    """
    async with installation.open() as services:
        actor = operator_actor(await services.accounts.identify(account))
        conditions = {"list_id": await list_id_of(services.lists, actor, of_list)} if of_list else {}
        jobs = services.jobs
        exports = services.exports
        job = await exports.queue(
            actor,
            JobKind.EXPORT_CONTACTS,
            conditions | {"is_anonymized": 0},
            is_for_spreadsheet=spreadsheet,
        )
        job = await _ended(jobs, job)
        if output == STDOUT:
            await _print(exports.contents(job))
            return None
        await _save(exports.contents(job), Path(output))
    data = {"id": job.id, "rows": job.current, "file": output}
    return Answer(data, f"Exported {plural(job.current, 'contact')} to {output}.")


async def _ended(jobs: Jobs, job: Job) -> Job:
    """Wait until the job has completed; cancel it when interrupted. Raises `ExportFailedError`."""
    try:
        job = await until_over(jobs, job)
    except BaseException:
        await jobs.cancel(operator_actor(job.account_id), job.id)
        raise
    if job.status != JobStatus.COMPLETED:
        raise ExportFailedError(f"Job {job.id} ended with {job.status}. {job.error}".strip())
    return job


async def _print(pieces: AsyncIterator[bytes]) -> None:
    try:
        await _write(pieces, sys.stdout.buffer)
    except BrokenPipeError:
        # The other end of the pipe closed it, as head does. Flushing the rest must not fail either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _save(pieces: AsyncIterator[bytes], path: Path) -> None:
    """Write a file readable only by its owner, and rename it when it is complete. Raises `RefusedError`."""
    try:
        handle, written = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                await _write(pieces, file)
            os.rename(written, path)  # noqa: PTH104 - short enough to block, like the next
        except BaseException:
            os.unlink(written)  # noqa: PTH108
            raise
    except OSError as error:
        raise RefusedError(f"--output: {path} cannot be written: {error.strerror}.") from error


async def _write(pieces: AsyncIterator[bytes], file: IO[bytes]) -> None:
    async for piece in pieces:
        await asyncio.to_thread(file.write, piece)
    file.flush()
