"""Reads the table of limits. The numbers stay with the code that holds them; the table names where that is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping  # noqa: TC003 - msgspec reads the annotations
from functools import cached_property
from importlib import import_module, resources
from typing import TYPE_CHECKING, Final, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

FILES: Final = ("process", "http", "identity", "smtp", "send", "rest", "audience", "content")
"""The files of the table, in the order of the page."""


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One limit. ``at`` is the constant with its number, as ``module:NAME`` below the package."""

    id: str
    what: str
    at: str
    unit: str
    by: str
    """What is counted separately: a request, a session, an account, a network, the process, or the server, which is
    all processes of one ``aerogram serve``."""
    why: str
    errors: Mapping[str, str] = {}
    """What a caller sees past it, by door."""
    past: str = ""
    """A sentence for what happens past it at no door."""

    @cached_property
    def number(self) -> float:
        """Return the number that the code holds."""
        module, _, name = self.at.partition(":")
        return cast("float", getattr(import_module(f"aerogram.{module}"), name))


class Chapter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits of one subject."""

    title: str
    limit: tuple[Limit, ...]


def chapters() -> Iterator[Chapter]:
    """Read the table. Raises `msgspec.ValidationError` for a row that is not one."""
    for name in FILES:
        text = resources.files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
        yield msgspec.convert(tomllib.loads(text), Chapter)
