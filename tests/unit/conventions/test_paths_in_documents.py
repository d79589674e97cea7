"""The files and folders that the documents name exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "src" / "aerogram"
DOCUMENTS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?|[\w-]+/)`")
"""A file or a folder in backticks: it has a slash, and neither a space nor a leading slash."""


def paths_in(document):
    """Give the paths of a document: below the sources, or below the repository."""
    return sorted(set(PATH.findall((ROOT / document).read_text(encoding="utf-8"))))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_path_in_backticks_exists(document):
    paths = paths_in(document)
    assert len(paths) > 5
    assert [each for each in paths if not any((base / each).exists() for base in (SOURCES, ROOT))] == []


def test_each_package_stands_in_the_table_of_rings():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = "".join(row.split("|")[2] for row in text.splitlines() if re.match(r"\| \d \|", row))
    packages = {each.parent.name for each in SOURCES.glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+)`", rows)) == packages
