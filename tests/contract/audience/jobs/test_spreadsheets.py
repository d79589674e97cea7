"""Files as spreadsheets and other programs write them become the contacts that a person sees in them."""

import json

import pytest

from aerogram.audience.jobs import csv_file
from aerogram.audience.jobs.csv_file import layout_noted
from aerogram.base.errors import UnavailableError
from aerogram.jobs.context import JobContext
from aerogram.store.records.segments import segments

NAMES = {
    "ann@example.net": ("Zo\u00e9 M\u00fcller", "K\u00f6ln"),
    "bob@example.net": ("Bob \u2013 \u201cB\u201d", "Paris"),
}
ROWS = [["email", "name", "city"], *([address, *row] for address, row in NAMES.items())]


def written(rows, delimiter=",", ending="\r\n"):
    return "".join(delimiter.join(row) + ending for row in rows)


async def imported(shop, data, **options):
    """Import a file; give its job, the known values of each contact by property, and what it was taken for."""
    job = await shop.done(await shop.queue_import(data, **options))
    definitions = await shop.database.read(lambda: segments.definitions(1))
    names = {str(number): name for number, _, name, _ in definitions}
    contacts = {
        address: {names[number]: value for number, value in json.loads(row[1] or "{}").items()}
        for address, row in (await shop.contacts()).items()
    }
    return job, contacts, layout_noted((await shop.jobs.notes([job])).get(job.id, ""))


EXPORTS = {
    "Excel, Western Europe": (written(ROWS, ";").encode("cp1252"), "charset=windows-1252; delimiter=semicolon; header=present"),
    "Excel, CSV UTF-8": (written(ROWS, ";").encode("utf-8-sig"), "charset=UTF-8; delimiter=semicolon; header=present"),
    "Excel, Unicode text": (written(ROWS, "\t").encode("utf-16"), "charset=UTF-16LE; delimiter=tab; header=present"),
    "big-endian with a mark": ("\ufeff".encode("utf-16-be") + written(ROWS).encode("utf-16-be"), "charset=UTF-16BE; delimiter=comma; header=present"),
    "UTF-16 without a mark": (written(ROWS, ";").encode("utf-16-le"), "charset=UTF-16LE; delimiter=semicolon; header=present"),
    "with a line for Excel": (("sep=|\r\n" + written(ROWS, "|")).encode(), "charset=UTF-8; delimiter=pipe; header=present"),
    "with a line for Excel in cp1252": (("sep=;\r\n" + written(ROWS, ";")).encode("cp1252"), "charset=windows-1252; delimiter=semicolon; header=present"),
    "Google Sheets": (written(ROWS).encode(), "charset=UTF-8; delimiter=comma; header=present"),
    "LibreOffice": (written([[f'"{cell}"' for cell in row] for row in ROWS], ending="\n").encode(), "charset=UTF-8; delimiter=comma; header=present"),
    "lines that end with CR": (written(ROWS, ";", "\r").encode("cp1252"), "charset=windows-1252; delimiter=semicolon; header=present"),
    "empty columns at the end": (written([[*row, "", ""] for row in ROWS], ";").encode(), "charset=UTF-8; delimiter=semicolon; header=present"),
    "blank lines": (("\r\n;;\r\n" + written(ROWS, ";\t".strip()) + ";;\r\n\r\n;;\r\n").encode(), "charset=UTF-8; delimiter=semicolon; header=present"),
    "no-break and zero-width spaces": (written([[f"\u00a0{row[0]}\u200b", *row[1:]] for row in ROWS]).encode(), "charset=UTF-8; delimiter=comma; header=present"),
    "no-break spaces in cp1252": (written([[f"\u00a0{row[0]}\u00a0", *row[1:]] for row in ROWS], ";").encode("cp1252"), "charset=windows-1252; delimiter=semicolon; header=present"),
    "an odd name of the column": (written([["E-Mail Address", *ROWS[0][1:]], *ROWS[1:]]).encode(), 'charset=UTF-8; delimiter=comma; header=present; email="E-Mail Address"'),
    "links": (written([ROWS[0], *([f"mailto:{row[0]}", *row[1:]] for row in ROWS[1:])]).encode(), "charset=UTF-8; delimiter=comma; header=present"),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
async def test_a_file_is_imported_as_a_person_expects_and_the_job_says_what_it_took_it_for(shop, name):
    data, taken_for = EXPORTS[name]
    job, contacts, layout = await imported(shop, data)
    assert (job.status, job.current, job.errcount, layout) == ("Completed", 2, 0, taken_for)
    assert contacts == {address: {"name": row[0], "city": row[1]} for address, row in NAMES.items()}


async def test_a_list_of_addresses_alone_needs_no_header(shop):
    data = b"ann@example.net\r\nBob <bob@example.net>\r\nAnn,x\r\n"
    job, contacts, layout = await imported(shop, data)
    assert (job.current, job.errcount) == (3, 1)
    assert layout == "charset=UTF-8; delimiter=comma; header=absent"
    assert contacts == {"ann@example.net": {}, "bob@example.net": {}}
    assert {address: row[0] for address, row in (await shop.contacts()).items()} == {
        "ann@example.net": "",
        "bob@example.net": "Bob",
    }


async def test_columns_of_a_file_without_a_header_are_numbered_and_lost_by_nobody(shop):
    _, contacts, _ = await imported(shop, b"Ann;ann@example.net;Paris\nBob;bob@example.net;Rome\n")
    assert contacts["bob@example.net"] == {"column1": "Bob", "column3": "Rome"}


async def test_a_client_that_knows_the_charset_names_it(shop):
    data = "email;name\nann@example.net;\u0160\u00e1rka\n".encode("cp1250")
    options = json.dumps({"Charset": "cp1250"})
    job, contacts, layout = await imported(shop, data, options=options)
    assert (job.errcount, layout) == (0, "charset=windows-1250; delimiter=semicolon; header=present")
    assert contacts["ann@example.net"] == {"name": "\u0160\u00e1rka"}


async def test_the_error_file_keeps_its_shape_and_quotes_a_refused_line_in_its_own_charset(shop):
    rows = [*ROWS, ["Andr\u00e9", "Andr\u00e9", "Orl\u00e9ans"], ["eve@example.net"]]
    job, _, _ = await imported(shop, written(rows, ";").encode("cp1252"))
    assert await shop.error_lines(job) == [
        "email,name,city,error",
        '"Andr\u00e9","Andr\u00e9","Orl\u00e9ans", ###Invalid email address###email',
        '"eve@example.net", ###Too few columns at line',
    ]


async def test_an_import_goes_on_with_what_it_took_the_file_for_at_its_begin(shop, monkeypatch):
    surveys, seen = [], []
    committed, surveyed = JobContext.commit, csv_file.survey

    async def stop_after_the_first(context, progress, rows=None, *, header=""):
        await committed(context, progress, rows, header=header)
        seen.append(progress.cursor)
        if len(seen) == 1:
            raise UnavailableError("The file cannot be read now.")

    def count(*arguments, **named):
        surveys.append(named)
        return surveyed(*arguments, **named)

    monkeypatch.setattr(csv_file, "CHUNK", 1)
    monkeypatch.setattr(csv_file, "survey", count)
    monkeypatch.setattr(JobContext, "commit", stop_after_the_first)
    monkeypatch.setattr("aerogram.jobs.runner.POLL_SECONDS", 0.01)
    ended = await shop.done(await shop.queue_import(written(ROWS, ";").encode("cp1252")))
    assert (ended.status, ended.current, ended.errcount) == ("Completed", 2, 0)
    assert len(seen) > 1
    assert len(surveys) == 1
