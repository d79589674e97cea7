"""The tables of plain records, campaign drafts and signups."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, Index, Table, Text, UniqueConstraint, text

from aerogram.store.tables.columns import big, key, metadata, small, words

record = Table(
    "record",
    metadata,
    key(),
    big("account_id"),
    words("kind"),
    Column("unique_key", Text),
    big("created_ms"),
    big("updated_ms"),
    words("body"),
    UniqueConstraint("account_id", "kind", "unique_key"),
    Index("record_kind", "account_id", "kind", "id"),
)
"""An object that is stored and returned as it is. ``kind`` names its resource; ``body`` is a JSON object.

``unique_key`` is unique among the account's objects of the kind; null when nothing must be unique.
"""

draft = Table(
    "draft",
    metadata,
    key(),
    big("account_id"),
    words("kind"),
    small("status", 0),
    words("title"),
    words("subject"),
    words("locale"),
    words("sender"),
    words("sender_email"),
    words("sender_name"),
    words("reply_email"),
    Column("list_id", BigInteger),
    Column("segment_id", BigInteger),
    Column("template_id", BigInteger),
    Column("campaign_id", BigInteger),
    Column("axtest_id", BigInteger),
    Column("ax_fraction", Double, nullable=False, server_default=text("0")),
    words("ax_fraction_name"),
    words("edit_mode"),
    small("is_starred", 0),
    small("is_handled", 0),
    small("has_text", 0),
    big("revision", 0),
    big("created_ms"),
    big("updated_ms", 0),
    big("scheduled_ms", 0),
    big("delivered_ms", 0),
    words("extras"),
    words("headers"),
    Column("text_part", Text),
    Column("html_part", Text),
    Column("mjml", Text),
    Index("draft_kind", "account_id", "kind", "id"),
)
"""A campaign that is being written; ``kind`` is campaigndraft or newsletter, Mailjet's older twin.

Times are 0 until they have come; ``updated_ms`` is 0 until the first change. ``revision`` counts changes of
the content. ``extras`` is a JSON object of properties that are only stored and returned. ``headers``, the
parts and ``mjml`` are as in the table ``template_version``, and come last for the same reason.
"""

signup = Table(
    "signup",
    metadata,
    key(),
    big("account_id"),
    big("widget_id"),
    big("list_id"),
    big("contact_id"),
    words("email"),
    words("signup_key", unique=True),
    big("signup_ms"),
    words("signup_ip"),
    big("confirm_ms", 0),
    words("confirm_ip"),
    Index("signup_account", "account_id", "id"),
    Index("signup_address", "email", "signup_ms"),
)
"""An address that was entered in a signup form. ``confirm_ms`` is 0 until its owner confirms it.

``email`` is in the form of `suppression_key`.
"""
