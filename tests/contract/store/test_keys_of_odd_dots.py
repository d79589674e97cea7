"""Addresses with odd dots were stored in quotes until 0018; after the upgrade each has the key that is looked up."""

import contextlib
import hashlib
import hmac
import sqlite3

import asyncpg
import pytest
from sqlalchemy import text

from aerogram.audience.erasure import KEY_PURPOSE, Erasures
from aerogram.audience.suppressions import Suppressions
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.store.blobs import DiskBlobs
from aerogram.store.open import FILE_NAME, open_database
from aerogram.store.records.contacts import erasures as erasure_records
from aerogram.store.records.contacts.erasures import Proof
from aerogram.store.records.messages import suppressions as suppression_records
from aerogram.store.sql import Sql
from aerogram.wire.address import suppression_key
from support.actors import acting
from support.migrations import upgrade, upgrade_postgresql

ANN = 1
RENAMED = {
    '"a..b"@x.org': "a..b@x.org",
    '"a."@x.org': "a.@x.org",
    '".a"@x.org': ".a@x.org",
    '"a...b.c"@x.org': "a...b.c@x.org",
    '"..a"@x.org': "..a@x.org",
    '"a+tag..b"@x.org': "a+tag..b@x.org",
    '"{a}."@xn--bcher-kva.example': "{a}.@xn--bcher-kva.example",
    '"\u00e4..b"@x.org': "\u00e4..b@x.org",
    '"\u65e5\u672c."@x.org': "\u65e5\u672c.@x.org",
    '"a..b"@localhost': "a..b@localhost",
}
KEPT = (
    '"a b"@x.org',
    '"a.b"@x.org',
    '"ab"@x.org',
    '"."@x.org',
    '"..."@x.org',
    '"a@..b"@x.org',
    '"a\\"..b"@x.org',
    '"a(.."@x.org',
    '"a,..b"@x.org',
    "a.b@x.org",
    "a_.b@x.org",
    '"a..b',
)
EVERY = (*RENAMED, *KEPT)


@pytest.fixture
async def migrated(tmp_path, database_url):
    """A function that fills a store of the version before with statements, and opens it as this version."""
    async with contextlib.AsyncExitStack() as stack:

        async def filled(*statements):
            if database_url is None:
                upgrade(tmp_path / FILE_NAME, "0018")
                with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as old:
                    for statement in statements:
                        old.execute(statement)
                    old.commit()
            else:
                old = await asyncpg.connect(database_url)
                await old.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
                await upgrade_postgresql(database_url, "0018")
                for statement in statements:
                    await old.execute(statement)
                await old.close()
            database = await open_database(tmp_path, database_url)
            stack.push_async_callback(database.close)
            return database

        yield filled


def row(table, **values):
    shown = (
        "NULL" if each is None else f"'{each}'" if isinstance(each, str) else str(each)
        for each in values.values()
    )
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(shown)})"


async def ask(database, statement):
    def unit():
        return [tuple(found) for found in (yield Sql(text(statement))())]

    return await database.write(unit)


def suppressed(address, **changed):
    return row(
        "suppression", **{"account_id": ANN, "address": address, "created_ms": 5, "until_ms": None} | changed
    )


def contact(contact_id, email, **changed):
    return row("contact", **{"id": contact_id, "account_id": ANN, "email": email, "created_ms": 5} | changed)


def test_the_renamed_addresses_are_those_whose_key_is_another():
    keyed = [address for address in EVERY if address.count("@") and suppression_key(address) != address]
    assert keyed == list(RENAMED)
    assert [suppression_key(address) for address in RENAMED] == list(RENAMED.values())


async def test_every_table_of_keys_has_the_new_ones_and_other_rows_are_as_they_were(migrated):
    tables = {"suppression": "address", "unsubscription": "address", "campaign_recipient": "address"}
    tables |= {"event": "address", "signup": "email", "contact": "email"}
    statements = []
    for number, address in enumerate(EVERY, 100):
        statements += [
            suppressed(address),
            row("unsubscription", account_id=ANN, address=address, message_id=1, created_ms=5),
            row("campaign_recipient", account_id=ANN, campaign="c", address=address, message_id=1),
            row("event", id=number, account_id=ANN, message_id=1, kind=6, at_ms=5, address=address),
            row("signup", id=number, account_id=ANN, widget_id=1, list_id=1, contact_id=1, email=address,
                signup_key=str(number), signup_ms=5),
            contact(number, address),
        ]  # fmt: skip
    database = await migrated(*statements)
    for table, column in tables.items():
        found = {each for (each,) in await ask(database, f"SELECT {column} FROM {table}")}
        assert found == {*RENAMED.values(), *KEPT}, table


async def test_a_suppressed_address_is_still_suppressed_however_it_is_written(migrated, clock):
    database = await migrated(suppressed('"a..b"@x.org', reason="bounce"))
    for written in ('"a..b"@x.org', "a..b@x.org", "A..B@X.org"):
        key = suppression_key(written)
        found = await database.read(lambda key=key: suppression_records.find(ANN, key))
        assert found.reason == "bounce"
    await Suppressions(database, clock).remove(acting(ANN), '"a..b"@x.org')
    assert await ask(database, "SELECT * FROM suppression") == []


@pytest.mark.parametrize(
    ("quoted", "bare", "left"),
    [(None, 9, None), (9, None, None), (8, 9, 9), (9, 8, 9), (None, None, None), (9, 9, 9)],
)
async def test_of_two_suppressions_the_stricter_stays(migrated, quoted, bare, left):
    database = await migrated(
        suppressed('"a..b"@x.org', until_ms=quoted),
        suppressed("a..b@x.org", until_ms=bare),
        suppressed("a..b@x.org", until_ms=1, account_id=2),
    )
    found = await ask(database, "SELECT account_id, address, until_ms FROM suppression ORDER BY account_id")
    assert found == [(ANN, "a..b@x.org", left), (2, "a..b@x.org", 1)]


async def test_of_two_unsubscriptions_and_campaign_rows_the_first_stays(migrated):
    def pair(table, first, second):
        return [
            row(table, account_id=ANN, address='"a."@x.org', **first),
            row(table, account_id=ANN, address="a.@x.org", **second),
        ]

    database = await migrated(
        *pair("unsubscription", {"message_id": 1, "created_ms": 5}, {"message_id": 2, "created_ms": 6}),
        *pair("campaign_recipient", {"campaign": "c", "message_id": 4}, {"campaign": "c", "message_id": 3}),
    )
    assert await ask(database, "SELECT address, message_id FROM unsubscription") == [("a.@x.org", 1)]
    assert await ask(database, "SELECT address, message_id FROM campaign_recipient") == [("a.@x.org", 3)]


@pytest.mark.parametrize("older_is_quoted", [True, False])
async def test_two_contacts_of_a_mailbox_become_one_that_permits_no_more_than_either(
    migrated, older_is_quoted
):
    spellings = ['"a..b"@x.org', "a..b@x.org"]
    older, newer = spellings if older_is_quoted else spellings[::-1]
    member = {"account_id": ANN, "is_active": 1}
    database = await migrated(
        contact(10, older, name="", properties='{"1":"old","2":"ä"}', delivered_count=2, updated_ms=7),
        contact(11, newer, name="Ann", properties='{"1":"new","3":4}', delivered_count=3, is_excluded=1,
                excluded_ms=6, unsubscribed_ms=8, unsubscribed_by="ann", last_activity_ms=9),
        *(row("contact_list", id=each, account_id=ANN, name=f"l{each}", address=f"l{each}", created_ms=5,
              subscriber_count=count) for each, count in ((20, 2), (21, 1), (22, 1))),
        row("list_recipient", id=30, list_id=20, contact_id=10, **member),
        row("list_recipient", id=31, list_id=20, contact_id=11, is_unsubscribed=1, unsubscribed_ms=8, **member),
        row("list_recipient", id=32, list_id=21, contact_id=11, **member),
        row("list_recipient", id=33, list_id=22, contact_id=10, **member),
        row("contact_history", id=40, account_id=ANN, contact_id=11, property_id=1, at_ms=5, value="1"),
        row("signup", id=50, account_id=ANN, widget_id=1, list_id=20, contact_id=11, email=newer,
            signup_key="k", signup_ms=5),
        row("sandbox_record", id=10, account_id=ANN),
    )  # fmt: skip
    columns = "id, email, name, delivered_count, is_excluded, excluded_ms, unsubscribed_ms, unsubscribed_by"
    assert await ask(
        database, f"SELECT {columns}, last_activity_ms, updated_ms, properties FROM contact"
    ) == [(10, "a..b@x.org", "Ann", 5, 1, 6, 8, "ann", 9, 7, '{"1":"old","3":4,"2":"ä"}')]
    memberships = (
        "SELECT list_id, contact_id, is_unsubscribed, is_active FROM list_recipient ORDER BY list_id"
    )
    assert await ask(database, memberships) == [(20, 10, 1, 1), (21, 10, 0, 1), (22, 10, 0, 1)]
    assert await ask(database, "SELECT id, subscriber_count FROM contact_list ORDER BY id") == [
        (20, 0),
        (21, 1),
        (22, 1),
    ]
    assert await ask(database, "SELECT contact_id FROM contact_history") == [(10,)]
    assert await ask(database, "SELECT contact_id, email FROM signup") == [(10, "a..b@x.org")]
    # One of them was live.
    assert await ask(database, "SELECT id FROM sandbox_record") == []


async def test_a_proof_of_erasure_from_before_is_found(database, clock, tmp_path):
    key = Sealer(new_master_key()).derived_key(KEY_PURPOSE)
    erasures = Erasures(database, DiskBlobs(tmp_path / "blobs"), clock, key)
    old = Proof(ANN, 7, _digest_of_old(key, f'{ANN} "a..b"@x.org'), 5)
    new = Proof(ANN, 8, erasures.digest(ANN, '"a..b"@x.org'), 6)
    for proof in (old, new):
        await database.write(lambda proof=proof: erasure_records.prove(proof))
    for written in ("a..b@x.org", '"A..b"@X.org'):
        assert await erasures.proofs(acting(ANN), written) == [old, new]


def _digest_of_old(key, data):
    return hmac.digest(key, data.encode(), hashlib.sha256).hex()
