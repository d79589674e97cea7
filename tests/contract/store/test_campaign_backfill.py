"""Campaigns that began before they knew their first message learn it."""

import sqlite3

from support.migrations import upgrade


def test_a_campaign_of_old_learns_its_first_message(tmp_path):
    path = tmp_path / "old.db"
    upgrade(path, "0003")
    with sqlite3.connect(path) as old:
        old.execute("INSERT INTO campaign (id, account_id, name, created_ms) VALUES (9, 1, 'sale', 5)")
        old.execute("INSERT INTO campaign (id, account_id, name, created_ms) VALUES (10, 2, 'sale', 5)")
        for message_id, address in ((8, "a@example.net"), (7, "b@example.net")):
            old.execute("INSERT INTO campaign_recipient VALUES (1, 'sale', ?, ?)", (address, message_id))
    old.close()
    upgrade(path, "0007")
    with sqlite3.connect(path) as new:
        rows = new.execute(
            "SELECT id, first_message_id, is_deleted, is_starred FROM campaign ORDER BY id"
        ).fetchall()
    new.close()
    assert rows == [(9, 7, 0, 0), (10, 0, 0, 0)]
