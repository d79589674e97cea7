"""The options of an export, as stored in its job."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class Column(msgspec.Struct, frozen=True, array_like=True):
    """A column requested by name: its key in the source, its name, and its datatype when requested."""

    key: str
    name: str
    datatype: str


class ExportOptions(msgspec.Struct, frozen=True):
    """What to export, and how. Later changes to the properties do not affect the job."""

    conditions: dict[str, Any] = {}
    """Conditions of the store, with their values."""
    properties: list[Column] = []
    is_for_spreadsheet: bool = False
    """Protect texts that a spreadsheet would read as formulas."""


encoded: Final = msgspec.json.Encoder().encode
options_of: Final = msgspec.json.Decoder(ExportOptions).decode
