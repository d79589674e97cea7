"""Jobs: work on many rows that outlives its request, its states and its progress."""

from __future__ import annotations

import enum
from typing import Final

import msgspec


class JobKind(enum.StrEnum):
    """What a job does."""

    MANY_CONTACTS = "manycontacts"
    CSV_IMPORT = "csvimport"
    IMPORT_LIST = "importlist"
    EXPORT_CONTACTS = "exportcontacts"
    EXPORT_LIST_RECIPIENTS = "exportlistrecipients"
    EXPORT_MESSAGES = "exportmessages"


EXPORTS: Final = (JobKind.EXPORT_CONTACTS, JobKind.EXPORT_LIST_RECIPIENTS, JobKind.EXPORT_MESSAGES)
"""The kinds that produce a file."""


class JobStatus(enum.StrEnum):
    """The status of a job, in Mailjet's words and in the order of its life.

    (compatibility: contacts#bulk-jobs, contacts#csv-import)
    """

    ALLOCATED = "Allocated"
    UPLOAD = "Upload"
    PREPARE = "Prepare"
    IMPORTING = "Importing"
    COMPLETED = "Completed"
    ERROR = "Error"
    ABORT = "Abort"


UNKNOWN_METHOD: Final = "Unknown"
"""Mailjet's Method for a job without one."""
CSV_IMPORT_TYPE: Final = "Contact list import csv"
"""Mailjet's JobType of a CSV import; the other types are our own.

(compatibility: contacts#bulk-jobs)
"""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """The current state of a job. Fields are columns of the table ``job``; times are milliseconds, 0 when unset."""

    id: int
    account_id: int
    kind: str
    job_type: str
    data_id: int = 0
    """The id of its input file; 0 for none."""
    ref_id: int = 0
    """The id of the object it works on, such as a list; 0 for none."""
    method: str = UNKNOWN_METHOD
    status: str = JobStatus.ALLOCATED
    options: str = ""
    """Options as JSON, defined by its kind."""
    count: int = 0
    """Items in all; 0 while unknown."""
    current: int = 0
    """Items done, including those in ``errcount``."""
    errcount: int = 0
    err_threshold: int = 0
    """Percentage of refused items above which the job fails; 0 for no limit."""
    cursor: int = 0
    """The start of the next step: a byte of a file or the id of a row."""
    error: str = ""
    request_ms: int
    start_ms: int = 0
    end_ms: int = 0
    alive_ms: int = 0
    attempts: int = 0
    """How often it was started since its last progress and not released: each time, the process died."""
    asked_by: str = ""
    """The label of the `Actor` who requested it; "" in jobs of older versions."""
    request_id: str = ""
    """The id of the request that queued it; "" outside of requests."""
    is_sandboxed: int = 0
    """1 when the actor was sandboxed: everything that the job creates is sandboxed too."""


class Refusal(msgspec.Struct, frozen=True):
    """A refused item: its number, from 1, and its line in the error file."""

    item: int
    text: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a step: where the next one starts, and the items it processed and refused."""

    cursor: int
    items: int
    refusals: tuple[Refusal, ...] = ()
    count: int | None = None
    """Items in all, once the step knows; else None."""
