"""Format numbers for people: round half up, and use formats such as ``#,##0.00`` with a locale's separators."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aerogram.content.language.errors import Place
    from aerogram.content.language.runtime.values import Number

MAX_FORMAT: Final = 100
"""Characters of a format."""
_MAX_LOCALE: Final = 35
"""Characters of a locale (RFC 5646 section 4.4.1)."""
_EXACT: Final = Context(prec=500, rounding=ROUND_HALF_UP)
"""Represents any float (309 digits) with any number of decimals in a format."""
_FORMAT: Final = re.compile(r"([^#0,.]*)([#0,]+)(?:\.([0#]+))?([^#0]*)", re.DOTALL)
_NO_BREAK: Final = "\u00a0"
_APOSTROPHE: Final = "\u2019"

SEPARATORS: Final = {
    **dict.fromkeys(("en", "ja", "zh", "ko", "th", "he", "hi", "ar", "es_MX", "es_US"), (",", ".")),
    **dict.fromkeys(
        ("da", "de", "el", "es", "hr", "id", "it", "nl", "pt", "ro", "sl", "sr", "tr", "vi"), (".", ",")
    ),
    **dict.fromkeys(
        (
            *("bg", "cs", "et", "fi", "fr", "hu", "lt", "lv", "nb"),
            *("nn", "no", "pl", "pt_PT", "ru", "sk", "sv", "uk"),
        ),
        (_NO_BREAK, ","),
    ),
    **dict.fromkeys(("de_CH", "it_CH", "de_LI"), (_APOSTROPHE, ".")),
}
"""The separators of thousands and decimals, by locale or language (Unicode CLDR)."""


def separators_of(locale: str, place: Place) -> tuple[str, str]:
    """Return the separators of ``de_DE``, ``de-DE`` or ``de``. Raises `TemplateError` for an unknown language."""
    language, _, region = locale[:_MAX_LOCALE].replace("-", "_").partition("_")
    language = language.lower()
    found = SEPARATORS.get(f"{language}_{region.upper()}") or SEPARATORS.get(language)
    if found is None:
        raise place.expression_error(f'Unknown locale: "{locale[:_MAX_LOCALE]}"')
    return found


def round_half_up(number: Number, decimals: int) -> Number:
    """Round the printed form of a number, with halves away from zero."""
    return number if isinstance(number, int) else float(_rounded(number, decimals))


def format_number(form: str, number: Number, separators: tuple[str, str], place: Place) -> str:
    """Format a number: ``0`` is a digit always shown, ``#`` a digit shown when needed, ``,`` groups thousands.

    Text before and after the digits is kept. Raises `TemplateError` for an invalid format.
    """
    found = _FORMAT.fullmatch(form) if len(form) <= MAX_FORMAT else None
    if found is None:
        raise place.expression_error(f'Not a number format: "{form[:MAX_FORMAT]}"')
    before, whole_form, fraction_form, after = found[1], found[2], found[3] or "", found[4]
    thousands, point = separators
    value = _rounded(number, len(fraction_form))
    whole, _, fraction = f"{abs(value):f}".partition(".")
    whole = whole.lstrip("0").rjust(whole_form.count("0"), "0")
    if "," in whole_form:
        whole = f"{whole[: len(whole) % 3]}{thousands}" * (len(whole) % 3 > 0) + thousands.join(
            re.findall("...", whole[len(whole) % 3 :])
        )
        whole = whole.removesuffix(thousands)
    fraction = fraction.rstrip("0").ljust(fraction_form.count("0"), "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{before}{whole}{point + fraction if fraction else ''}{after}"


def _rounded(number: Number, decimals: int) -> Decimal:
    return Decimal(repr(number)).quantize(Decimal((0, (1,), -decimals)), context=_EXACT)
