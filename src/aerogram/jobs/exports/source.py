"""A kind of rows that can be exported: how they are found, and how each becomes a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aerogram.jobs.exports.options import Column, ExportOptions
    from aerogram.store.sql import Unit

    Found = list[tuple[int, dict[str, Any]]]
    """Rows with their ids, by rising id."""


class Source(msgspec.Struct, frozen=True):
    """The functions of one kind. ``count`` and ``find`` take the account and conditions of the store."""

    noun: str
    """What the file is called by."""
    job_type: str
    """What ``batchjob`` calls the job; words of ours."""
    count: Callable[[int, Mapping[str, Any]], Unit[int]]
    find: Callable[[int, Mapping[str, Any], int, int], Unit[Found]]
    """Also takes the id after which rows are wanted, and how many at most."""
    names: Callable[[ExportOptions], list[str]]
    cells: Callable[[Mapping[str, Any], ExportOptions], list[str]]
    columns: Callable[[int, Sequence[str] | None], Unit[list[Column]]] | None = None
    """Finds the columns that a caller chooses by name, or all of them; raises `RefusedError` for an unknown name."""
