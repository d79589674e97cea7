"""Date formats: the letters of Mailjet's FormatDateTime; everything else is literal text.

(compatibility: segments#functions)
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND
from aerogram.model.segment import MAX_PRINTED_MS, MIN_PRINTED_MS, DatePart

if TYPE_CHECKING:
    from collections.abc import Sequence

_PIECE: Final = re.compile(r"yyyy|yy|mm|dd|hh|nn|ss|(?:(?!yy|mm|dd|hh|nn|ss).)+", re.IGNORECASE | re.DOTALL)
_PARTS: Final = {part.value: part for part in DatePart}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SLICES: Final = {
    DatePart.YEAR: slice(0, 4),
    DatePart.SHORT_YEAR: slice(2, 4),
    DatePart.MONTH: slice(5, 7),
    DatePart.DAY: slice(8, 10),
    DatePart.HOUR: slice(11, 13),
    DatePart.MINUTE: slice(14, 16),
    DatePart.SECOND: slice(17, 19),
}
"""The position of each part in ISO 8601."""


def pieces_of(form: str) -> tuple[DatePart | str, ...]:
    """Split a format into date parts, in any case, and the texts between them."""
    return tuple(_PARTS.get(piece.lower(), piece) for piece in _PIECE.findall(form))


def printed(milliseconds: int, pieces: Sequence[DatePart | str]) -> str | None:
    """Format a time in UTC; None when it is outside the printable range."""
    if not MIN_PRINTED_MS <= milliseconds <= MAX_PRINTED_MS:
        return None
    written = (_EPOCH + timedelta(seconds=milliseconds // SECOND)).isoformat()
    return "".join(piece if isinstance(piece, str) else written[_SLICES[piece]] for piece in pieces)
