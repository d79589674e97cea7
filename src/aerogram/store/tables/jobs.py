"""The tables of jobs, which outlive their requests, and of the files that jobs read and write."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, Table, text

from aerogram.store.tables.columns import big, key, metadata, small, words

job = Table(
    "job",
    metadata,
    key(),
    big("account_id"),
    words("kind"),
    words("job_type"),
    big("data_id", 0),
    big("ref_id", 0),
    words("method"),
    words("status"),
    small("is_open", 1),
    words("options"),
    big("count", 0),
    big("current", 0),
    big("errcount", 0),
    small("err_threshold", 0),
    big("cursor", 0),
    words("error"),
    big("request_ms"),
    big("start_ms", 0),
    big("end_ms", 0),
    big("alive_ms", 0),
    big("lease", 0),
    big("lease_until_ms", 0),
    small("attempts", 0),
    words("asked_by"),
    words("request_id"),
    small("is_sandboxed", 0),
    Index("job_account", "account_id", "id"),
    Index(
        "job_open",
        "account_id",
        "id",
        sqlite_where=text("is_open = 1"),
        postgresql_where=text("is_open = 1"),
    ),
)
"""Work on many rows. ``kind`` is an `aerogram.model.job.JobKind`, ``job_type`` Mailjet's name for it.

``status`` is Mailjet's word; ``is_open`` is 1 until the status is final. ``count`` is the number of items, 0
while it is unknown; ``current`` of them are done, and ``errcount`` of those were refused. The next step
begins at ``cursor``. The worker holds ``lease`` until ``lease_until_ms``; then another may claim the job.
``attempts`` counts the claims since the last progress that made no progress and were not released.
``asked_by``, ``request_id`` and ``is_sandboxed`` come from the actor who started the job.
"""

job_error = Table(
    "job_error",
    metadata,
    big("job_id"),
    big("item"),
    words("text"),
    PrimaryKeyConstraint("job_id", "item"),
)
"""An item that a job refused, numbered from 1, with its line of the error file."""

data = Table(
    "data",
    metadata,
    key(),
    big("account_id"),
    words("source"),
    big("source_id", 0),
    words("kind"),
    words("mime"),
    words("blob"),
    big("size", 0),
    big("created_ms"),
    Index("data_source", "account_id", "source", "source_id"),
    Index("data_blob", "blob"),
)
"""A file that was uploaded for a job, or a part of a file that a job makes.

``blob`` names the file of its bytes; ``kind`` is a word such as ``CSVData``. The ``size`` of a part is 0
until the part is written; a part of size 0 does not count.
"""
