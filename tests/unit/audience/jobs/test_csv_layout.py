"""The delimiter and the columns of a file, as spreadsheets, address books and newsletter services write them."""

import pytest

from aerogram.audience.jobs.csv_layout import (
    Layout,
    delimiter_of,
    has_header,
    named,
    numbered,
    separator_in,
    with_email,
)


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [
        ("email,age", ","),
        ("email;age;a,b", ";"),
        ('"a;b;c",d', ","),
        ("email\tage", "\t"),
        ("email|age|city", "|"),
        ("email", ","),
        ("ann@example.net", ","),
        ("Name (last, first, middle);email", ";"),
        ("ann@example.net;M\u00fcller, Zo\u00e9, Dr.", ";"),
        ("E-Mail-Adresse;Anrede, Titel, Name", ";"),
        ('"email";"name"', ";"),
        ("email\tName, first\tCity, country, planet", "\t"),
    ],
)
def test_the_delimiter_is_what_makes_a_cell_of_addresses_else_the_most_frequent(line, delimiter):
    assert delimiter_of(line) == delimiter


@pytest.mark.parametrize(
    ("line", "delimiter"),
    [("sep=;", ";"), ("SEP=,\r\n", ","), ("sep=\t\n", "\t"), ('"sep=;"', ";"), ("sep=;;;;\r", ";"), ("sep=|", "|"), ("sep=", ""),
     ("sep=a", ""), ("separator;email", ""), ("email", ""), ('sep="', "")],
)  # fmt: skip
def test_a_first_line_for_excel_names_the_delimiter(line, delimiter):
    assert separator_in(line) == delimiter


@pytest.mark.parametrize(
    "name",
    ["email", "Email", "E-Mail", "E-mail Address", "EMAIL ", "email address", "Email-Adresse", "E_MAIL", "e.mail", "\ufeffEmail",
     "E\u00adMail", "\u200bemail", "\u00a0Email\u00a0Address", "Adresse e-mail", "Courriel", "Correo electr\u00f3nico", "E-mail 1 - Value",
     "E-postadress", "\u7535\u5b50\u90ae\u4ef6", "Email\nAddress", "Mail", "\u042d\u043b\u0435\u043a\u0442\u0440\u043e\u043d\u043d\u0430\u044f \u043f\u043e\u0447\u0442\u0430"],
)  # fmt: skip
def test_the_column_of_addresses_is_found_by_its_usual_names(name):
    names, _ = with_email(named(["Name", name, "E-mail Type"]), [])
    assert names[1].lower() == "email"


@pytest.mark.parametrize(
    ("header", "rows", "names", "email"),
    [
        (["email", "E-Mail"], [], ["email", "E-Mail"], ""),
        (["E-mail Address", "E-mail 2 Address"], [], ["email", "E-mail 2 Address"], "E-mail Address"),
        (["Kontakt", "Ort"], [["ann@example.net", "Bonn"], ["", ""]], ["email", "Ort"], "Kontakt"),
        (["Kontakt", "Ort"], [["ann@example.net", "Bonn"], ["Bob", "Ulm"]], ["Kontakt", "Ort"], ""),
        (["A", "B"], [["ann@example.net", "bob@example.net"]], ["A", "B"], ""),
        (["A", "B"], [], ["A", "B"], ""),
    ],
)
def test_without_a_usual_name_the_only_column_of_addresses_is_taken_and_told(header, rows, names, email):
    assert with_email(header, rows) == (names, email)


def test_a_first_row_with_an_address_is_no_header():
    assert not has_header(["Ann", "ann@example.net"])
    assert not has_header(["Ann <ann@example.net>"])
    assert has_header(["email", "name"])
    assert numbered(["Ann", "ann@example.net", "Paris"]) == ["column1", "email", "column3"]


def test_columns_without_a_name_are_numbered():
    assert named(["email", " ", "First\u00a0 name", "\ufeff"]) == [
        "email",
        "column2",
        "First name",
        "column4",
    ]


def test_what_a_file_was_taken_for_is_said_in_the_words_of_media_types():
    assert Layout("windows-1252", ";").words == "charset=windows-1252; delimiter=semicolon; header=present"
    assert Layout("UTF-8", "\t", has_header=False).words == "charset=UTF-8; delimiter=tab; header=absent"
    assert Layout("UTF-8", email="E-Mail").words == (
        'charset=UTF-8; delimiter=comma; header=present; email="E-Mail"'
    )
