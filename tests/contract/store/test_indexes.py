"""Statements that must stay quick in a store of any size: SQLite's own word that an index finds their rows."""

import sqlite3

import pytest

from aerogram.audience.segments.bind import bind
from aerogram.audience.segments.operands import Definitions
from aerogram.audience.segments.parser import parse
from aerogram.model.page import PageRequest
from aerogram.store.open import FILE_NAME
from aerogram.store.records.contacts import activity, contacts, erased_mail, export_rows, recipient_profiles
from aerogram.store.records.events import reading
from aerogram.store.records.events.of_contacts import of_contacts
from aerogram.store.records.messages import engagements, queries, queue_admin
from aerogram.store.records.segments import contacts as segment_contacts
from aerogram.store.sql import Engine

NOW = 1_718_452_800_000


@pytest.fixture
def steps(sqlite_template, tmp_path):
    """Give the steps of a unit's first statement, as SQLite plans them."""
    sqlite_template.copy_to(tmp_path)
    connection = sqlite3.connect(tmp_path / FILE_NAME)

    def planned(unit):
        text = next(unit).statement.compiled(Engine.SQLITE).text
        rows = connection.execute(f"EXPLAIN QUERY PLAN {text}", ["[]"] * text.count("?"))
        return [row[3] for row in rows]

    yield planned
    connection.close()


def test_rows_of_a_list_of_ids_are_found_by_their_key(steps):
    assert steps(engagements.addressees([1]))[0] == "SEARCH message USING INTEGER PRIMARY KEY (rowid=?)"


def test_what_is_known_of_recipients_is_found_by_address(steps):
    [people, *_] = steps(recipient_profiles.people(1, ["ann@example.org"]))
    assert people.endswith("(account_id=? AND email=?)")
    [latest, *_] = steps(recipient_profiles.latest(1, ["ann@example.org"]))
    assert latest.startswith("SEARCH event USING INDEX event_address (account_id=? AND address=?")


def test_what_contacts_are_to_be_told_is_found_in_order_by_key(steps):
    for batch in (reading.Batch(reading.START, reading.END), reading.Batch(reading.START, reading.END, (1,))):
        found = steps(of_contacts(batch))
        assert found[0].startswith("SEARCH event USING INTEGER PRIMARY KEY (rowid")
        assert "SEARCH message USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN" in found
        assert "USE TEMP B-TREE FOR ORDER BY" not in found
    [found, *_] = steps(activity.find(1, ["ann@example.org"]))
    assert found.endswith("(account_id=? AND email=?)")


def test_a_reader_of_the_log_begins_where_it_stopped(steps):
    found = steps(reading.page(reading.START, reading.END, 10))
    assert "SEARCH event USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in found
    assert not [step for step in found if step.startswith("SCAN event")]


def test_the_events_of_a_message_are_found_by_it(steps):
    [found, *_] = steps(queue_admin.history(1))
    assert found == "SEARCH event USING INDEX event_message (message_id=?)"


def test_the_messages_of_a_content_are_found_by_it(steps):
    [found, *_] = steps(erased_mail.messages_of([1]))
    assert found == "SEARCH message USING COVERING INDEX message_content (content_id=?)"


def test_what_a_contact_did_is_found_by_address(steps):
    condition = bind(parse("hasopenedsince(30) and OpenCount(7,0,0)>1"), Definitions(), NOW)
    found = "\n".join(steps(segment_contacts.count(1, condition)))
    assert (
        "SEARCH event USING INDEX event_address (account_id=? AND address=? AND kind=? AND at_ms>?)" in found
    )
    assert "SEARCH event USING INDEX event_address (account_id=? AND address=? AND kind=?)" in found
    assert "SCAN" not in found


def test_a_step_of_an_export_begins_where_the_one_before_ended(steps):
    [contacts, *rest] = steps(export_rows.contacts_after(1, {"is_anonymized": 0}, 7, 5))
    assert contacts == "SEARCH contact USING INDEX contact_account (account_id=? AND id>?)"
    assert all("SUBQUERY" in step or "USING INDEX contact_anonymized" in step for step in rest)
    [memberships, *rest] = steps(export_rows.contacts_after(1, {"list_id": 3, "is_anonymized": 0}, 7, 5))
    assert memberships.startswith("SEARCH exported_membership USING")
    assert memberships.endswith("INDEX list_recipient_list (account_id=? AND list_id=? AND id>?)")
    assert [step for step in rest if "SORT" in step or "SCAN" in step or "TEMP" in step] == []
    [memberships, *rest] = steps(export_rows.memberships_after(1, {"list_id": 3}, 7, 5))
    assert "INDEX list_recipient_list (account_id=? AND list_id=? AND id>?)" in memberships
    assert not rest
    messages = queries.after(1, {}, 7, 5)
    next(messages)
    planned = steps(_sending(messages, []))
    assert planned[0] == "SEARCH message USING INDEX message_account (account_id=? AND id>?)"
    assert not [step for step in planned if "TEMP" in step]


def _sending(unit, rows):
    """A unit that begins with what another one asks for when it has had rows."""
    yield unit.send(rows)


def test_one_contact_is_asked_without_the_others(steps):
    condition = bind(parse("hasopenedsince(30)"), Definitions(), NOW)
    [contact, *_] = steps(segment_contacts.matching(1, condition, [7]))
    assert "id=?" in contact


def test_the_contacts_of_a_list_are_walked_without_looking_at_one(steps):
    [memberships, *_] = steps(contacts.LISTING.page(1, PageRequest({"list_id": 7}, 0)))
    assert memberships.startswith("SEARCH list_recipient USING COVERING INDEX")


@pytest.mark.parametrize("order", ["id", "email"])
def test_a_page_far_down_is_found_by_walking_an_index(steps, order):
    unit = contacts.LISTING.page(1, PageRequest({"is_anonymized": 0}, 10, 9, ((order, False),)))
    assert "SEARCH contact USING COVERING INDEX contact_account (account_id=?)" in steps(unit)
    text = "\n".join(steps(_sending(unit, [(1_000,)])))
    assert "SEARCH contact USING COVERING INDEX" in text
    assert "SEARCH contact USING INTEGER PRIMARY KEY" in text
