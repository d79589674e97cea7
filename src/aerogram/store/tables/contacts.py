"""The tables of an account's audience: contacts, their properties, lists, segments, erasures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB

from aerogram.store.tables.columns import big, key, metadata, small, words

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement


def _flag_index(name: str, *columns: str, flag: str) -> Index:
    """Make a partial index of the rows whose flag is set."""
    is_set = text(f"{flag} = 1")
    return Index(name, *columns, sqlite_where=is_set, postgresql_where=is_set)


contact = Table(
    "contact",
    metadata,
    key(),
    big("account_id"),
    words("email"),
    words("name"),
    big("created_ms"),
    big("updated_ms", 0),
    small("is_excluded", 0),
    big("excluded_ms", 0),
    small("is_optin_pending", 0),
    small("is_spam_complaining", 0),
    big("unsubscribed_ms", 0),
    words("unsubscribed_by"),
    big("last_activity_ms", 0),
    big("delivered_count", 0),
    small("is_anonymized", 0),
    words("properties"),
    UniqueConstraint("account_id", "email", postgresql_include=["id"]),
    Index("contact_account", "account_id", "id"),
    _flag_index("contact_excluded", "account_id", "id", flag="is_excluded"),
    _flag_index("contact_anonymized", "account_id", "id", flag="is_anonymized"),
)
"""A person or mailbox that an account writes to. ``email`` is in the form of `suppression_key`.

Times are 0 until they have come. ``properties`` is "" or a JSON object: the id of a `property_`, as
text, and its value; datetimes are milliseconds.
"""

known: ColumnElement[Any] = literal_column("contact.known", JSONB())
"""A generated column that exists only on PostgreSQL: the parsed ``properties``; null for none.

Parsing a million texts for each query would take four times as long as the rest of the query.
"""

property_ = Table(
    "property",
    metadata,
    key(),
    big("account_id"),
    words("name"),
    words("namespace"),
    words("datatype"),
    big("created_ms"),
    UniqueConstraint("account_id", "namespace", "name"),
)
"""The definition of a contact property: ``name`` in lower case, ``namespace`` static or historic.

``datatype`` is str, int, float, bool or datetime.
"""

contact_history = Table(
    "contact_history",
    metadata,
    key(),
    big("account_id"),
    big("contact_id"),
    big("property_id"),
    big("at_ms"),
    words("value"),
    Index("contact_history_contact", "account_id", "contact_id", "property_id", "at_ms"),
)
"""A value that a historic property had at a time; ``value`` is JSON."""

contact_list = Table(
    "contact_list",
    metadata,
    key(),
    big("account_id"),
    words("name"),
    words("address", unique=True),
    small("is_deleted", 0),
    big("created_ms"),
    big("subscriber_count", 0),
    Index(
        "contact_list_name",
        "account_id",
        "name",
        unique=True,
        sqlite_where=text("is_deleted = 0"),
        postgresql_where=text("is_deleted = 0"),
    ),
    Index("contact_list_account", "account_id", "id"),
)
"""A list. Names are unique among the live lists of an account; ``address`` is 9 random letters and digits.

``subscriber_count`` counts the active memberships that are not unsubscribed. It is updated in the transaction
that changes them.
"""

list_recipient = Table(
    "list_recipient",
    metadata,
    key(),
    big("account_id"),
    big("list_id"),
    big("contact_id"),
    small("is_unsubscribed", 0),
    small("is_active", 1),
    big("subscribed_ms", 0),
    big("unsubscribed_ms", 0),
    UniqueConstraint("list_id", "contact_id"),
    Index("list_recipient_contact", "account_id", "contact_id"),
    Index("list_recipient_account", "account_id", "id"),
    Index("list_recipient_list", "account_id", "list_id", "id"),
    _flag_index("list_recipient_left", "account_id", "contact_id", flag="is_unsubscribed"),
)
"""The membership of a contact on a list. ``list_recipient_list`` pages large lists without reading rows."""

segment = Table(
    "segment",
    metadata,
    key(),
    big("account_id"),
    words("name"),
    words("description"),
    words("expression"),
    words("status"),
    Index(
        "segment_name",
        "account_id",
        "name",
        unique=True,
        sqlite_where=text("status <> 'deleted'"),
        postgresql_where=text("status <> 'deleted'"),
    ),
    Index("segment_account", "account_id", "id"),
)
"""A condition on contacts: Mailjet's contactfilter. ``expression`` is the text as its author wrote it.

``status`` is unused, used or deleted. Names are unique among the live segments of an account.
"""

erasure = Table(
    "erasure",
    metadata,
    big("account_id"),
    big("contact_id"),
    words("digest"),
    big("erased_ms"),
    PrimaryKeyConstraint("account_id", "contact_id"),
)
"""The proof that a contact was erased: a keyed digest of the address, and nothing personal."""
