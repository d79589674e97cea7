"""The reference page of limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.app.limits.table import chapters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aerogram.app.limits.table import Limit

_HEAD: Final = """\
# Limits

Everything that a caller can use up has a limit, and an error past it. What is accepted is never dropped: past a
limit a door refuses, and says so.

Replies of 4xx over SMTP, and 429 and 503 over HTTP, are about this moment: the client should try again, after
`Retry-After` if there is one. All others are about what was sent.

What is counted by *server* is counted over all processes of one `aerogram serve` together."""

_KIBI: Final = 1024
_UNITS: Final = ("bytes", "KiB", "MiB", "GiB")


def limits_page() -> Iterator[str]:
    """Yield the parts of the page."""
    yield _HEAD
    for chapter in chapters():
        yield f"## {chapter.title}"
        head = "| what | limit | counted by | past it | why |\n|---|---|---|---|---|\n"
        yield head + "\n".join(_row(each) for each in chapter.limit)


def _row(limit: Limit) -> str:
    past = [f"{door}: {error}" for door, error in limit.errors.items()]
    cells = (
        limit.what,
        shown(limit),
        limit.by,
        "<br>".join([*past, limit.past] if limit.past else past),
        limit.why,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def shown(limit: Limit) -> str:
    """Write the number with its unit: bytes in the largest unit that leaves it whole."""
    number, unit = limit.number, limit.unit
    if unit == "bytes":
        step = 0
        while number >= _KIBI and number % _KIBI == 0 and step < len(_UNITS) - 1:
            number, step = number / _KIBI, step + 1
        unit = _UNITS[step]
    return f"{int(number) if number == int(number) else number:,} {unit}".rstrip()
