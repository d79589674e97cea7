"""A command that waits for a job, beside a server or without one."""

import asyncio

from aerogram.doors.cli.commands import contact
from support.audience_jobs import csv_of
from support.waiting import until


async def test_who_waits_while_no_server_runs_is_told_so_and_gets_the_job_when_one_does(
    shop, monkeypatch, capsys
):
    monkeypatch.setattr(contact, "_PATIENCE_SECONDS", 0.25)
    job = await shop.queue_import(csv_of("a@b.org,x"))
    waiting = asyncio.create_task(contact.until_over(shop.jobs, job))
    said = []

    async def is_told():
        said.append(capsys.readouterr().err)
        return "".join(said) == f"aerogram: No server has started job {job.id} yet; still waiting.\n"

    await until(is_told, "the sentence")
    async with shop.running():
        assert (await waiting).status == "Completed"
