"""Functions: texts, numbers and dates for readers."""

import pytest

from aerogram.content.language.compiler import compile_template
from aerogram.content.language.errors import TemplateError
from aerogram.content.language.runtime.scope import Scope

MOMENT = 1_700_000_000
"""14 November 2023, 22:13:20 UTC, a Tuesday."""


def value_of(expression, **variables):
    template = compile_template(f"{{{{ {expression} }}}}", has_language=True, has_merge_tags=False)
    return template.render(Scope(variables=variables, opened_since=lambda days: days >= 30))


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        ("Upper('straße')", "STRASSE"),
        ("Upper(12)", "12"),
        ("Capitalize('éa B')", "Éa B"),
        ("Capitalize('')", ""),
        ("UrlEncode('a/é?~')", "a%2F%C3%A9%3F~"),
        ("""Escape('"<&>')""", "&quot;&lt;&amp;&gt;"),
        ('Escape("\'")', "&#x27;"),
        ("Round(2.5)", "3"),
        ("Round(-2.5)", "-3"),
        ("Round(2.675, 2)", "2.68"),
        ("Round(1250, 2)", "1250"),
        ("Round('83.996', 2)", "84"),
        ("Int(-3.99)", "-3"),
        ("Int('12')", "12"),
        ("HasOpenedSince(30)", "true"),
        ("HasOpenedSince('7')", "false"),
    ],
)
def test_texts_and_numbers(expression, printed):
    assert value_of(expression) == printed


@pytest.mark.parametrize(
    ("form", "value", "locale", "printed"),
    [
        ("#,##0.00", 1234.5, "en_US", "1,234.50"),
        ("#,##0.00", 1234567.891, "de_DE", "1.234.567,89"),
        ("#,##0.00", 1234.5, "de-CH", "1\u2019234.50"),
        ("#,##0.00", 1234.5, "fr_FR", "1\u00a0234,50"),
        ("#,##0.00", 0.005, "en", "0.01"),
        ("#,##0.##", 100, "en", "100"),
        ("0", -0.4, "en", "0"),
        ("#", 0, "en", ""),
        ("000", 7, "en", "007"),
        ("0.0#", 1.256, "en", "1.26"),
        ("$#,##0.00", -1234, "en", "-$1,234.00"),
        ("0.00 EUR", 3, "es_ES", "3,00 EUR"),
        ("#,##0", 999999, "en", "999,999"),
        ("#,##0", 1e15, "en", "1,000,000,000,000,000"),
    ],
)
def test_number_formats(form, value, locale, printed):
    assert value_of(
        "FormatNumberLocale(var:form, var:value, var:locale)", form=form, value=value, locale=locale
    ) == (printed)


def test_a_number_format_without_a_locale_is_english():
    assert value_of('FormatNumber("#,##0.00", 1234.5)') == "1,234.50"


@pytest.mark.parametrize(
    ("form", "printed"),
    [
        ("dd.mm.yyyy", "14.11.2023"),
        ("d/m/yy", "14/11/23"),
        ("dddd, d mmmm yyyy", "Tuesday, 14 November 2023"),
        ("ddd mmm", "Tue Nov"),
        ("hh:nn:ss.zzz", "22:13:20.000"),
        ("yyyy-mm-dd hh:mm", "2023-11-14 22:13"),
        ("h:n am/pm", "10:13 pm"),
        ("DD.MM.YYYY", "14.11.2023"),
        ('"day" d', "day 14"),
        ("", ""),
    ],
)
def test_date_formats(form, printed):
    assert value_of("FormatDateTime(var:form, ToDate(var:moment))", form=form, moment=MOMENT) == printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (MOMENT, "2023-11-14T22:13:20Z"),
        (str(MOMENT), "2023-11-14T22:13:20Z"),
        ("2023-11-14", "2023-11-14T00:00:00Z"),
        ("2023-11-14T23:13:20+01:00", "2023-11-14T22:13:20Z"),
    ],
)
def test_dates_are_read_from_seconds_and_iso_8601(value, printed):
    assert value_of("ToDate(var:value)", value=value) == printed


@pytest.mark.parametrize(("offset", "hour"), [("+03:00", "01"), ("-0330", "18"), ("Z", "22"), ("UTC", "22")])
def test_offsets(offset, hour):
    assert value_of(f'FormatDateTimeTZ("hh", {MOMENT}, "{offset}")') == hour


def test_dates_are_compared():
    assert value_of("ToDate(var:a) < ToDate(var:b)", a=MOMENT, b="2024-01-01") == "true"


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("Nothing(1)", "Unknown identifier: Nothing"),
        ("Upper()", "Upper takes a text"),
        ("Round(1, 2, 3)", "Round takes a number and how many decimals"),
        ("Round(1.5, 16)", "Round takes 0 to 15 decimals"),
        ("Round('x')", 'Not a number: "x"'),
        ("Int(true)", "Not a number: boolean"),
        ("HasOpenedSince(-1)", "The number of days must be from 0 to 36500"),
        ('FormatNumber("x", 1)', 'Not a number format: "x"'),
        ('FormatNumberLocale("0", 1, "xx_XX")', 'Unknown locale: "xx_XX"'),
        ("ToDate('soon')", "Not a date: soon"),
        ("ToDate(999999999999999)", "Not a date: number"),
        ("ToDate(true)", "Not a date: boolean"),
        ('FormatDateTimeTZ("d", 0, "CET")', 'Not an offset such as "+03:00": "CET"'),
        ('FormatDateTimeTZ("d", ToDate("0001-01-01"), "-01:00")', "The date is out of range"),
    ],
)
def test_a_wrong_argument_is_told(expression, words):
    with pytest.raises(TemplateError) as caught:
        value_of(expression)
    assert caught.value.message.startswith(f"expression parsing error ## {words} ## near ## {{{{ ")
