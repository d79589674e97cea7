"""A shop of jobs over a store: uploads, jobs, and how the audience looks afterwards."""

import asyncio
import contextlib

from sqlalchemy import insert, select

from aerogram.app.job_kinds import EXPORT_SOURCES, HANDLERS
from aerogram.audience.jobs.contact_jobs import CSV_DATA, LIST_SOURCE, ContactJobs
from aerogram.base.errors import StoreFullError
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.jobs import build as jobs
from aerogram.jobs.jobs import is_over
from aerogram.model.job import JobKind
from aerogram.store.blobs import DiskBlobs
from aerogram.store.ground import Ground
from aerogram.store.sql import Sql
from aerogram.store.tables.contacts import contact, contact_list, list_recipient
from support.actors import acting
from support.waiting import until

NEWS, SHOP = 501, 502
_ADD_LIST = Sql(
    insert(contact_list).values(id=None, account_id=None, name=None, address=None, created_ms=0),
    "id",
    "account_id",
    "name",
    "address",
)
_CONTACTS = Sql(
    select(contact.c.account_id, contact.c.email, contact.c.name, contact.c.properties, contact.c.is_excluded)
)
_LINKS = Sql(
    select(contact.c.email, list_recipient.c.is_unsubscribed, list_recipient.c.list_id).join(
        contact, contact.c.id == list_recipient.c.contact_id
    )
)
_COUNTS = Sql(select(contact_list.c.id, contact_list.c.subscriber_count))


def csv_of(*rows, header="email,city"):
    """Write a file."""
    return "\n".join([header, *rows, ""]).encode()


def many_rows(count, start=0):
    return [f"person{number}@example.org,Paris" for number in range(start, start + count)]


async def pieces(data, size=100_000):
    for at in range(0, len(data), size):
        yield data[at : at + size]


class JobShop:
    """Jobs of account 1, which has the lists `NEWS` and `SHOP`."""

    def __init__(self, database, folder, ids, clock):
        self.database = database
        self.clock = clock
        self.is_full = False
        self.ground = Ground(
            database, DiskBlobs(folder), ids, clock, Sealer(new_master_key()), self._check_room
        )
        built = jobs.build(self.ground, HANDLERS, EXPORT_SOURCES)
        self.runner, self.jobs, self.exports = built.runner, built.jobs, built.exports
        self.contact_jobs = ContactJobs(self.jobs, database)

    def _check_room(self):
        if self.is_full:
            raise StoreFullError("The disk is nearly full.")

    async def open(self):
        def add_lists():
            yield _ADD_LIST(NEWS, 1, "news", "aaa")
            yield _ADD_LIST(SHOP, 1, "shop", "bbb")

        await self.database.write(add_lists)

    async def upload(self, data, account_id=1):
        file = await self.jobs.upload(
            acting(account_id), (LIST_SOURCE, NEWS, CSV_DATA), "text/plain", pieces(data)
        )
        return file.id

    async def queue_import(self, data, *, account_id=1, method="addforce", list_id=NEWS, **values):
        data_id = await self.upload(data, account_id)
        values = {"job_type": "x", "data_id": data_id, "ref_id": list_id, "method": method, **values}
        return await self.jobs.queue(acting(account_id), JobKind.CSV_IMPORT, values)

    async def ended(self, job, seconds=30.0):
        """Wait for the end of a job on which a runner works."""

        async def over():
            found = await self.jobs.find(acting(job.account_id), job.id)
            return found if is_over(found) else None

        return await until(over, f"the end of job {job.id}", seconds)

    async def done(self, job):
        """Have a job worked on to its end."""
        async with self.running():
            return await self.ended(job)

    @contextlib.asynccontextmanager
    async def running(self, *runners):
        """Have runners work while the block runs."""
        tasks = [asyncio.create_task(runner.run()) for runner in runners or (self.runner,)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def error_lines(self, job):
        return [refusal.text async for refusal in self.jobs.refusals(job)]

    async def contacts(self):
        """Give (name, properties, is excluded) by address."""
        rows = await self.database.read(lambda: _rows(_CONTACTS))
        assert len({(row[0], row[1]) for row in rows}) == len(rows)
        return {row[1]: tuple(row[2:]) for row in rows}

    async def members(self, list_id=NEWS):
        """Give whether each address of a list is unsubscribed, and see that the list counts right."""
        rows = [row for row in await self.database.read(lambda: _rows(_LINKS)) if row[2] == list_id]
        assert len({row[0] for row in rows}) == len(rows)
        counts = dict(await self.database.read(lambda: _rows(_COUNTS)))
        assert counts[list_id] == sum(not row[1] for row in rows)
        return {row[0]: bool(row[1]) for row in rows}


def _rows(statement):
    return (yield statement())
