"""Work on many rows that outlives its request: a job, its words and its progress."""

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
"""The kinds that make a file."""


class JobStatus(enum.StrEnum):
    """Mailjet's words, in the order of a job's life.

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
"""Mailjet's Method of a job that has none."""
CSV_IMPORT_TYPE: Final = "Contact list import csv"
"""Mailjet's JobType of a CSV import; the other types are words of ours.

(compatibility: contacts#bulk-jobs)
"""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it stands. The fields are the columns of the table ``job``; moments are milliseconds, 0 unset."""

    id: int
    account_id: int
    kind: str
    job_type: str
    data_id: int = 0
    """The file that it reads; 0 for none."""
    ref_id: int = 0
    """What it works on, as the id of a list; 0 for none."""
    method: str = UNKNOWN_METHOD
    status: str = JobStatus.ALLOCATED
    options: str = ""
    """JSON of its kind's own making."""
    count: int = 0
    """Items to work on; 0 while nobody knows."""
    current: int = 0
    """Items that are done, those in ``errcount`` included."""
    errcount: int = 0
    err_threshold: int = 0
    """Per cent of refused items that end the job; 0 lets it end well with any number of them."""
    cursor: int = 0
    """Where the next step begins: a byte of a file or the id of a row."""
    error: str = ""
    request_ms: int
    start_ms: int = 0
    end_ms: int = 0
    alive_ms: int = 0
    attempts: int = 0
    """How often it was begun since its last progress and not let go of: processes that died at it."""
    asked_by: str = ""
    """The label of the `Actor` who asked for it; "" in jobs of older versions."""
    request_id: str = ""
    """The request in which they asked; "" outside of requests."""
    is_sandboxed: int = 0
    """1 when they were sandboxed: what the job makes is so, too."""


class Refusal(msgspec.Struct, frozen=True):
    """An item that was refused: its number from 1, and its line of the error file."""

    item: int
    text: str


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What a step did: where the next one begins, and how many items it worked on or refused."""

    cursor: int
    items: int
    refusals: tuple[Refusal, ...] = ()
    count: int | None = None
    """Items in all, when the step found that out."""
