"""Contents, and the messages that carry them to recipients."""

from __future__ import annotations

from sqlalchemy import Column, Index, LargeBinary, PrimaryKeyConstraint, Table, Text, text

from aerogram.model.message_states import FIRST_STATE
from aerogram.store.tables.columns import big, key, metadata, small, words

content = Table(
    "content",
    metadata,
    key(),
    big("account_id"),
    small("kind"),
    words("door"),
    words("reverse_path"),
    words("from_email"),
    words("subject"),
    Column("body", LargeBinary),
    Column("blob", Text),
    big("size"),
    words("custom_id"),
    words("event_payload"),
    words("campaign"),
    small("has_text"),
    small("has_html"),
    small("attachment_count"),
    small("smtputf8"),
    words("dsn_ret"),
    words("dsn_envid"),
    words("transcript"),
    big("created_ms"),
    words("send_options"),
    Index(
        "content_blob",
        "blob",
        sqlite_where=text("blob IS NOT NULL"),
        postgresql_where=text("blob IS NOT NULL"),
    ),
)
"""A mail to be sent: stored once, never changed. Either ``body`` or ``blob`` (a file's name) is set.

``send_options`` is `aerogram.model.send_options.packed`.
"""

message = Table(
    "message",
    metadata,
    key(),
    big("account_id"),
    big("content_id"),
    words("uuid"),
    words("recipient"),
    words("domain"),
    small("role"),
    small("state", FIRST_STATE),
    big("queue_key"),
    big("due_ms"),
    big("lease", 0),
    small("attempts", 0),
    small("reclaims", 0),
    small("failure", 0),
    small("is_permanent", 0),
    words("reply"),
    words("notify"),
    words("orcpt"),
    big("created_ms"),
    big("updated_ms"),
    words("personal"),
    Index("message_account", "account_id", "id"),
    Index(
        "message_queue",
        "queue_key",
        "due_ms",
        sqlite_where=text("state = 0"),
        postgresql_where=text("state = 0"),
    ),
    Index("message_content", "content_id"),
)
"""One recipient of a content. ``queue_key`` is of `aerogram.store.records.messages.queue_keys`.

``personal`` is `aerogram.model.send_options.packed_personal`.
"""

idempotency = Table(
    "idempotency",
    metadata,
    big("account_id"),
    words("key"),
    big("owner"),
    words("fingerprint"),
    words("receipts"),
    big("created_ms"),
    PrimaryKeyConstraint("account_id", "key"),
    Index("idempotency_age", "created_ms"),
)
"""The result of a call with an idempotency key: a repeated call is answered with ``receipts``.

``owner`` is the id of the first call with the key. A later call with another ``fingerprint`` is a different
call.
"""

captured = Table(
    "captured",
    metadata,
    key("message_id"),
    big("account_id"),
    Column("body", LargeBinary),
    Column("blob", Text),
    big("size"),
    big("at_ms"),
    words("subject"),
    Index(
        "captured_blob",
        "blob",
        sqlite_where=text("blob IS NOT NULL"),
        postgresql_where=text("blob IS NOT NULL"),
    ),
)
"""The capture inbox: each mail as it would have been sent.

A mail that was blocked, bounced or held has a row of size 0 without a copy; the inbox shows its content.

``subject`` is set when it differs from the content's, because a template composed it.
"""
