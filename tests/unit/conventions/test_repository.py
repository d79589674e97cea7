"""Conventions of this repository that no tool checks."""

import re
import subprocess
from pathlib import Path

import pytest

from aerogram.app import reference
from aerogram.app.settings.settings import DECLARATIONS

ROOT = Path(__file__).parents[3]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "bench").rglob("*.md")])
MAX_LINES = 420
MACHINE_PATHS = re.compile(r"/(?:work|home|Users|root)/\w")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)(?:#[^)]*)?\)")


def test_the_generated_pages_are_fresh():
    assert reference.stale(ROOT / "docs" / "reference") == [], "run: make docs"


@pytest.mark.parametrize("name", sorted(DECLARATIONS))
def test_every_setting_is_documented_with_flag_variable_and_key(name):
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    section = page.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    declaration = DECLARATIONS[name]
    assert declaration.flag in section
    assert f"\n{declaration.variable}=" in section
    assert f"\n{name} = " in section


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_source_file_is_short_and_says_what_it_is_for(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= MAX_LINES
    code = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert code.lstrip().startswith(('"""', 'r"""')) or not code.strip()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_document_names_no_path_of_a_machine(path):
    assert MACHINE_PATHS.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_links_of_a_document_lead_somewhere(path):
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize(
    "path",
    [
        "requirements/run.lock",
        "requirements/dev.lock",
        "requirements/build.lock",
        "tests/clients/node/package-lock.json",
    ],
)
def test_a_lock_file_names_no_registry(path):
    assert (
        re.findall(
            r'https?://(?!opencollective|github)[^\s"]*(?:\.tgz|simple|registry)', (ROOT / path).read_text()
        )
        == []
    )


def test_the_runtime_lock_is_part_of_the_development_lock():
    def pins(name):
        return set(re.findall(r"^\S+==\S+", (ROOT / "requirements" / name).read_text(), re.MULTILINE))

    assert pins("run.lock") <= pins("dev.lock")
    assert pins("run.lock") <= pins("build.lock")
    shared = {pin.partition("==")[0] for pin in pins("dev.lock")} & {
        pin.partition("==")[0] for pin in pins("build.lock")
    }
    assert {pin for pin in pins("build.lock") if pin.partition("==")[0] in shared} <= pins("dev.lock")


def test_the_decisions_are_numbered_without_gaps():
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_make_lists_its_targets():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {
        "run",
        "test",
        "check",
        "bench",
        "crash",
        "docs",
        "lock",
        "clean",
        "wheel",
        "test-compiled",
    } <= set(re.findall(r"^  make (\S+)", done.stdout, re.MULTILINE))
