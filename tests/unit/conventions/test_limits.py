"""No limit is forgotten: each constant that is one by its name is in the table, or left out for a reason."""

import ast
from pathlib import Path

from aerogram.app.limits.table import chapters
from support.limits.others import OTHERS

SOURCES = Path(__file__).parents[3] / "src" / "aerogram"
STARTS = ("MAX_", "MOST_")


def declared():
    """Yield each constant whose name says that it is a limit, as ``module:NAME``; one that names another is none."""
    for path in sorted(SOURCES.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCES).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.AnnAssign) and node.target.id.startswith(STARTS):
                yield f"{module}:{node.target.id}"


def test_every_limit_is_in_the_table_or_left_out_for_a_reason():
    in_table = {row.at for chapter in chapters() for row in chapter.limit}
    others = set().union(*OTHERS.values())
    found = {each for each in declared() if each not in in_table}
    assert found == others
    assert sum(map(len, OTHERS.values())) == len(others)


def test_every_row_has_a_number_a_reason_and_an_outcome():
    rows = [row for chapter in chapters() for row in chapter.limit]
    assert len({row.id for row in rows}) == len(rows)
    for row in rows:
        assert row.number > 0
        assert row.why.endswith(".")
        assert row.errors or row.past or row.id in {"rest-page", "rest-offset"}
