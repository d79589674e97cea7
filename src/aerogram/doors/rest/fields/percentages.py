"""The field type of a percentage."""

from __future__ import annotations

from typing import Any, Final

from aerogram.doors.rest.fields.kinds import InvalidValueError, Number

WHOLE: Final = 100
"""Percent."""


class Percentage(Number):
    """A number from 0 to 100."""

    def read(self, value: Any) -> float:
        """Read a percentage."""
        read = super().read(value)
        if not 0 <= read <= WHOLE:
            raise InvalidValueError(f"The value must lie between 0 and {WHOLE}")
        return read

    def schema(self) -> dict[str, Any]:
        """Describe it with its limits."""
        return super().schema() | {"minimum": 0, "maximum": WHOLE}
