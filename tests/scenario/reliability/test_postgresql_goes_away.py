"""PostgreSQL ends its connections, refuses new ones, or turns read-only: told as a passing state, never as success."""

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import bindparam, text

from aerogram.base.errors import UnavailableError
from aerogram.model.message import MessageState
from aerogram.store.records.messages import queue, queue_depth
from aerogram.store.sql import Sql
from support.webhooks import eventually

TOUCH = Sql(text("UPDATE message SET reply = 'touched' WHERE id = :which"), "which")
SET = Sql(text("UPDATE message SET reply = :reply WHERE id = :which"), "reply", "which")
NAP = Sql(text("SELECT pg_sleep(0.2)"))
DEPTH = Sql(text("SELECT count(*) FROM message WHERE id = :which").bindparams(bindparam("which")), "which")


@pytest.fixture
def database_url(postgresql_server):
    return postgresql_server.new_database()


class Operator:
    """Does to a database what happens to databases."""

    def __init__(self, server, url):
        self._server = server
        self.name = urlsplit(url).path.strip("/")

    async def says(self, *statements):
        connection = await asyncpg.connect(self._server._server.get_uri())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def ends_connections(self):
        await self.says(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'"
        )

    async def closes(self):
        await self.says(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false")
        await self.ends_connections()

    async def opens(self):
        await self.says(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")


@pytest.fixture
def operator(postgresql_server, database_url):
    return Operator(postgresql_server, database_url)


async def test_connections_ended_under_load_lose_nothing_that_was_acknowledged(plant, operator):
    acknowledged, refusals, is_over = [], [], asyncio.Event()

    async def client(number):
        while not is_over.is_set():
            try:
                acknowledged.extend(await plant.accept(f"a{number}@example.net"))
            except UnavailableError as error:
                refusals.append(error)

    clients = [asyncio.create_task(client(number)) for number in range(10)]
    for _ in range(4):
        before = len(acknowledged)
        await operator.ends_connections()
        await eventually(is_more_than(before + 20, acknowledged), seconds=15)
    is_over.set()
    await asyncio.gather(*clients)
    assert refusals

    def unit():
        rows = []
        for message in acknowledged:
            rows += yield DEPTH(message)
        return rows

    assert await plant.database.read(unit) == [(1,)] * len(acknowledged)


def is_more_than(number, things):
    async def ask():
        return len(things) > number

    return ask


async def test_a_worker_goes_on_after_the_database_was_away(plant, operator):
    async with plant.working():
        [first] = await plant.accept("a@example.net")
        await plant.until(first, MessageState.SENT)
        await operator.closes()
        with pytest.raises(UnavailableError):
            await plant.accept("b@example.net")
        with pytest.raises(UnavailableError):
            await plant.database.read(queue_depth.depth)
        await operator.opens()
        await eventually(lambda: is_answering(plant))
        [second] = await plant.accept("c@example.net")
        await plant.until(second, MessageState.SENT)


async def is_answering(plant):
    try:
        await plant.database.write(lambda: queue.release([], 0))
    except UnavailableError:
        return False
    return True


async def test_many_who_wait_for_a_database_that_is_away_are_told_at_once(plant, operator):
    await operator.closes()
    async with asyncio.timeout(8):
        answers = await asyncio.gather(
            *(plant.accept("a@example.net") for _ in range(40)), return_exceptions=True
        )
    assert all(isinstance(answer, UnavailableError) for answer in answers)
    await operator.opens()


async def test_a_server_that_is_a_standby_now_is_not_available_for_writing(plant, operator):
    await operator.says(f"ALTER DATABASE {operator.name} SET default_transaction_read_only = on")
    await operator.ends_connections()
    for _ in range(4):
        with pytest.raises(UnavailableError):
            await plant.accept("a@example.net")
    await operator.says(f"ALTER DATABASE {operator.name} RESET default_transaction_read_only")
    # A new primary is found by connecting anew.
    await eventually(lambda: is_accepting(plant))


async def is_accepting(plant):
    try:
        await plant.accept("a@example.net")
    except UnavailableError:
        return False
    return True


async def test_transactions_that_wait_for_each_other_are_run_again(plant):
    one, two = await plant.accept("a@example.net", "b@example.net")

    def crossing(first, second):
        def unit():
            yield TOUCH(first)
            yield NAP()
            yield TOUCH(second)
            return first

        return unit

    forth = asyncio.create_task(plant.database.write(crossing(one, two)))
    await asyncio.sleep(0.05)
    back = asyncio.create_task(plant.database.write(crossing(two, one)))
    assert await asyncio.gather(forth, back) == [one, two]


async def test_closing_while_the_database_hangs_ends(plant, operator, monkeypatch):
    locker = await asyncpg.connect(plant.database._url)
    try:
        await locker.execute("BEGIN")
        await locker.execute("LOCK TABLE message IN ACCESS EXCLUSIVE MODE")
        waiting = asyncio.create_task(plant.accept("a@example.net"))
        reading = asyncio.create_task(plant.database.read(queue_depth.depth))
        await asyncio.sleep(0.1)
        monkeypatch.setattr("aerogram.store.postgresql.CLOSE_SECONDS", 0.5)
        async with asyncio.timeout(5):
            await plant.database.close()
            answers = await asyncio.gather(waiting, reading, return_exceptions=True)
        assert all(isinstance(answer, UnavailableError) for answer in answers), answers
    finally:
        await locker.close()


@pytest.mark.parametrize("broken", ["half a surrogate \ud800", "a \0", 7], ids=["surrogate", "nul", "number"])
async def test_a_value_that_the_database_refuses_fails_alone(plant, broken):
    [message] = await plant.accept("a@example.net")

    def writing(value):
        def unit():
            yield SET(value, message)

        return unit

    values = ["one", broken, "two"]
    answers = await asyncio.gather(
        *(plant.database.write(writing(value)) for value in values), return_exceptions=True
    )
    assert [type(answer) for answer in answers][::2] == [type(None)] * 2
    assert isinstance(answers[1], Exception)
    assert not isinstance(answers[1], UnavailableError)
