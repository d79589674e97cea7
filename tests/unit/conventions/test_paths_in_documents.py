"""The files and folders that the documents name exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "src" / "aerogram"
DOCUMENTS = ("ARCHITECTURE.md", "CONTRIBUTING.md")
GUIDES = (
    "README.md",
    "docs/glossary.md",
    *sorted(f"docs/howto/{each.name}" for each in (ROOT / "docs/howto").iterdir()),
)
"""Documents that name media types and REST resources in backticks too, such as `message/export`."""
FOLDERS = {each.name for base in (SOURCES, ROOT) for each in base.iterdir() if each.is_dir()}
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
"""The target of a link to another file."""
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?|[\w-]+/)`")
"""A file or a folder in backticks: it has a slash, and neither a space nor a leading slash."""


def paths_in(document):
    """Give the paths of a document: below the sources, or below the repository."""
    return sorted(set(PATH.findall((ROOT / document).read_text(encoding="utf-8"))))


def missing(paths):
    """Give the paths that do not exist."""
    return [each for each in paths if not any((base / each).exists() for base in (SOURCES, ROOT))]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_path_in_backticks_exists(document):
    paths = paths_in(document)
    assert len(paths) > 5
    assert missing(paths) == []


@pytest.mark.parametrize("document", GUIDES)
def test_each_path_in_a_guide_exists(document):
    paths = [
        each for each in paths_in(document) if each.split("/")[0] in FOLDERS or re.search(r"\.\w+$", each)
    ]
    assert missing(paths) == []


@pytest.mark.parametrize("document", [*DOCUMENTS, *GUIDES])
def test_each_link_to_a_file_leads_to_one(document):
    file = ROOT / document
    links = LINK.findall(file.read_text(encoding="utf-8"))
    assert [each for each in links if not (file.parent / each).exists()] == []


def test_each_package_stands_in_the_table_of_rings():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = "".join(row.split("|")[2] for row in text.splitlines() if re.match(r"\| \d \|", row))
    packages = {each.parent.name for each in SOURCES.glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+)`", rows)) == packages
