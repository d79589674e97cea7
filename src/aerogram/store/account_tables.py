"""The tables of what an account says of itself: senders beyond its own, preferences, tokens, routes of inbound mail."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint

from aerogram.store.columns import big, key, metadata, small, words

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
"""An address, or ``*@domain``, from which all accounts may send once an operator enabled it."""

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
"""What the DNS said of an account's domain when it was last asked, in Mailjet's words."""

user_profile = Table(
    "user_profile",
    metadata,
    key("user_id"),
    words("username"),
    words("locale"),
    words("timezone"),
    words("profile"),
)
"""What a person says of themselves; ``profile`` is a JSON object or ""."""

account_member = Table(
    "account_member",
    metadata,
    big("account_id"),
    big("user_id"),
    words("role"),
    big("created_ms"),
    PrimaryKeyConstraint("account_id", "user_id"),
    Index("account_member_user", "user_id"),
)
"""Which user may open which account; ``role`` is a word of `aerogram.model.member.Role`."""

preference = Table(
    "preference",
    metadata,
    key(),
    big("account_id"),
    words("scope"),
    words("name"),
    words("value"),
    UniqueConstraint("account_id", "scope", "name"),
)
"""What programs remember of an account: a value for a name. ``scope`` is ``user`` or ``app``."""

api_token = Table(
    "api_token",
    metadata,
    key(),
    big("account_id"),
    words("digest", unique=True),
    words("token_sealed"),
    words("token_type"),
    words("allowed_access"),
    words("lang"),
    words("timezone"),
    words("sent_data"),
    big("valid_for", 0),
    small("is_active", 0),
    big("created_ms"),
    Index("api_token_account", "account_id", "id"),
)
"""Tokens for pages that a program shows to its user. ``digest`` is `Sealer.digest` of the token."""

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
"""Where mail to an address is to be posted. The URL may hold a password, so it is sealed."""

content_token = Table(
    "content_token",
    metadata,
    key(),
    big("account_id"),
    words("name"),
    words("digest", unique=True),
    words("permissions"),
    big("expires_ms"),
    big("created_ms"),
    big("updated_ms"),
    UniqueConstraint("account_id", "name"),
)
"""A bearer token of the Content API: ``digest`` is `Sealer.digest` of it, ``permissions`` a JSON array of words."""
