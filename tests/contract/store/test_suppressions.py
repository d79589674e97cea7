"""Suppressions, on both engines."""

from aerogram.store.records.messages import queue, suppressions
from aerogram.store.records.messages.suppressions import SuppressionRow

ACCOUNT = 11


def row(address="ann@example.org", reason="manual", created_ms=1, until_ms=None):
    return SuppressionRow(ACCOUNT, address, reason, "", created_ms, until_ms)


async def test_a_suppressed_address_is_found_by_delivery(database):
    await database.write(lambda: suppressions.put(row()))
    assert await database.read(lambda: queue.suppressed(["ann@example.org"], 5)) == {
        (ACCOUNT, "ann@example.org"): "manual"
    }


async def test_a_newer_reason_takes_the_place_of_an_older_one(database):
    await database.write(lambda: suppressions.put(row(reason="bounce", until_ms=10)))
    await database.write(lambda: suppressions.put(row(reason="spam")))
    assert await database.read(lambda: suppressions.find(ACCOUNT, "ann@example.org")) == row(reason="spam")


async def test_they_are_listed_newest_first_up_to_a_limit(database):
    for number in range(3):
        each = row(address=f"n{number}@example.org", created_ms=number)
        await database.write(lambda each=each: suppressions.put(each))
    listed = await database.read(lambda: suppressions.of_account(ACCOUNT, 2))
    assert [each.address for each in listed] == ["n2@example.org", "n1@example.org"]
    assert await database.read(lambda: suppressions.count(ACCOUNT)) == 3


async def test_a_removed_one_is_gone_and_tells_whether_it_was_there(database):
    await database.write(lambda: suppressions.put(row()))
    assert await database.write(lambda: suppressions.remove(ACCOUNT, "ann@example.org"))
    assert not await database.write(lambda: suppressions.remove(ACCOUNT, "ann@example.org"))
