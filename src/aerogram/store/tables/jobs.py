"""The tables of work that outlives its request, and of the files that it reads and writes."""

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
"""A piece of work on many rows. ``kind`` is ours (`aerogram.model.job.JobKind`), ``job_type`` Mailjet's words for it.

``status`` is Mailjet's word; ``is_open`` while it is none of the last ones. ``count`` are the items to work on, 0 while
nobody knows; ``current`` those that are done, ``errcount`` those of them that were refused. ``cursor`` says where the
next step begins. Whoever works on it names ``lease``, which falls to the next one at ``lease_until_ms``. ``attempts``
are the claims since the last progress whose holders neither made any nor let go. ``asked_by``, ``request_id`` and
``is_sandboxed`` are those of the actor who asked for it.
"""

job_error = Table(
    "job_error",
    metadata,
    big("job_id"),
    big("item"),
    words("text"),
    PrimaryKeyConstraint("job_id", "item"),
)
"""An item that a job refused, by its number from 1, as its line of the error file."""

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
"""A file that was uploaded for a job or a part of one that a job makes; ``blob`` names its bytes, ``kind`` is as ``CSVData``.

The ``size`` of a part is 0 until it is written, and it counts for nothing before that.
"""
