"""Every citation of the compatibility pages leads to a section, and none of the sources outside this repository is left.

A citation is written ``compatibility: page#section``, with more after commas; a document may also link to a section.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "docs" / "compatibility"
FOLDERS = ("src", "tests", "bench", "docs")
SUFFIXES = {".py", ".md", ".json", ".toml", ".html", ".js"}
FILES = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*")
    if path.suffix in SUFFIXES and "node_modules" not in path.parts and path != Path(__file__)
) + sorted(ROOT.glob("*.md"))
DOCUMENTS = [path for path in FILES if path.suffix == ".md"]

_REFERENCE = r"[a-z0-9-]+#[a-z0-9-]+"
MENTION = re.compile(r"\(compatibility:")
CITATION = re.compile(rf"\(compatibility:\s+({_REFERENCE}(?:,\s+(?:#\s+)?{_REFERENCE})*)[,;)]")
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#]*)#([^)]+)\)")
OLD = re.compile(
    r"\b(?:SEND|SMTP|REST|CONTACTS|SEGMENTS|TEMPLATES|CAMPAIGNS|EVENTS-PARSE|SENDERS-DOMAINS|STATISTICS"
    r"|DESIGN|QUALITY|STYLE|LIBRARIES|WORDS)(?:\.md\b| ?§)|\(facts:(?!\s*Facts\b)|\bcoverage-37\b"
)


def sections(page):
    """Give the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


SECTIONS = {page.stem: sections(page) for page in PAGES.glob("*.md")}


def citations(text):
    """Give pairs of page and section."""
    for found in CITATION.findall(text):
        yield from (reference.split("#") for reference in re.findall(_REFERENCE, found))


def wrong(find):
    """Give what ``find`` finds in the files, each with the file's name."""
    return [
        f"{path.relative_to(ROOT)}: {found}"
        for path in FILES
        for found in find(path.read_text(encoding="utf-8"))
    ]


def cited_in(folder):
    return {
        tuple(pair)
        for path in FILES
        if (ROOT / folder) in path.parents
        for pair in citations(path.read_text(encoding="utf-8"))
    }


def test_every_citation_leads_to_a_section():
    assert (
        wrong(
            lambda text: [
                f"{page}#{section}"
                for page, section in citations(text)
                if section not in SECTIONS.get(page, ())
            ]
        )
        == []
    )


def test_every_citation_is_written_in_the_one_form():
    assert (
        wrong(lambda text: [] if len(CITATION.findall(text)) == len(MENTION.findall(text)) else ["?"]) == []
    )


def test_no_source_outside_this_repository_is_cited():
    assert wrong(OLD.findall) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_links_of_a_document_lead_to_sections(path):
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert [
        f"{target}#{anchor}"
        for target, anchor in links
        if anchor not in sections((path.parent / target) if target else path)
    ] == []


def test_the_source_cites_the_pages():
    assert {"send-v31", "smtp", "rest", "contacts", "events"} <= {page for page, _ in cited_in("src")}


@pytest.mark.parametrize("page", sorted(SECTIONS.keys() - {"README"}))
def test_a_page_says_what_both_do_and_from_where_it_is_known(page):
    text = (PAGES / f"{page}.md").read_text(encoding="utf-8")
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0]
        assert "**Source.**" in section, f"{page}: {title}"
        assert "Mailjet" in section or "MailPace" in section, f"{page}: {title}"
        assert "Aerogram" in section, f"{page}: {title}"


@pytest.mark.parametrize("page", sorted(SECTIONS.keys() - {"README"}))
def test_the_contents_name_a_page(page):
    assert f"]({page}.md)" in (PAGES / "README.md").read_text(encoding="utf-8")
