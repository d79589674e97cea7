"""The functions of the language (compatibility: templates#functions); names ignore case."""

from __future__ import annotations

import html
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from aerogram.content.language.runtime.budget import MAX_TEXT
from aerogram.content.language.runtime.dates import format_date, offset_of, read_date
from aerogram.content.language.runtime.numbers import format_number, round_half_up, separators_of
from aerogram.content.language.runtime.values import bounded, number_of, text_of

if TYPE_CHECKING:
    from aerogram.content.language.errors import Place
    from aerogram.content.language.runtime.frame import Frame

Call = Callable[[list[Any], "Frame", "Place"], Any]

MAX_URL: Final = 100_000
"""Characters to encode for a URL, which costs more per character than other work."""
MAX_DECIMALS: Final = 15
"""Decimals that a float can represent."""
MAX_DAYS: Final = 36_500
"""Largest number of days in a function."""


class Function(NamedTuple):
    """A function and its signature."""

    name: str
    signature: str
    call: Call
    least: int
    most: int


def _on_text(change: Callable[[str], str], longest: int = MAX_TEXT) -> Call:
    """Wrap a function of one text; its result also counts as processed text."""

    def call(arguments: list[Any], frame: Frame, place: Place) -> str:
        text = text_of(arguments[0], frame, place)
        if len(text) > longest:
            raise place.exceeded(f"a text of more than {longest} characters")
        frame.pay_for_text(len(text), place)
        result = change(text)
        frame.pay_for_text(len(result), place)
        return result

    return call


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]


def _url_encode(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _round(arguments: list[Any], _: Frame, place: Place) -> Any:
    number = number_of(arguments[0], place)
    decimals = _whole(arguments[1], place) if len(arguments) > 1 else 0
    if not 0 <= decimals <= MAX_DECIMALS:
        raise place.expression_error(f"Round takes 0 to {MAX_DECIMALS} decimals")
    return bounded(round_half_up(number, decimals), place)


def _int(arguments: list[Any], _: Frame, place: Place) -> Any:
    return _whole(arguments[0], place)


def _whole(value: Any, place: Place) -> int:
    return int(bounded(math.trunc(number_of(value, place)), place))


def _days(value: Any, place: Place) -> int:
    days = _whole(value, place)
    if not 0 <= days <= MAX_DAYS:
        raise place.expression_error(f"The number of days must be from 0 to {MAX_DAYS}")
    return days


def _has_opened(arguments: list[Any], frame: Frame, place: Place) -> Any:
    return frame.scope.opened_since(_days(arguments[0], place))


def _has_clicked(arguments: list[Any], frame: Frame, place: Place) -> Any:
    return frame.scope.clicked_since(_days(arguments[0], place))


def _format_number(arguments: list[Any], frame: Frame, place: Place) -> Any:
    form = text_of(arguments[0], frame, place)
    locale = text_of(arguments[2], frame, place) if len(arguments) > 2 else "en"  # noqa: PLR2004 - the third
    return format_number(form, number_of(arguments[1], place), separators_of(locale, place), place)


def _to_date(arguments: list[Any], _: Frame, place: Place) -> Any:
    return read_date(arguments[0], place)


def _format_date(arguments: list[Any], frame: Frame, place: Place) -> Any:
    return format_date(text_of(arguments[0], frame, place), read_date(arguments[1], place), place)


def _format_date_tz(arguments: list[Any], frame: Frame, place: Place) -> Any:
    zone = offset_of(text_of(arguments[2], frame, place), place)
    try:
        date = read_date(arguments[1], place).astimezone(zone)
    except OverflowError:
        raise place.expression_error("The date is out of range") from None
    return format_date(text_of(arguments[0], frame, place), date, place)


FUNCTIONS: Final = {
    function.name.lower(): function
    for function in (
        Function("Upper", "a text", _on_text(str.upper), 1, 1),
        Function("Lower", "a text", _on_text(str.lower), 1, 1),
        Function("Capitalize", "a text", _on_text(_capitalize), 1, 1),
        Function("UrlEncode", "a text", _on_text(_url_encode, MAX_URL), 1, 1),
        Function("Escape", "a text", _on_text(html.escape), 1, 1),
        Function("Round", "a number and how many decimals", _round, 1, 2),
        Function("Int", "a number", _int, 1, 1),
        Function("HasOpenedSince", "a number of days", _has_opened, 1, 1),
        Function("HasClickedSince", "a number of days", _has_clicked, 1, 1),
        Function("FormatNumber", "a format and a number", _format_number, 2, 2),
        Function("FormatNumberLocale", "a format, a number and a locale", _format_number, 3, 3),
        Function("ToDate", "seconds since 1970", _to_date, 1, 1),
        Function("FormatDateTime", "a format and a date", _format_date, 2, 2),
        Function("FormatDateTimeTZ", "a format, a date and an offset", _format_date_tz, 3, 3),
    )
}
