"""The tables of an account's audience: contacts, what is known of them, lists, segments, erasures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB

from aerogram.store.tables.columns import big, key, metadata, small, words

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import ColumnElement


def _marked(name: str, *columns: str, flag: str) -> Index:
    """Make an index of those rows alone whose flag is set."""
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
    _marked("contact_excluded", "account_id", "id", flag="is_excluded"),
    _marked("contact_anonymized", "account_id", "id", flag="is_anonymized"),
)
"""A person or a mailbox that an account writes to. ``email`` is as `suppression_key` writes it.

Moments are 0 while they have not come. ``properties`` is "" or a JSON object: the id of a `property_`, as
text, and its value; datetimes are milliseconds.
"""

known: ColumnElement[Any] = literal_column("contact.known", JSONB())
"""A column that contacts have in PostgreSQL alone and that it keeps itself: ``properties``, parsed; null for none.

Of a million texts each would have to be parsed each time, which takes four times as long as all the rest.
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
"""What can be known of contacts: ``name`` in lower case, ``namespace`` static or historic.

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
"""A value that a property of the namespace historic had at a moment; ``value`` is JSON."""

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
"""A list. Live lists of an account have different names; ``address`` is 9 random letters and digits.

``subscriber_count`` are its links that are active and not unsubscribed; it changes in their transactions.
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
    _marked("list_recipient_left", "account_id", "contact_id", flag="is_unsubscribed"),
)
"""A contact on a list. The last index pages a list of a million by id without touching its rows."""

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
"""A condition on contacts: Mailjet's contactfilter. ``expression`` is as its author wrote it.

``status`` is unused, used or deleted; live segments of an account have different names.
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
