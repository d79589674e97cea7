"""Find the delimiter and the header of a CSV file from its first rows. No IO.

(compatibility: contacts#csv-import)
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.jobs.address_cells import addressee_of, visible
from aerogram.wire.address import is_email

if TYPE_CHECKING:
    from collections.abc import Sequence

EMAIL: Final = "email"
DELIMITERS: Final = (",", ";", "\t", "|")
SAMPLE_ROWS: Final = 100
"""Rows that are looked at for a column of addresses; our choice."""
_WORDS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_SEPARATOR: Final = re.compile(r'"?sep=([^\w\s"]|\t)"?\1*[ \r\n]*', re.IGNORECASE)
_JOINTS: Final = re.compile(r"[\s._-]+")
_ADDRESS_NAMES: Final = frozenset(
    (  # noqa: SIM905 - one name a line would fill two screens
        # English
        "email emails emailaddress emailaddresses mail mailaddress email1value emailid useremail "
        "contactemail subscriberemail customeremail primaryemail emailprimary workemail emailwork "
        "personalemail emailpersonal billingemail email1 emailaddress1 "
        # French
        "adresseemail adressemail courriel adresseelectronique adresse\xe9lectronique "
        "adressecourriel adressedemessagerie "
        # German
        "emailadresse mailadresse emailadressen emailanschrift "
        # Spanish
        "correo correoelectronico correoelectr\xf3nico direcciondecorreo direcci\xf3ndecorreo "
        # Italian
        "indirizzoemail indirizzomail postaelettronica indirizzodipostaelettronica "
        # Portuguese
        "endere\xe7odeemail enderecodeemail correioeletr\xf4nico correioeletronico "
        # Dutch, Swedish, Danish, Norwegian, Finnish
        "emailadres mailadres epost epostadress epostadresse s\xe4hk\xf6posti "
        "s\xe4hk\xf6postiosoite "
        # Romanian, Polish, Slovak, Czech, Hungarian, Turkish
        "adresemail adresaemail emailov\xe1adresa emailc\xedm eposta epostaadresi "
        # Russian
        "\u043f\u043e\u0447\u0442\u0430 \u044d\u043b\u043f\u043e\u0447\u0442\u0430 "
        "\u044d\u043b\u0435\u043a\u0442\u0440\u043e\u043d\u043d\u0430\u044f\u043f\u043e\u0447\u0442\u0430 "
        "\u0435\u043c\u0435\u0439\u043b \u0438\u043c\u0435\u0439\u043b "
        # Chinese, Japanese, Korean
        "\u7535\u5b50\u90ae\u4ef6 \u90ae\u7bb1 \u96fb\u5b50\u90f5\u4ef6 "
        "\u30e1\u30fc\u30eb\u30a2\u30c9\u30ec\u30b9 \uc774\uba54\uc77c "
    ).split()
)
"""Names of the column of addresses in exports of spreadsheets, address books and newsletter services, without the
signs of `_JOINTS`."""


class Layout(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an import takes a file for; kept with the job, so that it is found once."""

    charset: str
    delimiter: str = ","
    has_header: bool = True
    email: str = ""
    """The name of the column of addresses as the file has it; "" if it is "email" or the file has no header."""

    is_guess: bool = False
    """Whether another code page might be meant."""

    @property
    def words(self) -> str:
        """Write it as parameters of a media type: ``charset=UTF-8; delimiter=comma; header=present``."""
        delimiter = _WORDS.get(self.delimiter, self.delimiter)
        header = "present" if self.has_header else "absent"
        email = f'; email="{self.email}"' if self.email else ""
        charset = f"{self.charset} (guessed)" if self.is_guess else self.charset
        return f"charset={charset}; delimiter={delimiter}; header={header}{email}"


def separator_in(line: str) -> str:
    """Return the delimiter that a line such as ``sep=;`` names for Excel; "" for any other line."""
    found = _SEPARATOR.fullmatch(line)
    return found[1] if found else ""


def delimiter_of(line: str) -> str:
    """Guess the delimiter from the first row.

    A delimiter with which a cell is an address, or the name of a column of addresses, comes before others; then
    the most frequent one outside of quotes; else a comma.
    """
    bare = "".join(line.split('"')[::2])

    def rank(delimiter: str) -> tuple[bool, int]:
        return _has_address(_cells(line, delimiter)), bare.count(delimiter)

    counted = [delimiter for delimiter in DELIMITERS if delimiter in bare]
    return max(counted, key=rank, default=DELIMITERS[0])


def has_header(fields: Sequence[str]) -> bool:
    """Return whether a first row names columns: a cell that is an address makes it a row of contacts."""
    return not any(is_email(addressee_of(field).address) for field in fields)


def named(fields: Sequence[str]) -> list[str]:
    """Return names for columns from a header: without invisible characters, and a number for those without a name."""
    return [" ".join(visible(field).split()) or f"column{place}" for place, field in enumerate(fields, 1)]


def numbered(fields: Sequence[str]) -> list[str]:
    """Return names for the columns of a file without a header: ``email`` for the first address, numbers else."""
    at = next(place for place, field in enumerate(fields) if is_email(addressee_of(field).address))
    return [EMAIL if place == at else f"column{place + 1}" for place in range(len(fields))]


def with_email(names: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[list[str], str]:
    """Return the names with ``email`` for the column of addresses, and the name that it had, or "".

    It is the column "email", else the first one that has another usual name, else the only one whose cells are
    addresses. Without one, the names are returned as they are.
    """
    squeezed = [_JOINTS.sub("", name).lower() for name in names]
    if EMAIL in {name.lower() for name in names}:
        return list(names), ""
    at = next((place for place, name in enumerate(squeezed) if name in _ADDRESS_NAMES), None)
    if at is None:
        of_addresses = [place for place in range(len(names)) if _is_of_addresses(place, rows)]
        at = of_addresses[0] if len(of_addresses) == 1 else None
    if at is None:
        return list(names), ""
    return [*names[:at], EMAIL, *names[at + 1 :]], names[at]


def _is_of_addresses(place: int, rows: Sequence[Sequence[str]]) -> bool:
    cells = [row[place] for row in rows if place < len(row) and row[place].strip()]
    return bool(cells) and all(is_email(addressee_of(cell).address) for cell in cells)


def _has_address(fields: Sequence[str]) -> bool:
    names = {_JOINTS.sub("", visible(field)).lower() for field in fields}
    return not names.isdisjoint(_ADDRESS_NAMES) or not has_header(fields)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    except csv.Error:
        return []
