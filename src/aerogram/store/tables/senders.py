"""Senders, signing keys, tracking hosts, categories and parse routes."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint

from aerogram.store.tables.columns import big, key, metadata, small, words

sender = Table(
    "sender",
    metadata,
    key(),
    big("account_id"),
    words("email"),
    words("name"),
    words("status"),
    words("email_type"),
    small("is_default", 0),
    big("created_ms"),
    UniqueConstraint("account_id", "email"),
)
"""An address, or ``*@domain``, from which an account may send when ``status`` is Active."""

dkim_key = Table(
    "dkim_key",
    metadata,
    key(),
    big("account_id"),
    words("domain"),
    words("selector"),
    words("algorithm"),
    words("private_sealed"),
    words("public_value"),
    big("created_ms"),
    small("is_active", 1),
    UniqueConstraint("domain", "selector", "account_id"),
)
"""A signing key of a sending domain; ``public_value`` is the TXT record's content."""

tracking_host = Table(
    "tracking_host",
    metadata,
    big("account_id"),
    words("domain"),
    words("base_url"),
    PrimaryKeyConstraint("account_id", "domain"),
)
"""The base URL of tracked links in mail from a domain, such as ``https://click.example.org``."""

monitoring_category = Table(
    "monitoring_category",
    metadata,
    big("account_id"),
    words("name"),
    big("created_ms"),
    PrimaryKeyConstraint("account_id", "name"),
)
"""The monitoring categories that an account's mail may name."""

metasender = Table(
    "metasender",
    metadata,
    key(),
    big("account_id"),
    words("email"),
    words("description"),
    small("is_enabled", 0),
    big("created_ms"),
    UniqueConstraint("account_id", "email"),
)
"""An address, or ``*@domain``, from which all accounts may send after an operator has enabled it."""

domain_check = Table(
    "domain_check",
    metadata,
    big("account_id"),
    words("domain"),
    words("dkim_status"),
    words("spf_status"),
    big("checked_ms"),
    PrimaryKeyConstraint("account_id", "domain"),
)
"""The result of the last DNS check of an account's domain; statuses are Mailjet's words."""

parse_route = Table(
    "parse_route",
    metadata,
    key(),
    big("account_id"),
    words("email", unique=True),
    words("url_sealed"),
    small("is_generated", 0),
    big("created_ms"),
    Index("parse_route_account", "account_id", "id"),
)
"""The URL that mail to an address is posted to. It may contain a password, so it is sealed."""
