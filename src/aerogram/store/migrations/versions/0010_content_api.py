"""Versions of templates, labels, images, and the tokens that open them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_PARTS = ("headers", "text_part", "html_part", "mjml")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _big(name: str, default: int | None = None) -> sa.Column[int]:
    if default is None:
        return sa.Column(name, sa.BigInteger(), nullable=False)
    return sa.Column(name, sa.BigInteger(), server_default=sa.text(str(default)), nullable=False)


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), server_default=sa.text("0"), nullable=False)


def _key() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    _versions()
    op.create_table(
        "label",
        _key(),
        _big("account_id"),
        _text("name"),
        _text("color"),
        _text("used_for"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "name"),
    )
    op.create_table(
        "label_use",
        _big("label_id"),
        _big("object_id"),
        _big("account_id"),
        sa.PrimaryKeyConstraint("object_id", "label_id"),
    )
    op.create_index("label_use_label", "label_use", ["label_id"])
    op.create_table(
        "image",
        _key(),
        _big("account_id"),
        _text("guid"),
        _text("name"),
        _text("status"),
        _flag("is_starred"),
        _text("mime"),
        _big("size"),
        _text("blob"),
        _text("thumbnail_mime"),
        _big("thumbnail_size", 0),
        _text("thumbnail_blob"),
        _big("created_ms"),
        _big("updated_ms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("guid"),
    )
    op.create_index("image_account", "image", ["account_id", "id"])
    op.create_table(
        "content_token",
        _key(),
        _big("account_id"),
        _text("name"),
        _text("digest"),
        _text("permissions"),
        _big("expires_ms"),
        _big("created_ms"),
        _big("updated_ms"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
        sa.UniqueConstraint("account_id", "name"),
    )


def _versions() -> None:
    """Make what templates say their first published version."""
    op.create_table(
        "template_version",
        _key(),
        _big("account_id"),
        _big("template_id"),
        _big("number"),
        _text("kind"),
        _text("author"),
        _text("name"),
        _text("locale"),
        _big("created_ms"),
        _text("headers"),
        *(sa.Column(name, sa.Text(), nullable=True) for name in _PARTS[1:]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("template_version_template", "template_version", ["template_id", "kind", "number"])
    for column in (_flag("is_locked"), _text("last_kind"), _text("last_locale"), _big("published_id", 0)):
        op.add_column("template", column)
    # Versions have ids of their own, so the template's may serve for its first one.
    op.execute(
        "INSERT INTO template_version (id, account_id, template_id, number, kind, author, locale, created_ms, "
        "headers, text_part, html_part, mjml) SELECT id, account_id, id, 1, 'P', author, locale, updated_ms, "
        "headers, text_part, html_part, mjml FROM template "
        "WHERE headers <> '' OR text_part IS NOT NULL OR html_part IS NOT NULL OR mjml IS NOT NULL"
    )
    op.execute(
        "UPDATE template SET last_kind = 'P', last_locale = locale, published_id = id "
        "WHERE id IN (SELECT template_id FROM template_version)"
    )
    for name in _PARTS:
        op.drop_column("template", name)
