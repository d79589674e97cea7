"""Searches through many rows, in both databases: they end in time, and nobody else waits for them."""

import asyncio
import contextlib

import pytest
from sqlalchemy import bindparam, insert, text

from aerogram.base.errors import TooSlowError, UnavailableError
from aerogram.store.sql import Sql
from aerogram.store.tables import setting

ADD = Sql(insert(setting).values(name=bindparam("name"), value=""), "name")
ENDLESS = Sql(
    text(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT 3 - n FROM numbers)"
        " SELECT count(*) FROM numbers"
    )
)
ONE = Sql(text("SELECT 1"))


def endless():
    yield ENDLESS()


def one():
    [(found,)] = yield ONE()
    return found


def add():
    yield ADD("a")


async def test_a_scan_gives_what_a_read_gives(database):
    assert await database.scan(one) == await database.read(one) == 1


async def test_a_scan_that_takes_too_long_is_given_up_and_the_next_one_works(database):
    with pytest.raises(TooSlowError, match="The search took too long"):
        await database.scan(endless, 0.1)
    assert await database.scan(one) == 1


async def test_who_waits_for_other_scans_does_not_wait_longer_than_his_own_time(database):
    answers = await asyncio.gather(*(database.scan(endless, 0.1) for _ in range(5)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {TooSlowError}


async def test_reads_and_commits_go_on_while_all_scanners_are_busy(database):
    scans = [asyncio.create_task(database.scan(endless, 60)) for _ in range(10)]
    await asyncio.gather(*(database.read(one) for _ in range(20)), database.write(add))
    assert not any(scan.done() for scan in scans)
    await database.close()
    for scan in scans:
        scan.cancel()
        with contextlib.suppress(UnavailableError, asyncio.CancelledError):
            await scan
