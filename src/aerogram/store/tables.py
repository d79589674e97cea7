"""The schema. Moments are BIGINT milliseconds since the epoch; flags SMALLINT 0 or 1; secrets sealed text.

Ids come from `aerogram.base.ids`, never from the database. Tables carry ``account_id`` early, so that
they can be distributed by it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

_KEY = BigInteger().with_variant(Integer, "sqlite")
"""SQLite makes a column its row id, and so needs no second index, only when it is called INTEGER."""


def _id(name: str = "id") -> Column[int]:
    return Column(name, _KEY, primary_key=True, autoincrement=False)


def _big(name: str, default: int | None = None) -> Column[int]:
    if default is None:
        return Column(name, BigInteger, nullable=False)
    return Column(name, BigInteger, nullable=False, server_default=text(str(default)))


def _small(name: str, default: int | None = None) -> Column[int]:
    if default is None:
        return Column(name, SmallInteger, nullable=False)
    return Column(name, SmallInteger, nullable=False, server_default=text(str(default)))


def _text(name: str, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=text("''"), **options)


account = Table(
    "account",
    metadata,
    _id(),
    _text("name"),
    _big("created_ms"),
    _small("is_active", 1),
)
"""What Mailjet calls an API key: its own contacts, senders and statistics."""

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
    Index("credential_account", "account_id"),
)
"""What opens an account. ``secret_hash`` is `Sealer.digest` of the secret."""

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
)
"""What is to be sent: stored once, never changed. Either ``body`` or ``blob`` (a file's SHA-256) is set."""

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
    _small("state", 0),
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

The ids of a content's messages follow its own, so they are found without an index by ``content_id``.
"""

event = Table(
    "event",
    metadata,
    _id(),
    _big("account_id"),
    _big("message_id"),
    _small("kind"),
    _big("at_ms"),
    _small("failure", 0),
    _small("is_hard", 0),
    _small("is_blocked", 0),
    _text("reply"),
    _text("host"),
    _text("tls"),
    _text("transcript"),
    _text("agent"),
    _text("ip"),
    _text("url"),
    Index("event_message", "message_id"),
)
"""The event log: appended in the transaction that made the fact true, never changed."""

counter = Table(
    "counter",
    metadata,
    _big("account_id"),
    _big("hour_ms"),
    _small("kind"),
    _big("amount"),
    PrimaryKeyConstraint("account_id", "hour_ms", "kind"),
)
"""How many events of a kind an account had in an hour."""

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
)
"""The capture inbox: the mail as it would have been sent."""

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
