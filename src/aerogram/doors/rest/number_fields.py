"""The property whose values have a fraction."""

from __future__ import annotations

from typing import Any, Final

from aerogram.doors.rest.fields import Field, ValueFault

_MOST: Final = 1e12
"""No rate, share or price is larger; ours to choose."""


class Fraction(Field):
    """A number from 0 to ``most``; numeric strings are taken too (facts: REST.md 3)."""

    schema_type = "number"

    def __init__(self, name: str, source: str, *, most: float = _MOST, **marks: Any) -> None:
        super().__init__(name, source, **marks)
        self._most = most

    def read(self, value: Any) -> float:
        """Read a number, or a string of one."""
        try:
            read = None if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            read = None
        # What is no number at all compares false with everything.
        if read is None or not 0 <= read <= self._most:
            raise ValueFault(f"The value must be a number from 0 to {self._most:g}")
        return read

    def schema(self) -> dict[str, Any]:
        """Describe it with its bounds."""
        return super().schema() | {"minimum": 0, "maximum": self._most}
