"""Each limit of the table holds: as much as it allows passes, and one more gets the error that the page promises.

The table is `aerogram.app.limits`; a row without a probe for one of its doors fails here.
"""

from pathlib import Path

import pytest

from aerogram.app.limits.table import chapters
from support.limits.callers import Session, of_rest, of_send, request
from support.limits.probes import ELSEWHERE, PASSES, PROBES
from support.server import running

ROWS = {row.id: row for chapter in chapters() for row in chapter.limit}
CASES = [(row.id, door) for row in ROWS.values() for door in row.errors]
TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("limits") / "data", trusted_senders="@example.org") as started:
        yield started


@pytest.mark.parametrize(("limit", "door"), [case for case in CASES if case in PROBES])
def test_a_caller_meets_it_as_the_page_says(server, limit, door):
    row, probe = ROWS[limit], PROBES[limit, door]
    error = row.errors[door].partition(",")[0].partition(" for ")[0]
    assert probe(server, row.number).startswith(PASSES.get(limit, ("2", "sent")))
    assert probe(server, row.number + 1).startswith(error)


@pytest.mark.parametrize(("limit", "door"), CASES)
def test_it_is_tried(limit, door):
    if (limit, door) in PROBES:
        return
    path, _, name = (ELSEWHERE.get((limit, door)) or ELSEWHERE[limit]).partition("::")
    assert f"def {name}(" in (TESTS / path).read_text(encoding="utf-8")


def test_an_account_has_a_rate_at_every_door(tmp_path):
    message = {"FromEmail": "ann@example.org", "Recipients": [{"Email": "bob@example.net"}], "Text-part": "x"}
    calls = {
        "Send API v3.1": lambda: of_send(request(server, "POST", "/v3.1/send", {"Messages": []})),
        "Send API v3": lambda: of_send(request(server, "POST", "/v3/send", message)),
        "REST": lambda: of_rest(request(server, "GET", "/v3/REST/contact")),
        "Content API": lambda: of_rest(request(server, "GET", "/v1/REST/labels")),
    }
    assert set(ROWS["rate"].errors) == {*calls, "SMTP"}
    with running(tmp_path / "data", trusted_senders="@example.org", rate_limit="3") as server:
        for _ in range(3):
            assert calls["REST"]() == "200"
        for door, call in calls.items():
            assert call().startswith(ROWS["rate"].errors[door])
        with Session(server) as session:
            assert session.mail().startswith(ROWS["rate"].errors["SMTP"])
