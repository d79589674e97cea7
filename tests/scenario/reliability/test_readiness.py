"""``/readyz`` says 503 with the reason while mail would be refused for a reason of our own, and 200 again afterwards."""

import asyncio
import errno
import json
import os
import sqlite3
import tempfile
import time
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from aerogram.app import readiness
from aerogram.base.errors import StoreFullError, UnavailableError
from aerogram.base.in_flight import budget
from aerogram.base.in_flight.in_flight import LONG_SECONDS, InFlight
from aerogram.doors.http.health import Health
from aerogram.store import room as room_module
from aerogram.store.open import FILE_NAME
from aerogram.store.room import PROBE_BYTES, Watermark
from aerogram.store.sql import Sql
from support.small_disk import MEGABYTE, fill, make_room, small_disk
from support.webhooks import eventually

FULL = "nearly full"
RENEW = Sql(text("UPDATE account SET name = name"))


@pytest.fixture
def database_url():
    return None


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(room_module, "LOOK_SECONDS", 0.0)


class Probed:
    """What the checks look at, and the answer of ``/readyz``."""

    def __init__(self, database, folder, bodies=None):
        self.database = database
        self.room = Watermark(folder, MEGABYTE, bodies)
        self.in_flight = InFlight(1_000_000, folder)
        self._health = Health(readiness.checks_of(self))

    async def renew_node(self):
        def unit():
            yield RENEW()

        await self.database.write(unit)

    async def __call__(self):
        """Give the status, and what the failed checks say."""
        sent = []

        async def send(message):
            sent.append(message)

        await self._health.ready({"type": "http", "method": "GET", "headers": []}, None, send)
        report = json.loads(sent[1]["body"])
        assert report["status"] == {200: "ready", 503: "not ready"}[sent[0]["status"]]
        return sent[0]["status"], {name: said for name, said in report["checks"].items() if said != "ok"}


@pytest.fixture
def probed(database, tmp_path):
    return Probed(database, tmp_path)


async def is_full_then_ready(probed, mend):
    status, said = await probed()
    assert (status, list(said)) == (503, ["disk"])
    assert FULL in said["disk"]
    mend()
    assert await probed() == (200, {})


async def test_it_is_ready_when_nothing_is_missing(probed):
    assert await probed() == (200, {})


@pytest.mark.parametrize("number", [errno.EDQUOT, errno.ENOSPC, errno.EFBIG, errno.EROFS, errno.EIO])
async def test_a_refused_write_is_remembered_until_one_like_it_succeeds(probed, monkeypatch, number):
    """A quota does not show in what the disk says of its free space."""

    def refuse(**_):
        raise OSError(number, os.strerror(number))

    assert await probed() == (200, {})
    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    # Nothing was refused yet, so nothing is tried.
    assert await probed() == (200, {})
    probed.room.note_refusal()
    await is_full_then_ready(probed, lambda: monkeypatch.setattr(tempfile, "TemporaryFile", real))
    assert not list(probed.room._folder.glob("tmp*"))


async def test_a_write_that_is_cut_short_is_refused(probed, monkeypatch):
    class Short:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def write(self, data):
            return len(data) - 1

    real = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Short())
    probed.room.note_refusal()
    await is_full_then_ready(probed, lambda: monkeypatch.setattr(tempfile, "TemporaryFile", real))


@pytest.mark.parametrize("free_files", [0, 1, 1000])
async def test_a_disk_without_room_for_another_file_is_full(probed, monkeypatch, free_files):
    real = os.statvfs
    disk = {"f_files": 1000, "f_favail": free_files}

    def statvfs(folder):
        found = real(folder)
        return SimpleNamespace(f_bavail=found.f_bavail, f_frsize=found.f_frsize, **disk)

    monkeypatch.setattr(room_module.os, "statvfs", statvfs)
    if free_files:
        assert await probed() == (200, {})
    else:
        await is_full_then_ready(probed, lambda: disk.update(f_favail=5))


async def test_a_file_system_without_a_fixed_number_of_files_is_not_full(probed, monkeypatch):
    found = SimpleNamespace(f_bavail=2**20, f_frsize=4096, f_files=0, f_favail=0)
    monkeypatch.setattr(room_module.os, "statvfs", lambda _: found)
    assert await probed() == (200, {})


async def test_a_full_disk_of_the_bodies_is_told(database, tmp_path):
    with small_disk(tmp_path / "bodies", 4) as bodies:
        probed = Probed(database, tmp_path, bodies)
        assert await probed() == (200, {})
        fill(bodies)
        await is_full_then_ready(probed, lambda: make_room(bodies))


async def test_a_refused_write_on_the_disk_of_the_bodies_is_tried_there(database, tmp_path):
    with small_disk(tmp_path / "bodies", 4) as bodies:
        probed = Probed(database, tmp_path, bodies)
        probed.room = Watermark(tmp_path, 0, bodies)
        probed._health = Health(readiness.checks_of(probed))
        fill(bodies, leave=PROBE_BYTES // 2)
        assert await probed() == (200, {})
        probed.room.note_refusal()
        await is_full_then_ready(probed, lambda: make_room(bodies))


async def test_a_missing_folder_of_the_bodies_counts_as_full(database, tmp_path):
    bodies = tmp_path / "bodies"
    await is_full_then_ready(Probed(database, tmp_path, bodies), bodies.mkdir)


async def test_a_store_that_another_program_holds_is_told(probed, tmp_path, monkeypatch):
    monkeypatch.setattr("aerogram.doors.http.health.CHECK_SECONDS", 0.3)
    other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status, said = await probed()
    other.execute("ROLLBACK")
    other.close()
    assert (status, list(said)) == (503, ["store"])
    assert "no answer within" in said["store"]

    async def is_ready():
        return await probed() == (200, {})

    await eventually(is_ready)


@pytest.mark.parametrize("fault", [UnavailableError("The store is away."), StoreFullError("No space left.")])
async def test_a_store_that_reads_and_does_not_write_is_told(probed, fault):
    async def refuse():
        raise fault

    probed.renew_node = refuse
    assert await probed() == (503, {"store": str(fault)})
    del probed.renew_node
    assert await probed() == (200, {})


@pytest.mark.parametrize("kind", ["memory", "files"])
async def test_a_budget_of_bytes_that_refuses_for_long_is_told(probed, monkeypatch, kind):
    now = time.monotonic()
    monkeypatch.setattr(budget.time, "monotonic", lambda: now)
    of_kind = getattr(probed.in_flight, kind)
    held, more = of_kind.holding("192.0.2.1"), of_kind.holding("192.0.2.1")
    assert held.set_to(of_kind._share)
    assert not more.set_to(of_kind._share)
    assert await probed() == (200, {})
    now += LONG_SECONDS - 0.1
    assert await probed() == (200, {})
    now += 0.2
    status, said = await probed()
    assert (status, list(said)) == (503, ["memory"])
    assert said["memory"]
    held.release()
    assert await probed() == (200, {})


async def test_many_probes_at_once_write_once(probed, monkeypatch):
    monkeypatch.setattr(readiness, "FRESH_SECONDS", 60.0)
    writes = []

    async def renew():
        writes.append(1)
        await asyncio.sleep(0.01)

    probed.renew_node = renew
    checks = readiness.checks_of(probed)
    await asyncio.gather(*(checks["store"]() for _ in range(50)))
    await checks["store"]()
    assert len(writes) == 1
