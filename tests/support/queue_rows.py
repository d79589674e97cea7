"""Queued messages, written straight into the store: many, at any place of the queue."""

from aerogram.store.records.messages import queue_keys, submissions


def content_row(content_id, account_id=1, now=0):
    """A row of `submissions.CONTENT_COLUMNS`."""
    row = dict.fromkeys(submissions.CONTENT_COLUMNS, "") | {
        "id": content_id, "account_id": account_id, "kind": 1, "reverse_path": "news@example.com",
        "from_email": "news@example.com", "subject": "Hello", "body": b"x", "blob": None, "size": 1, "has_text": 0,
        "has_html": 0, "attachment_count": 0, "smtputf8": 0, "created_ms": now,
    }  # fmt: skip
    return tuple(row.values())


def message_row(
    message_id, content_id, account_id=1, *, rank=1, recipient="bob@example.net", now=0, **values
):
    """A row of `submissions.MESSAGE_COLUMNS`; ready unless ``values`` say otherwise."""
    row = dict.fromkeys(submissions.MESSAGE_COLUMNS, "") | {
        "id": message_id, "account_id": account_id, "content_id": content_id,
        "recipient": recipient, "domain": recipient.partition("@")[2], "role": 1,
        "queue_key": queue_keys.ready_key(rank, account_id), "due_ms": now, "created_ms": now, "updated_ms": now,
    }  # fmt: skip
    return tuple((row | values).values())


async def put(database, rows):
    """Add messages, each of a content of its own."""
    names = submissions.MESSAGE_COLUMNS
    content_ids, accounts = names.index("content_id"), names.index("account_id")
    contents = {row[content_ids]: content_row(row[content_ids], row[accounts]) for row in rows}
    for start in range(0, len(rows), 5_000):
        some = rows[start : start + 5_000]
        of_some = [contents.pop(row[content_ids]) for row in some if row[content_ids] in contents]
        added = submissions.Rows(of_some, some)
        await database.write(lambda added=added: submissions.add(added))
