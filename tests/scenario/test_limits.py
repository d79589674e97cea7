"""Each limit of the table holds: as much as it allows passes, and one more gets the error that the page promises.

The table is `aerogram.app.limits`; a row without a probe for one of its doors fails here.
"""

import pytest

from aerogram.app.limits.table import chapters
from support.limits.probes import ELSEWHERE, PASSES, PROBES
from support.server import running

ROWS = {row.id: row for chapter in chapters() for row in chapter.limit}
CASES = [(row.id, door) for row in ROWS.values() for door in row.errors]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("limits") / "data", trusted_senders="@example.org") as started:
        yield started


@pytest.mark.parametrize(("limit", "door"), [case for case in CASES if case in PROBES])
def test_a_caller_meets_it_as_the_page_says(server, limit, door):
    row, probe = ROWS[limit], PROBES[limit, door]
    error = row.errors[door].partition(",")[0].partition(" for ")[0]
    assert probe(server, row.number).startswith(PASSES.get(limit, "2"))
    assert probe(server, row.number + 1).startswith(error)


@pytest.mark.parametrize(("limit", "door"), CASES)
def test_it_is_tried(limit, door):
    assert (limit, door) in PROBES or (limit, door) in ELSEWHERE
