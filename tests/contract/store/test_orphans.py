"""Files of bodies that no row names go when they are old; one that a row names, or may name soon, never does."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, LargeBinary, bindparam, delete, insert, select

from aerogram.base.clock import DAY
from aerogram.base.errors import NotFoundError
from aerogram.model.message import ContentKind, Recipient, Submission
from aerogram.store.blobs import INLINE_LIMIT_BYTES, DiskBlobs
from aerogram.store.orphans import NEW_MS, OrphanSweep
from aerogram.store.records import blob_names
from aerogram.store.records.accounts import accounts
from aerogram.store.records.accounts.accounts import AccountRow
from aerogram.store.sql import Sql
from aerogram.store.tables import content
from aerogram.store.tables.schema import metadata
from aerogram.submission.accept import Acceptor
from support.package import PACKAGE_PATH

_ROOT = Path(__file__).parents[3]
LARGE = b"x" * (INLINE_LIMIT_BYTES + 1)
_FILES = Sql(select(content.c.id, content.c.blob).where(content.c.blob.is_not(None)).order_by(content.c.id))
_DROP = Sql(delete(content).where(content.c.id == bindparam("which")), "which")


def a_mail(body=LARGE):
    return Submission(
        account_id=1,
        door="smtp",
        reverse_path="shop@example.com",
        recipients=(Recipient("ann@example.net"),),
        kind=ContentKind.MIME,
        body=body,
        from_email="shop@example.com",
    )


class Installation:
    """A store with a folder of bodies, which accepts mail and sweeps."""

    def __init__(self, database, folder, ids, clock):
        self.database, self.folder = database, folder
        self.blobs = DiskBlobs(folder)
        self.sweep = OrphanSweep(database, folder)
        self.acceptor = Acceptor(
            database, self.blobs, ids, clock, check_room=lambda: None, on_accepted=lambda _: None
        )

    async def named(self):
        """The files that rows name."""

        def unit():
            return {row[1]: row[0] for row in (yield _FILES())}

        return await self.database.read(unit)

    async def drop(self, content_id):
        def unit():
            yield _DROP(content_id)

        await self.database.write(unit)

    def files(self):
        return {path.name: path for path in self.folder.glob("??/??/*")}

    def age(self, milliseconds=NEW_MS + 60_000):
        """Let all files be older."""
        for path in self.files().values():
            at = path.stat().st_mtime - milliseconds / 1000
            os.utime(path, (at, at))


@pytest.fixture
async def installation(database, tmp_path, ids, clock):
    await database.write(lambda: accounts.add(AccountRow(1, "Shop", 1_700_000_000_000), []))
    (tmp_path / "blobs").mkdir(exist_ok=True)
    return Installation(database, tmp_path / "blobs", ids, clock)


async def test_a_file_without_a_row_goes_when_it_is_a_day_old(installation):
    orphan = await installation.blobs.put(LARGE)
    [[accepted]] = await installation.acceptor.accept([a_mail()])
    assert await installation.sweep.sweep() == 0
    installation.age(NEW_MS - 60_000)
    assert await installation.sweep.sweep() == 0
    installation.age(DAY)
    assert await installation.sweep.sweep() == 1
    assert set(installation.files()) == set(await installation.named())
    with pytest.raises(NotFoundError):
        await installation.blobs.get(orphan)
    assert accepted.message_id


async def test_a_file_goes_with_its_row(installation):
    await installation.acceptor.accept([a_mail(), a_mail()])
    first, second = await installation.named()
    await installation.drop((await installation.named())[first])
    installation.age()
    assert await installation.sweep.sweep() == 1
    assert set(installation.files()) == {second}


async def test_what_an_upload_left_that_broke_off_goes_too(installation):
    upload = await installation.blobs.begin()
    await upload.write(LARGE)
    assert len(installation.files()) == 1
    installation.age()
    assert await installation.sweep.sweep() == 1
    assert not installation.files()
    await upload.drop()


async def test_a_file_that_is_told_to_be_meant_is_new_again(installation):
    name = await installation.blobs.put(LARGE)
    installation.age()
    await installation.blobs.touch(name)
    assert await installation.sweep.sweep() == 0
    assert await installation.blobs.get(name) == LARGE


NAMING = [
    column for table in metadata.sorted_tables for column in table.columns if column.name.endswith("blob")
]
"""Every column of the schema that names files."""


def of_no_meaning(column):
    """A value that a column takes."""
    if isinstance(column.type, LargeBinary):
        return b""
    return 7 if isinstance(column.type, Integer) else "x"


@pytest.mark.parametrize("naming", NAMING, ids=str)
async def test_whatever_names_a_file_keeps_it(installation, naming):
    name = await installation.blobs.put(LARGE)
    columns = [each for each in naming.table.columns if each is naming or not each.nullable]
    values = [name if each is naming else of_no_meaning(each) for each in columns]
    add = Sql(
        insert(naming.table).values({each.name: bindparam(each.name) for each in columns}),
        *(each.name for each in columns),
    )

    def unit():
        yield add(*values)

    await installation.database.write(unit)
    installation.age()
    assert await installation.sweep.sweep() == 0
    assert await installation.blobs.get(name) == LARGE


async def test_files_from_before_the_store_are_anothers(installation):
    await installation.blobs.put(LARGE)
    for path in installation.files().values():
        os.utime(path, (1_600_000_000, 1_600_000_000))
    assert await installation.sweep.sweep() == 0
    assert len(installation.files()) == 1


async def test_a_store_without_an_account_sweeps_nothing(database, tmp_path, ids, clock):
    empty = Installation(database, tmp_path / "blobs", ids, clock)
    await empty.blobs.put(LARGE)
    empty.age()
    assert await empty.sweep.sweep() == 0
    assert await empty.database.read(blob_names.began_ms) is None


async def test_a_pass_is_bounded_and_the_next_one_goes_on(installation, monkeypatch):
    monkeypatch.setattr("aerogram.store.orphans.MOST_FILES", 3)
    names = [await installation.blobs.put(b"x") for _ in range(10)]
    installation.age()
    swept = [await installation.sweep.sweep() for _ in range(4)]
    assert sum(swept) == len(names)
    assert max(swept) < len(names)
    assert not installation.files()


async def test_equal_bodies_have_files_of_their_own(installation):
    await installation.acceptor.accept([a_mail(), a_mail()])
    first, second = await installation.named()
    assert first != second
    assert await installation.blobs.get(first) == await installation.blobs.get(second) == LARGE


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(st.sampled_from(["add", "orphan", "drop", "age", "sweep"]), max_size=25),
    seed=st.integers(0, 9),
)
async def test_no_order_of_adding_dropping_and_sweeping_takes_a_file_that_a_row_names(
    installation, steps, seed
):
    chance = random.Random(seed)
    for step in steps:
        match step:
            case "add":
                await installation.acceptor.accept([a_mail()])
            case "orphan":
                await installation.blobs.put(b"nobody's")
            case "drop" if contents := sorted((await installation.named()).values()):
                await installation.drop(chance.choice(contents))
            case "age":
                installation.age()
            case "sweep":
                await installation.sweep.sweep()
        assert set(await installation.named()) <= set(installation.files())
    installation.age()
    await installation.sweep.sweep()
    assert set(installation.files()) == set(await installation.named())


async def test_writers_beside_sweepers_lose_nothing(installation):
    sweeps = [OrphanSweep(installation.database, installation.folder, new_ms=20_000) for _ in range(2)]
    is_over = asyncio.Event()

    async def sweeping(sweep):
        while not is_over.is_set():
            # Files whose row is there are as old as can be, so that the row alone protects them.
            for name in await installation.named():
                os.utime(installation.files()[name], (1_750_000_000, 1_750_000_000))
            await sweep.sweep()

    async def writing():
        for _ in range(10):
            await installation.acceptor.accept([a_mail()])

    tasks = [asyncio.create_task(sweeping(sweep)) for sweep in sweeps]
    await asyncio.gather(*(writing() for _ in range(4)))
    is_over.set()
    await asyncio.gather(*tasks)
    assert len(await installation.named()) == 40
    assert set(await installation.named()) <= set(installation.files())


_KILLED = """
    import asyncio, sys
    from pathlib import Path
    from aerogram.base.clock import SystemClock
    from aerogram.base.ids import IdGenerator
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.open import open_database
    from aerogram.submission.accept import Acceptor
    from contract.store.test_orphans import a_mail

    async def main(folder, url):
        database = await open_database(folder, url or None)
        clock = SystemClock()
        acceptor = Acceptor(database, DiskBlobs(folder / "blobs"), IdGenerator(clock), clock,
                            check_room=lambda: None, on_accepted=lambda _: None)
        async def writing():
            while True:
                [[accepted]] = await acceptor.accept([a_mail()])
                print(accepted.message_id, flush=True)
        await asyncio.gather(*(writing() for _ in range(4)))

    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


def _killed_while_it_accepts(folder, database_url):
    """Let a process accept mail until it is killed; gives what it promised, line by line."""
    command = [sys.executable, "-c", textwrap.dedent(_KILLED), str(folder), database_url or ""]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([PACKAGE_PATH, "tests"])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=_ROOT) as process:
        promised = [process.stdout.readline() for _ in range(10)]
        process.send_signal(signal.SIGKILL)
        return promised + process.stdout.readlines()


async def test_what_was_promised_before_a_kill_has_its_file_and_all_else_goes(
    installation, database_url, tmp_path
):
    promised = await asyncio.to_thread(_killed_while_it_accepts, tmp_path, database_url)
    installation.age()
    await installation.sweep.sweep()
    named = await installation.named()
    assert len(named) >= len([line for line in promised if line.endswith(b"\n")])
    assert set(installation.files()) == set(named)
    for name in named:
        assert await installation.blobs.get(name) == LARGE
