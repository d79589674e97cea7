"""The embedded store on a disk that fills up, under a lock that another holds, or without its file."""

import asyncio
import base64
import contextlib
import sqlite3

import pytest

from aerogram.base.errors import StoreFullError, UnavailableError
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.store.open import FILE_NAME, open_database
from aerogram.store.records.messages import queue, queue_depth
from aerogram.store.room import Watermark
from aerogram.store.sqlite_file import checkpoints
from aerogram.store.sqlite_file.connection import KEPT_LOG_BYTES
from support.small_disk import MEGABYTE, fill, make_room, small_disk
from support.smtp_door import SmtpHouse
from support.submissions import MAIL
from support.webhooks import eventually


@pytest.fixture
def database_url():
    return None


@pytest.fixture
def disk(tmp_path):
    with small_disk(tmp_path / "disk", 6) as folder:
        yield folder


@pytest.fixture
async def database(disk):
    opened = await open_database(disk, None)
    yield opened
    await opened.close()


async def is_accepting(plant):
    try:
        await plant.accept("later@example.net")
    except UnavailableError:
        return False
    return True


async def accept_on(plant, accepted):
    while True:
        accepted += await plant.accept("b@example.net", body=MAIL + b"x" * 200_000)


async def test_a_full_disk_is_told_and_what_was_accepted_stays_whole(plant, disk):
    accepted = await plant.accept("a@example.net")
    fill(disk)
    large = asyncio.gather(
        *(plant.accept("b@example.net", body=MAIL + b"x" * 200_000) for _ in range(40)),
        return_exceptions=True,
    )
    for answer in await large:
        accepted += [] if isinstance(answer, StoreFullError) else answer
    assert len(accepted) < 41
    # The log may have started over meanwhile, with room for a few more.
    with pytest.raises(StoreFullError):
        await accept_on(plant, accepted)
    async with plant.working():
        make_room(disk)
        await eventually(lambda: is_accepting(plant))
        for message in accepted:
            await plant.until(message, MessageState.SENT)
    with contextlib.closing(sqlite3.connect(disk / FILE_NAME)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_outcomes_that_find_no_room_are_recorded_when_there_is_some(plant, disk):
    """They are not taken for letters that took workers with them."""
    body = MAIL + b"x" * 300_000
    [message] = await plant.accept("a@example.net", body=body)
    [letter] = await plant.leases.claim(1)
    await plant.leases.give_back([letter])
    put, failures = plant.blobs.put, []
    error = StoreFullError("The disk that holds the store is full.")

    async def failing(data):
        if len(failures) < 2:
            failures.append(data)
            raise error
        return await put(data)

    plant.blobs.put = failing
    async with plant.working():
        await plant.until(message, MessageState.SENT)
    assert await plant.events(message) == [EventKind.SENT]


async def test_a_client_is_told_452_when_the_disk_is_full_and_served_again_when_it_is_not(
    database, disk, ids, clock, tmp_path
):
    installation = SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)
    async with installation.opened():
        client = await installation.client()
        await client.say("EHLO client.example")
        await client.say(auth_of(installation))
        fill(disk)
        mail = MAIL + (b"x" * 70 + b"\r\n") * 1_000
        replies = [await client.send_mail(mail) for _ in range(60)]
        assert replies[-1].startswith("452 4.3.1")
        make_room(disk)
        assert (await client.send_mail(mail)).startswith("250")


def auth_of(installation):
    pair = f"\0{installation.keys.api_key}\0{installation.keys.secret_key}"
    return "AUTH PLAIN " + base64.b64encode(pair.encode()).decode()


async def test_a_log_that_grew_while_a_reader_slept_gives_its_room_back(plant, disk, monkeypatch):
    monkeypatch.setattr(checkpoints, "RESTART_WAL_PAGES", 64)
    writer = plant.database._writing.connection
    assert writer.execute("PRAGMA journal_size_limit").fetchone() == (KEPT_LOG_BYTES,)
    writer.execute("PRAGMA journal_size_limit = 65536")
    reader = sqlite3.connect(disk / FILE_NAME, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM message").fetchone()
    for _ in range(40):
        await plant.accept("a@example.net", body=MAIL + b"x" * 40_000)
    log = disk / f"{FILE_NAME}-wal"
    grown = log.stat().st_size
    assert grown > MEGABYTE
    reader.close()

    async def is_short_again():
        await asyncio.sleep(0.2)
        await plant.accept("a@example.net")
        return log.stat().st_size < grown // 2

    await eventually(is_short_again)


async def test_a_lock_that_another_program_keeps_is_told_to_all_who_wait_at_once(plant, disk):
    await plant.accept("a@example.net")
    plant.database._writing.connection.execute("PRAGMA busy_timeout = 300")
    other = sqlite3.connect(disk / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    async with asyncio.timeout(3):
        writes = [plant.database.write(lambda: queue.release([], 0)) for _ in range(30)]
        answers = await asyncio.gather(*writes, return_exceptions=True)
    assert all(isinstance(answer, UnavailableError) for answer in answers), answers
    other.close()
    assert await plant.accept("a@example.net")


async def test_a_store_whose_file_vanished_is_not_available_and_no_empty_one_takes_its_place(plant, disk):
    (disk / FILE_NAME).unlink()
    with pytest.raises(UnavailableError):
        await plant.database.read(queue_depth.depth)
    with pytest.raises(UnavailableError):
        await plant.accept("a@example.net")
    assert not (disk / FILE_NAME).exists()


def test_a_data_folder_that_cannot_be_asked_has_no_room(tmp_path):
    watermark = Watermark(tmp_path / "gone", 1)
    assert not watermark.has_room()
    with pytest.raises(StoreFullError):
        watermark.check()
