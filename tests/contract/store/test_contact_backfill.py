"""What happened before contacts followed the mail is told to them after the upgrade."""

import sqlite3

from support.migrations import upgrade

KINDS = {"click": 1, "bounce": 2, "spam": 3, "blocked": 4, "unsub": 5, "open": 6, "sent": 7, "deferred": 21}
SCANNER = 3
MAIL, SANDBOXED, NOTICE = 10, 20, 30


def test_events_of_old_are_told_but_not_those_of_scanners_sandboxes_and_notices(tmp_path):
    path = tmp_path / "old.db"
    upgrade(path, "0008")
    contents = [(MAIL, "a@b.org", ""), (SANDBOXED, "a@b.org", '{"is_sandboxed":true}'), (NOTICE, "", "")]
    with sqlite3.connect(path) as old:
        for content_id, sender, send_options in contents:
            old.execute(
                "INSERT INTO content (id, account_id, kind, envelope_from, treatment, size, has_text, has_html,"
                " attachment_count, smtputf8, created_ms) VALUES (?, 1, 1, ?, ?, 0, 0, 0, 0, 0, 5)",
                (content_id, sender, send_options),
            )
            old.execute(
                "INSERT INTO message (id, account_id, content_id, uuid, role, lane, due_ms, created_ms, updated_ms)"
                " VALUES (?, 1, ?, '', 1, 0, 0, 5, 5)",
                (content_id + 1, content_id),
            )
        events = [(content_id + 1, kind, 0) for content_id, *_ in contents for kind in KINDS.values()]
        for number, (message_id, kind, verdict) in enumerate([*events, (MAIL + 1, 6, SCANNER)], 100):
            old.execute(
                "INSERT INTO event (id, account_id, message_id, kind, at_ms, verdict) VALUES (?, 1, ?, ?, 5, ?)",
                (number, message_id, kind, verdict),
            )
    old.close()
    upgrade(path, "0009")
    with sqlite3.connect(path) as new:
        rows = new.execute("SELECT * FROM contact_journal ORDER BY event_id").fetchall()
    new.close()
    assert rows == [(100 + number, 1, MAIL + 1, 1 + number, 5) for number in range(7)]
