"""Accounts, their credentials and tokens, and the people who sign in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint

from aerogram.store.tables.columns import big, key, metadata, small, words

account = Table(
    "account",
    metadata,
    key(),
    words("name"),
    big("created_ms"),
    small("is_active", 1),
    small("tracks_opens", 0),
    small("tracks_clicks", 0),
)
"""What Mailjet calls an API key, with its own contacts, senders and statistics.

``tracks_opens`` and ``tracks_clicks`` are the defaults for mail that does not set tracking.
"""

credential = Table(
    "credential",
    metadata,
    key(),
    big("account_id"),
    small("kind"),
    words("key", unique=True),
    words("secret_hash"),
    words("label"),
    big("created_ms"),
    Column("revoked_ms", BigInteger),
    words("domain"),
    small("is_sandboxed", 0),
    Index("credential_account", "account_id"),
)
"""A credential of an account. ``secret_hash`` is `Sealer.digest` of the secret.

``domain`` is the only domain that a `CredentialKind.DOMAIN_TOKEN` may send from. Mail of a credential that
``is_sandboxed`` is never delivered.
"""

user_account = Table(
    "user_account",
    metadata,
    key(),
    words("email", unique=True),
    words("password_hash"),
    big("created_ms"),
)
"""A person who signs in. ``password_hash`` is an argon2 hash."""

user_profile = Table(
    "user_profile",
    metadata,
    key("user_id"),
    words("username"),
    words("locale"),
    words("timezone"),
    words("profile"),
)
"""A person's own profile; ``profile`` is a JSON object or ""."""

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
"""Which user may open which account; ``role`` is a value of `aerogram.model.member.Role`."""

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
"""Values by name that programs store for an account. ``scope`` is ``user`` or ``app``."""

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

sandbox_record = Table("sandbox_record", metadata, key(), big("account_id"))
"""The ids of records, of any table, that callers in the sandbox made and no other caller has changed since."""
