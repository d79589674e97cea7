"""The writer process: what it answers is committed, and nothing that it does not answer is taken for accepted."""

import asyncio
import contextlib
import itertools
import re
import shutil
import signal
import sqlite3

import pytest

from aerogram.base.errors import BusyError, StoreFullError, UnavailableError
from aerogram.base.ids import IdGenerator
from aerogram.model.idempotency import IdempotencyKey, Replay
from aerogram.store.blobs import DiskBlobs
from aerogram.store.open import FILE_NAME
from aerogram.store.records.messages.submissions import Rows
from aerogram.store.writer import frames, remote
from aerogram.store.writer.remote import RemoteRowWriter
from aerogram.submission.accept import Acceptor
from support.small_disk import fill, make_room, small_disk
from support.submissions import MAIL, a_submission
from support.writer_process import writer_process


@pytest.fixture
def database_url():
    return None


@pytest.fixture
async def process(database, tmp_path):
    """A running writer process beside an open store."""
    async with writer_process(tmp_path / FILE_NAME) as running:
        yield running


class Edge:
    """A process that accepts mail, as far as the writer process knows."""

    def __init__(self, database, blobs, ids, clock, address, **options):
        self.writer = RemoteRowWriter(address, **options)
        self.committed = []
        self.acceptor = Acceptor(
            database,
            blobs,
            ids,
            clock,
            check_room=lambda: None,
            on_accepted=self.committed.append,
            writer=self.writer,
        )

    async def accept(self, *recipients, key=None, **facts):
        return await self.acceptor.accept([a_submission(*recipients, **facts)], key)


@pytest.fixture
async def an_edge(database, process, clock, tmp_path):
    edges = []

    def make(**options):
        ids = IdGenerator(clock, len(edges))
        edges.append(Edge(database, DiskBlobs(tmp_path / "blobs"), ids, clock, process.address, **options))
        return edges[-1]

    yield make
    for each in edges:
        await asyncio.wait_for(each.writer.close(), 30)


@pytest.fixture
async def edge(an_edge):
    return an_edge()


@pytest.fixture
def stored(tmp_path):
    """Give the recipients that are in the store."""

    def read():
        connection = sqlite3.connect(tmp_path / FILE_NAME)
        try:
            return sorted(email for (email,) in connection.execute("SELECT recipient FROM message"))
        finally:
            connection.close()

    return read


async def test_what_is_answered_is_committed(edge, stored):
    [[accepted]] = await edge.accept("a@example.net")
    assert accepted.email == "a@example.net"
    assert stored() == ["a@example.net"]
    assert edge.committed == [1]


async def test_calls_of_several_processes_share_commits(an_edge, stored, process):
    edges = [an_edge(), an_edge()]
    names = [f"{number}@example.net" for number in range(100)]
    await asyncio.gather(*(edges[at % 2].accept(name) for at, name in enumerate(names)))
    assert stored() == sorted(names)
    assert sum(edges[0].committed) == sum(edges[1].committed) == 50
    for each in edges:
        await each.writer.close()
    assert await process.stop() == 100


async def test_rows_arrive_as_they_were_sent(edge, database, tmp_path):
    """Those of a local writer and of the writer process are the same, but for what is made anew each time."""
    facts = {
        "body": MAIL + bytes(range(256)),
        "subject": "Grüße \N{WAVING HAND SIGN}",
        "campaign": "spring",
        "custom_id": "c",
        "held": "A person looks at it first.",
    }
    near = Acceptor(
        database,
        DiskBlobs(tmp_path / "blobs"),
        edge.acceptor._ids,
        edge.acceptor._clock,
        check_room=lambda: None,
        on_accepted=lambda _: None,
    )
    await near.accept([a_submission("a@example.net", "b@example.net", **facts)])
    await edge.accept("a@example.net", "b@example.net", account_id=2, **facts)
    connection = sqlite3.connect(tmp_path / FILE_NAME)

    def rows(table, leaving, account_id):
        cursor = connection.execute(f"SELECT * FROM {table} WHERE account_id = ? ORDER BY 1", (account_id,))
        names = [each[0] for each in cursor.description]
        return [
            {name: value for name, value in zip(names, row, strict=True) if name not in leaving}
            for row in cursor
        ]

    made = {"id", "uuid", "content_id", "account_id", "first_message_id", "message_id", "queue_key"}
    for table in ("content", "message", "campaign", "campaign_recipient"):
        there, here = rows(table, made, 2), rows(table, made, 1)
        assert there == here
        assert there
    connection.close()


async def test_a_large_body_is_in_its_file(edge, tmp_path):
    await edge.accept(body=MAIL + b"x" * 300_000)
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]


async def test_of_several_calls_with_a_key_one_adds_mail(an_edge, stored):
    edges = [an_edge(), an_edge()]
    key = IdempotencyKey(1, "k", "f")
    answers = await asyncio.gather(
        *(edge.accept("a@example.net", key=key) for edge in edges for _ in range(5))
    )
    assert stored() == ["a@example.net"]
    assert all(answer == answers[0] for answer in answers)
    assert sum(isinstance(answer, Replay) for answer in answers) == 9
    assert sum(sum(edge.committed) for edge in edges) == 1


async def test_a_call_that_fails_does_not_fail_those_beside_it(edge, stored, database):
    """Its rows have an id that is taken; the others of the same commit are committed."""
    await edge.accept("a@example.net")
    rows = Rows()
    edge.acceptor._ids.move_to(3)
    good = [edge.accept(f"{number}@example.net") for number in range(4)]
    connection = sqlite3.connect(database._path)
    [taken] = connection.execute("SELECT * FROM content").fetchall()
    connection.close()
    rows.contents.append(taken)
    answers = await asyncio.gather(
        *good[:2], edge.writer.add(rows, "receipts"), *good[2:], return_exceptions=True
    )
    assert isinstance(answers[2], Exception)
    assert len(stored()) == 5


async def test_past_the_bytes_in_flight_calls_are_refused_at_once(an_edge, process, stored):
    edge = an_edge(max_bytes=100_000)
    await edge.accept("first@example.net")
    process.send_signal(signal.SIGSTOP)
    calls = [asyncio.ensure_future(edge.accept(body=MAIL + b"x" * 40_000)) for _ in range(3)]
    with pytest.raises(BusyError):
        await calls[2]
    process.send_signal(signal.SIGCONT)
    await asyncio.gather(*calls[:2])
    await edge.accept(body=MAIL + b"x" * 200_000)
    assert len(stored()) == 4


async def test_a_writer_that_is_killed_fails_what_was_in_flight_and_goes_on_when_it_is_started(
    edge, process, stored
):
    await edge.accept("first@example.net")
    process.send_signal(signal.SIGSTOP)
    lost = [asyncio.ensure_future(edge.accept(f"lost{number}@example.net")) for number in range(3)]
    await asyncio.sleep(0.05)
    await process.kill()
    for call in lost:
        with pytest.raises(UnavailableError):
            await call
    later = asyncio.ensure_future(edge.accept("later@example.net"))
    await process.start()
    await later
    assert {"first@example.net", "later@example.net"} <= set(stored())


async def test_whenever_it_is_killed_all_that_was_answered_is_stored(an_edge, process, stored):
    """Each call is answered or fails; what failed may be stored, but only in the commit that was under way."""
    edges = [an_edge(), an_edge()]
    answered, failed = [], []
    numbers = itertools.count()

    async def accept_on(edge):
        while process.kills < 4:
            name = f"{next(numbers)}@example.net"
            try:
                await edge.accept(name)
                answered.append(name)
            except UnavailableError:
                failed.append(name)

    async def kill_now_and_then():
        for kill in range(4):
            enough = len(answered) + 40 + 7 * kill
            while len(answered) < enough:  # noqa: ASYNC110 - the callers count, and say nothing
                await asyncio.sleep(0.001)
            await process.kill()
            await process.start()

    callers = [accept_on(edge) for edge in edges for _ in range(10)]
    await asyncio.wait_for(asyncio.gather(kill_now_and_then(), *callers), 120)
    there = stored()
    assert failed
    assert set(answered) <= set(there) <= {*answered, *failed}
    assert len(there) == len(set(there))


async def test_a_paused_writer_wakes_harmless(edge, process, stored, monkeypatch):
    """Its clients have given up, so it commits nothing that they were told was not stored."""
    monkeypatch.setattr(remote, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(remote, "LOOK_SECONDS", 0.1)
    await edge.accept("first@example.net")
    process.send_signal(signal.SIGSTOP)
    with pytest.raises(UnavailableError):
        await edge.accept("unanswered@example.net")
    with pytest.raises(UnavailableError):
        await edge.accept("refused@example.net")
    process.send_signal(signal.SIGCONT)
    await asyncio.wait_for(edge.writer.connect(), 20)
    await edge.accept("later@example.net")
    assert stored() == ["first@example.net", "later@example.net"]


async def test_without_a_writer_calls_fail_after_a_moment_and_then_at_once(edge, process, monkeypatch):
    await edge.accept()
    monkeypatch.setattr(remote, "PATIENCE_SECONDS", 0.2)
    await process.kill()
    with pytest.raises(UnavailableError):
        await edge.accept()
    with pytest.raises(UnavailableError):
        edge.writer.add(Rows(), None)
    await process.start()
    await asyncio.wait_for(edge.writer.connect(), 20)
    await edge.accept()


async def test_it_answers_what_it_has_read_before_it_stops(edge, process, stored):
    await edge.accept()
    process.send_signal(signal.SIGSTOP)
    calls = [asyncio.ensure_future(edge.accept()) for _ in range(5)]
    await asyncio.sleep(0.05)
    stopped = asyncio.ensure_future(process.stop())
    await asyncio.sleep(0.05)
    process.send_signal(signal.SIGCONT)
    await asyncio.gather(*calls)
    assert await stopped == len(stored()) == 6


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="HTTP"),
        pytest.param(b"\xff\xff\xff\xff", id="a frame of 4 GiB"),
        pytest.param(frames.framed({"a": 1}), id="no call"),
        pytest.param(frames.framed([[], [], []]), id="half a call"),
        pytest.param(b"\x01\x00\x00\x00\xc1", id="no MessagePack"),
    ],
)
async def test_garbage_ends_the_connection_it_came_from_and_no_other(edge, process, stored, garbage):
    await edge.accept("a@example.net")
    reader, writer = await asyncio.open_unix_connection(process.address)
    writer.write(garbage)
    assert await reader.read() == frames.framed(frames.FORMAT)
    writer.close()
    await edge.accept("b@example.net")
    assert len(stored()) == 2


async def test_a_client_that_dies_costs_nothing(edge, process, stored):
    _, half = await asyncio.open_unix_connection(process.address)
    half.write((1_000_000).to_bytes(4, "little") + b"x" * 500_000)
    await edge.accept("a@example.net")
    half.transport.abort()
    await edge.accept("b@example.net")
    assert len(stored()) == 2


async def test_a_client_that_does_not_read_its_answers_stops_only_itself(edge, process, stored):
    """Each of its calls repeats one whose receipts are long, so its answers fill the socket."""
    key = IdempotencyKey(1, "k", "f")
    rows = Rows()
    call = frames.KeyedCall(key, 1, "x" * 100_000, rows)
    _, deaf = await asyncio.open_unix_connection(process.address)
    deaf.transport.pause_reading()
    sent = asyncio.ensure_future(flood(deaf, frames.frame_of_keyed(call)))
    await asyncio.sleep(0.5)
    await asyncio.wait_for(edge.accept("a@example.net"), 20)
    assert not sent.done()
    sent.cancel()
    deaf.transport.abort()
    assert stored() == ["a@example.net"]


async def flood(writer, data):
    for _ in range(1_000):
        writer.write(data)
        await writer.drain()


async def test_a_writer_of_another_version_gets_no_rows(database, clock, tmp_path, monkeypatch):
    monkeypatch.setattr(remote, "PATIENCE_SECONDS", 0.3)
    taken = []

    async def serve(reader, writer):
        writer.write(frames.framed("another"))
        taken.append(await reader.read())
        writer.close()

    server = await asyncio.start_unix_server(serve, tmp_path / "w")
    edge = Edge(database, DiskBlobs(tmp_path), IdGenerator(clock), clock, str(tmp_path / "w"))
    with pytest.raises(UnavailableError):
        await edge.accept()
    await edge.writer.close()
    server.close()
    assert set(taken) == {b""}


async def test_a_full_disk_is_answered_and_it_goes_on_when_there_is_room(tmp_path, sqlite_template, clock):
    """Only the writer process writes there, so only it sees the disk full."""
    with small_disk(tmp_path / "disk", 6) as disk:
        sqlite_template.copy_to(disk)
        async with writer_process(disk / FILE_NAME) as process:
            edge = Edge(None, DiskBlobs(disk / "blobs"), IdGenerator(clock), clock, process.address)
            full = []
            edge.writer.on_full = lambda: full.append(True)
            await edge.accept("a@example.net")
            fill(disk)
            answered = await asyncio.gather(
                *(edge.accept("b@example.net", body=MAIL + b"x" * 200_000) for _ in range(40)),
                return_exceptions=True,
            )
            accepted = sum(not isinstance(answer, Exception) for answer in answered)
            # The log may have started over meanwhile, with room for a few more.
            with contextlib.suppress(StoreFullError):
                while True:
                    await edge.accept("b@example.net", body=MAIL + b"x" * 200_000)
                    accepted += 1
            assert full
            make_room(disk)
            await edge.accept("later@example.net")
            await edge.writer.close()
            assert await process.stop() == accepted + 2
        connection = sqlite3.connect(disk / FILE_NAME)
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (accepted + 2,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
async def test_the_commit_is_on_disk_before_the_answer(database, clock, tmp_path):
    """What the kernel saw: between the arrival of rows and the answer to them there is an fdatasync of the WAL."""
    seen = tmp_path / "strace"
    strace = ("strace", "-y", "-e", "trace=recvfrom,sendto,fdatasync", "-o", str(seen))
    async with writer_process(tmp_path / FILE_NAME, wrapper=strace) as process:
        edge = Edge(database, DiskBlobs(tmp_path / "blobs"), IdGenerator(clock), clock, process.address)
        for _ in range(3):
            await edge.accept()
        await edge.writer.close()
        await process.stop()
    calls = [
        re.match(r"(\w+)\(\d+<([^>]*).* = (-?\d+)", line).groups()
        for line in seen.read_text().splitlines()
        if "SIG" not in line and "+++" not in line
    ]
    kinds = [
        kind for kind, of, size in calls if int(size) > 0 or (kind == "fdatasync" and of.endswith("-wal"))
    ]
    # The first is the greeting. The first commit of a new log has a second fdatasync, for the log's head.
    assert [kind for kind, _ in itertools.groupby(kinds[1:])] == ["recvfrom", "fdatasync", "sendto"] * 3
