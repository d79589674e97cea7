"""What an export was asked for, as its job keeps it."""

from __future__ import annotations

from typing import Any, Final

import msgspec


class Column(msgspec.Struct, frozen=True, array_like=True):
    """A column that was asked for by name: how its source finds it, its name, and its datatype at that moment."""

    key: str
    name: str
    datatype: str


class ExportOptions(msgspec.Struct, frozen=True):
    """What is exported, and how. It does not change while the job is worked on, whatever becomes of the properties."""

    conditions: dict[str, Any] = {}
    """Those of the store, with their values."""
    properties: list[Column] = []
    is_for_spreadsheet: bool = False
    """A program that computes what looks like a formula will read it."""


encoded: Final = msgspec.json.Encoder().encode
options_of: Final = msgspec.json.Decoder(ExportOptions).decode
