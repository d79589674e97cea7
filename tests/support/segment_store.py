"""Puts the contacts of the segment tests into a store, with all that expressions can ask of them."""

import itertools
import json

from sqlalchemy import bindparam, insert

from aerogram.model.event import Verdict
from aerogram.store.sql import Sql
from aerogram.store.tables import campaign, content, event, message
from aerogram.store.tables.contacts import contact, contact_history

_numbers = itertools.count(1)
FIRST_CAMPAIGN_ROW = 10**9


def _adding(table, *names):
    return Sql(
        insert(table).values({name: bindparam(f"p_{name}") for name in names}),
        *(f"p_{name}" for name in names),
    )


_CONTACT = _adding(contact, "id", "account_id", "email", "created_ms", "properties")
_HISTORY = _adding(contact_history, "id", "account_id", "contact_id", "property_id", "at_ms", "value")
_EVENT = _adding(event, "id", "account_id", "message_id", "kind", "at_ms", "url", "address", "verdict")
_CAMPAIGN = _adding(campaign, "id", "account_id", "name", "created_ms")
_MESSAGE = _adding(
    message,
    "id",
    "account_id",
    "content_id",
    "recipient",
    "role",
    "queue_key",
    "due_ms",
    "created_ms",
    "updated_ms",
)
_CONTENT = _adding(
    content, "id", "account_id", "kind", "size", "campaign", "has_text", "has_html", "attachment_count",
    "smtputf8", "created_ms",
)  # fmt: skip


def put(account_id, contacts):
    """Write contacts (as `evaluate.Contact`); give their ids in order."""
    found = []
    campaigns = sorted({each.campaign for one in contacts for each in one.activities} - {0})
    messages = {}
    for number in campaigns:
        yield _CAMPAIGN(number, account_id, f"campaign {number}", 0)
    for number in (0, *campaigns):
        content_id, messages[number] = next(_numbers), next(_numbers)
        name = f"campaign {number}" if number else ""
        yield _CONTENT(content_id, account_id, 1, 0, name, 0, 0, 0, 0, 0)
        yield _MESSAGE(messages[number], account_id, content_id, "x@example.org", 1, 0, 0, 0, 0)
    for one in contacts:
        contact_id = next(_numbers)
        address = f"c{contact_id}@example.org"
        properties = json.dumps(dict(one.values), ensure_ascii=False) if one.values else ""
        yield _CONTACT(contact_id, account_id, address, 0, properties)
        yield _HISTORY.many(
            [
                (next(_numbers), account_id, contact_id, int(property_id), at_ms, json.dumps(value))
                for property_id, past in one.history.items()
                for at_ms, value in past
            ]
        )
        yield _EVENT.many(
            [
                (
                    next(_numbers),
                    account_id,
                    messages[each.campaign],
                    int(each.event),
                    each.at_ms,
                    each.url,
                    address,
                    1,
                )
                for each in one.activities
            ]
            # What programs did, and what befell another account's contact of the same address, counts for nothing.
            + [
                (
                    next(_numbers),
                    account,
                    messages[0],
                    kind,
                    10**14,
                    "https://x.example",
                    address,
                    int(verdict),
                )
                for account, verdict in ((account_id, Verdict.SCANNER), (account_id + 1, Verdict.HUMAN))
                for kind in (1, 5, 6)
            ]
        )
        found.append(contact_id)
    return found
