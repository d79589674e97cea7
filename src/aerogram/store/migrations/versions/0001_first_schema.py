"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("name", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "callback",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("event_type", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("url_sealed", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("is_backup", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("version", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("first_failure_ms", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_failure", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "event_type", "is_backup"),
    )
    op.create_table(
        "callback_journal",
        sa.Column("callback_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("callback_id", "event_id"),
    )
    op.create_index(
        "callback_journal_retried",
        "callback_journal",
        ["callback_id"],
        unique=False,
        sqlite_where=sa.text("attempts > 0"),
        postgresql_where=sa.text("attempts > 0"),
    )
    op.create_table(
        "callback_lease",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "captured",
        sa.Column(
            "message_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("blob", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_table(
        "content",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("door", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("envelope_from", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("from_email", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("blob", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("custom_id", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("event_payload", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("campaign", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("has_text", sa.SmallInteger(), nullable=False),
        sa.Column("has_html", sa.SmallInteger(), nullable=False),
        sa.Column("attachment_count", sa.SmallInteger(), nullable=False),
        sa.Column("smtputf8", sa.SmallInteger(), nullable=False),
        sa.Column("dsn_ret", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("dsn_envid", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("transcript", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "counter",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("hour_ms", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "hour_ms", "kind"),
    )
    op.create_table(
        "credential",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("key", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("secret_hash", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("label", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("revoked_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("credential_account", "credential", ["account_id"], unique=False)
    op.create_table(
        "dkim_key",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("domain", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("selector", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("algorithm", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("private_sealed", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("public_value", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("domain", "selector", "account_id"),
    )
    op.create_table(
        "event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("failure", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_hard", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_blocked", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reply", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("host", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("tls", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("transcript", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("agent", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("ip", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("url", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("event_message", "event", ["message_id"], unique=False)
    op.create_table(
        "message",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("content_id", sa.BigInteger(), nullable=False),
        sa.Column("uuid", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("recipient", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("domain", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("role", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reclaims", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("is_permanent", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("reply", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("notify", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("orcpt", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("updated_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("message_account", "message", ["account_id", "id"], unique=False)
    op.create_index(
        "message_queue",
        "message",
        ["lane", "due_ms"],
        unique=False,
        sqlite_where=sa.text("state = 0"),
        postgresql_where=sa.text("state = 0"),
    )
    op.create_table(
        "node",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("name", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "sender",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("email", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("email_type", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("is_default", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "email"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "suppression",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("detail", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "address"),
    )
    op.create_table(
        "user_account",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("email", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("password_hash", sa.Text(), server_default=sa.text("('')"), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    # ### end Alembic commands ###
