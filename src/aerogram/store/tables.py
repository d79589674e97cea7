"""The schema. Moments are BIGINT milliseconds since the epoch; flags SMALLINT 0 or 1; secrets sealed text.

Ids come from `aerogram.base.ids`, never from the database. Tables carry ``account_id`` early, so that
they can be distributed by it.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from aerogram.model.message_states import FIRST_STATE
from aerogram.store.columns import big as _big
from aerogram.store.columns import key as _id
from aerogram.store.columns import metadata
from aerogram.store.columns import small as _small
from aerogram.store.columns import words as _text
from aerogram.store.event_tables import counter, event
from aerogram.store.template_tables import template

__all__ = [
    "account",
    "callback",
    "callback_journal",
    "callback_lease",
    "campaign",
    "campaign_recipient",
    "captured",
    "content",
    "counter",
    "credential",
    "dkim_key",
    "event",
    "idempotency",
    "message",
    "metadata",
    "monitoring_category",
    "node",
    "sender",
    "setting",
    "suppression",
    "template",
    "tracking_host",
    "unsubscription",
    "user_account",
]

account = Table(
    "account",
    metadata,
    _id(),
    _text("name"),
    _big("created_ms"),
    _small("is_active", 1),
    _small("tracks_opens", 0),
    _small("tracks_clicks", 0),
)
"""What Mailjet calls an API key: its own contacts, senders and statistics.

``tracks_opens`` and ``tracks_clicks`` are what mail that says nothing of tracking gets.
"""

credential = Table(
    "credential",
    metadata,
    _id(),
    _big("account_id"),
    _small("kind"),
    _text("key", unique=True),
    _text("secret_hash"),
    _text("label"),
    _big("created_ms"),
    Column("revoked_ms", BigInteger),
    _text("domain"),
    _small("is_sandboxed", 0),
    Index("credential_account", "account_id"),
)
"""What opens an account. ``secret_hash`` is `Sealer.digest` of the secret.

``domain`` is the only one that a `CredentialKind.DOMAIN_TOKEN` may send from; mail by a credential that
``is_sandboxed`` never leaves.
"""

user_account = Table(
    "user_account",
    metadata,
    _id(),
    _text("email", unique=True),
    _text("password_hash"),
    _big("created_ms"),
)
"""A person who signs in; the password's argon2 hash."""

sender = Table(
    "sender",
    metadata,
    _id(),
    _big("account_id"),
    _text("email"),
    _text("name"),
    _text("status"),
    _text("email_type"),
    _small("is_default", 0),
    _big("created_ms"),
    UniqueConstraint("account_id", "email"),
)
"""An address, or ``*@domain``, from which an account may send when ``status`` is Active."""

dkim_key = Table(
    "dkim_key",
    metadata,
    _id(),
    _big("account_id"),
    _text("domain"),
    _text("selector"),
    _text("algorithm"),
    _text("private_sealed"),
    _text("public_value"),
    _big("created_ms"),
    _small("is_active", 1),
    UniqueConstraint("domain", "selector", "account_id"),
)
"""A signing key of a sending domain; ``public_value`` is the TXT record's content."""

content = Table(
    "content",
    metadata,
    _id(),
    _big("account_id"),
    _small("kind"),
    _text("door"),
    _text("envelope_from"),
    _text("from_email"),
    _text("subject"),
    Column("body", LargeBinary),
    Column("blob", Text),
    _big("size"),
    _text("custom_id"),
    _text("event_payload"),
    _text("campaign"),
    _small("has_text"),
    _small("has_html"),
    _small("attachment_count"),
    _small("smtputf8"),
    _text("dsn_ret"),
    _text("dsn_envid"),
    _text("transcript"),
    _big("created_ms"),
    _text("treatment"),
    Index(
        "content_blob",
        "blob",
        sqlite_where=text("blob IS NOT NULL"),
        postgresql_where=text("blob IS NOT NULL"),
    ),
)
"""What is to be sent: stored once, never changed. Either ``body`` or ``blob`` (a file's name) is set.

``treatment`` is `aerogram.model.treatment.packed`.
"""

message = Table(
    "message",
    metadata,
    _id(),
    _big("account_id"),
    _big("content_id"),
    _text("uuid"),
    _text("recipient"),
    _text("domain"),
    _small("role"),
    _small("state", FIRST_STATE),
    _big("lane"),
    _big("due_ms"),
    _big("lease", 0),
    _small("attempts", 0),
    _small("reclaims", 0),
    _small("failure", 0),
    _small("is_permanent", 0),
    _text("reply"),
    _text("notify"),
    _text("orcpt"),
    _big("created_ms"),
    _big("updated_ms"),
    _text("personal"),
    Index("message_account", "account_id", "id"),
    Index(
        "message_queue",
        "lane",
        "due_ms",
        sqlite_where=text("state = 0"),
        postgresql_where=text("state = 0"),
    ),
)
"""One recipient of a content. ``lane`` is rank * 2^53 + account, so a queue's lanes sort by rank.

``personal`` is `aerogram.model.treatment.packed_personal`.

The ids of a content's messages follow its own, so they are found without an index by ``content_id``.
"""

suppression = Table(
    "suppression",
    metadata,
    _big("account_id"),
    _text("address"),
    _text("reason"),
    _text("detail"),
    _big("created_ms"),
    Column("until_ms", BigInteger),
    PrimaryKeyConstraint("account_id", "address"),
)
"""Addresses (lower case) an account must not mail, and until when (null: for good)."""

unsubscription = Table(
    "unsubscription",
    metadata,
    _big("account_id"),
    _text("address"),
    _big("message_id"),
    _big("created_ms"),
    PrimaryKeyConstraint("account_id", "address"),
)
"""Addresses (as `suppression_key` writes them) that left an account's bulk mail, and by which message."""

campaign = Table(
    "campaign",
    metadata,
    _id(),
    _big("account_id"),
    _text("name"),
    _big("created_ms"),
    _small("is_deleted", 0),
    _small("is_starred", 0),
    _big("first_message_id", 0),
    UniqueConstraint("account_id", "name"),
)
"""A custom campaign: what mails that name it have in common. It begins with the first of them."""

campaign_recipient = Table(
    "campaign_recipient",
    metadata,
    _big("account_id"),
    _text("campaign"),
    _text("address"),
    _big("message_id"),
    PrimaryKeyConstraint("account_id", "campaign", "address"),
)
"""The first message of a campaign to each address (as `suppression_key` writes it)."""

idempotency = Table(
    "idempotency",
    metadata,
    _big("account_id"),
    _text("key"),
    _big("owner"),
    _text("fingerprint"),
    _text("receipts"),
    _big("created_ms"),
    PrimaryKeyConstraint("account_id", "key"),
    Index("idempotency_age", "created_ms"),
)
"""What became of a call that bore an idempotency key: a repeated call is answered with ``receipts``.

``owner`` is the id of the call that came first; ``fingerprint`` tells whether a later one asks for the same.
"""

tracking_host = Table(
    "tracking_host",
    metadata,
    _big("account_id"),
    _text("domain"),
    _text("base_url"),
    PrimaryKeyConstraint("account_id", "domain"),
)
"""Where the links of mail from a domain lead, as ``https://click.example.org``."""

monitoring_category = Table(
    "monitoring_category",
    metadata,
    _big("account_id"),
    _text("name"),
    _big("created_ms"),
    PrimaryKeyConstraint("account_id", "name"),
)
"""The monitoring categories that an account's mail may name."""

callback = Table(
    "callback",
    metadata,
    _id(),
    _big("account_id"),
    _text("event_type"),
    _text("url_sealed"),
    _small("is_backup", 0),
    _text("status"),
    _small("version", 1),
    _big("first_failure_ms", 0),
    _text("last_failure"),
    _big("created_ms"),
    UniqueConstraint("account_id", "event_type", "is_backup"),
)
"""A webhook: Mailjet's eventcallbackurl. The URL may hold a password, so it is sealed.

``first_failure_ms`` is 0 and ``last_failure`` empty while its receiver answers as it should.
"""

callback_journal = Table(
    "callback_journal",
    metadata,
    _big("callback_id"),
    _big("event_id"),
    _big("account_id"),
    _big("message_id"),
    _big("due_ms"),
    _small("attempts", 0),
    _big("created_ms"),
    PrimaryKeyConstraint("callback_id", "event_id"),
    Index(
        "callback_journal_retried",
        "callback_id",
        sqlite_where=text("attempts > 0"),
        postgresql_where=text("attempts > 0"),
    ),
)
"""One row for each event that a webhook has still to be told; deleted when it was told."""

callback_lease = Table(
    "callback_lease",
    metadata,
    Column("account_id", BigInteger, primary_key=True, autoincrement=False),
    _big("lease"),
    _big("until_ms"),
)
"""Which process tells an account's events now: one at a time, so that their order holds."""

captured = Table(
    "captured",
    metadata,
    _id("message_id"),
    _big("account_id"),
    Column("body", LargeBinary),
    Column("blob", Text),
    _big("size"),
    _big("at_ms"),
    _text("subject"),
    Index(
        "captured_blob",
        "blob",
        sqlite_where=text("blob IS NOT NULL"),
        postgresql_where=text("blob IS NOT NULL"),
    ),
)
"""The capture inbox: the mail as it would have been sent.

``subject`` is set where it differs from the content's, which a template made it from.
"""

node = Table(
    "node",
    metadata,
    _id(),
    _text("name"),
    _big("until_ms"),
)
"""Node numbers of `base.ids` in use, each leased by one process."""

setting = Table(
    "setting",
    metadata,
    Column("name", Text, primary_key=True),
    _text("value"),
)
"""Facts of this installation, such as the fingerprint of its master key."""
