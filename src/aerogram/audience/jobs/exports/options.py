"""What an export was asked for, as its job keeps it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from aerogram.audience.property_values import Datatype  # noqa: TC001 - read by msgspec


class Column(msgspec.Struct, frozen=True, array_like=True):
    """A property of contacts: its id as text, its name, and the datatype that it had when it was asked for."""

    number: str
    name: str
    datatype: Datatype


class ExportOptions(msgspec.Struct, frozen=True):
    """What is exported, and how. It does not change while the job is worked on, whatever becomes of the properties."""

    conditions: dict[str, Any] = {}
    """Those of the store, with their values."""
    properties: list[Column] = []
    is_for_spreadsheet: bool = False
    """A program that computes what looks like a formula will read it."""


encoded: Final = msgspec.json.Encoder().encode
options_of: Final = msgspec.json.Decoder(ExportOptions).decode
