"""Export sources: how to find a kind of rows, and how to format each as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aerogram.jobs.exports.options import Column, ExportOptions
    from aerogram.store.sql import Unit

    Found = list[tuple[int, dict[str, Any]]]
    """Rows with their ids, by ascending id."""


class Source(msgspec.Struct, frozen=True):
    """The functions of one kind of rows. ``count`` and ``find`` take the account id and conditions of the store."""

    noun: str
    """The first part of the file name."""
    job_type: str
    """The job's JobType in ``batchjob``; our own words."""
    count: Callable[[int, Mapping[str, Any]], Unit[int]]
    find: Callable[[int, Mapping[str, Any], int, int], Unit[Found]]
    """Also takes the id after which to start, and the maximum number of rows."""
    names: Callable[[ExportOptions], list[str]]
    cells: Callable[[Mapping[str, Any], ExportOptions], list[str]]
    columns: Callable[[int, Sequence[str] | None], Unit[list[Column]]] | None = None
    """Finds columns by name, or all of them; raises `RefusedError` for an unknown name."""
    reference: str = ""
    """The condition whose value becomes the job's ``ref_id``."""
