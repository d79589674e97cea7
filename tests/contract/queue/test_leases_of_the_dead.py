"""The leases of a process that died are freed by its number, and those of others stay."""

from aerogram.base.ids import IdGenerator
from aerogram.queue.leases import Leases
from aerogram.store.blobs import DiskBlobs
from aerogram.store.records import nodes
from aerogram.store.records.messages import queue as records
from aerogram.submission.accept import Acceptor
from support.submissions import a_submission


async def test_only_leases_of_the_process_that_died_are_freed(database, ids, clock, tmp_path):
    acceptor = Acceptor(
        database,
        DiskBlobs(tmp_path / "blobs"),
        ids,
        clock,
        check_room=lambda: None,
        on_accepted=lambda _: None,
    )
    await acceptor.accept([a_submission("a@example.net", "b@example.net", "c@example.net")])
    living, dead, other = (Leases(database, IdGenerator(clock, node), clock) for node in (3, 4, 5))
    [kept] = await living.claim(1)
    [lost] = await dead.claim(1)
    [also_kept] = await other.claim(1)
    await database.write(lambda: records.free_of(4, 4, clock.now_ms()))
    again = await Leases(database, IdGenerator(clock, 6), clock).claim(10)
    assert [letter.message_id for letter in again] == [lost.message_id]
    assert again[0].reclaims == 1
    assert lost.message_id not in {kept.message_id, also_kept.message_id}


async def test_the_number_of_a_process_that_died_is_released_once_and_by_its_name(database, clock):
    now, until = clock.now_ms(), clock.now_ms() + 60_000
    number = await database.write(lambda: nodes.take("server:one", now, until))
    assert not await database.write(lambda: nodes.bury(number, "server:another"))
    assert await database.write(lambda: nodes.bury(number, "server:one"))
    assert not await database.write(lambda: nodes.bury(number, "server:one"))


async def test_a_new_server_releases_the_numbers_of_servers_and_leaves_those_of_commands(database, clock):
    now, until = clock.now_ms(), clock.now_ms() + 60_000
    for name in ("server:one", "a-command", "server:two"):
        await database.write(lambda name=name: nodes.take(name, now, until))
    await database.write(nodes.free_all_of_servers)
    assert await database.write(lambda: nodes.take("first", now, until)) == 0
    assert await database.write(lambda: nodes.keep(1, "a-command", until))
