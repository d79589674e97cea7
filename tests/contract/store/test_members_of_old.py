"""Who signed in before there were members owns every account, as before."""

import sqlite3

from aerogram.identity.members import Members
from aerogram.model.member import Role
from aerogram.store.open import FILE_NAME, open_database
from aerogram.store.records.jobs import jobs
from support.actors import acting
from support.migrations import upgrade


async def test_every_user_of_old_owns_every_account_of_old(tmp_path, ids, clock):
    path = tmp_path / FILE_NAME
    upgrade(path, "0013")
    with sqlite3.connect(path) as old:
        old.execute("INSERT INTO account (id, name, created_ms) VALUES (1, 'First', 5), (2, 'Second', 9)")
        old.execute(
            "INSERT INTO user_account (id, email, password_hash, created_ms)"
            " VALUES (7, 'ann@example.org', '', 5), (8, 'bob@example.org', '', 6)"
        )
        old.execute(
            "INSERT INTO job (id, account_id, kind, job_type, method, status, request_ms)"
            " VALUES (3, 1, 'csvimport', 'Contact list import csv', 'Unknown', 'Allocated', 5)"
        )
    old.close()
    database = await open_database(tmp_path, None)
    try:
        members = Members(database, ids, clock)
        for account_id in (1, 2):
            found = await members.of_account(acting(account_id))
            assert [(each.user.email, each.role) for each in found] == [
                ("ann@example.org", Role.OWNER),
                ("bob@example.org", Role.OWNER),
            ]
        job = await database.read(lambda: jobs.find(1, 3))
        assert (job.asked_by, job.request_id, job.is_sandboxed) == ("", "", 0)
    finally:
        await database.close()
