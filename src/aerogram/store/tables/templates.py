"""The tables of templates, their versions, labels and images."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from aerogram.store.tables.columns import big, key, metadata, small, words

template = Table(
    "template",
    metadata,
    key(),
    big("account_id"),
    words("name"),
    words("owner_type"),
    words("author"),
    big("categories", 0),
    words("copyright"),
    words("description"),
    small("edit_mode"),
    small("is_starred", 0),
    small("makes_text", 0),
    words("locale"),
    words("presets"),
    small("purposes", 0),
    big("created_ms"),
    big("updated_ms"),
    small("is_locked", 0),
    words("last_kind"),
    words("last_locale"),
    big("published_id", 0),
    UniqueConstraint("account_id", "owner_type", "name"),
)
"""A mail template. ``categories`` and ``purposes`` are sets of words, one bit for each.

Sends use the version ``published_id``; 0 when none is published. ``last_kind`` and ``last_locale`` are those
of the newest version, "" when there is none.
"""

template_version = Table(
    "template_version",
    metadata,
    key(),
    big("account_id"),
    big("template_id"),
    big("number"),
    words("kind"),
    words("author"),
    words("name"),
    words("locale"),
    big("created_ms"),
    words("headers"),
    Column("text_part", Text),
    Column("html_part", Text),
    Column("mjml", Text),
    Index("template_version_template", "template_id", "kind", "number"),
)
"""A version of a template's content: ``kind`` D is a draft, P was published. A version never changes.
``number`` rises with each version of the template and determines the newest one; ids of several nodes may
not.

The parts come last, because columns before a large value are read without it; null is a part that was never
given. ``headers`` is a JSON object or "", ``mjml`` the JSON of a text or a tree.
"""

label = Table(
    "label",
    metadata,
    key(),
    big("account_id"),
    words("name"),
    words("color"),
    words("used_for"),
    UniqueConstraint("account_id", "name"),
)
"""A label for templates (``used_for`` resource) or images (image)."""

label_use = Table(
    "label_use",
    metadata,
    big("label_id"),
    big("object_id"),
    big("account_id"),
    PrimaryKeyConstraint("object_id", "label_id"),
    Index("label_use_label", "label_id"),
)
"""The label of a template or an image."""

image = Table(
    "image",
    metadata,
    key(),
    big("account_id"),
    words("guid", unique=True),
    words("name"),
    words("status"),
    small("is_starred", 0),
    words("mime"),
    big("size"),
    words("blob"),
    words("thumbnail_mime"),
    big("thumbnail_size", 0),
    words("thumbnail_blob"),
    big("created_ms"),
    big("updated_ms"),
    Index("image_account", "account_id", "id"),
    Index("image_blob", "blob"),
    Index("image_thumbnail_blob", "thumbnail_blob"),
)
"""An image in mails. ``guid`` is random; anyone who knows it may see the image. The blobs name its files."""
