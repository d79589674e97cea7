"""Jobs, the items that they refused, and their files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("('')"), nullable=False)


def _big(name: str, default: str | None = None) -> sa.Column[int]:
    server_default = None if default is None else sa.text(default)
    return sa.Column(name, sa.BigInteger(), server_default=server_default, nullable=False)


def _small(name: str, default: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), server_default=sa.text(default), nullable=False)


def _key() -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=False, nullable=False)


def upgrade() -> None:
    op.create_table(
        "job",
        _key(),
        _big("account_id"),
        _text("kind"),
        _text("job_type"),
        _big("data_id", "0"),
        _big("ref_id", "0"),
        _text("method"),
        _text("status"),
        _small("is_open", "1"),
        _text("options"),
        _big("count", "0"),
        _big("current", "0"),
        _big("errcount", "0"),
        _small("err_threshold", "0"),
        _big("cursor", "0"),
        _text("error"),
        _big("request_ms"),
        _big("start_ms", "0"),
        _big("end_ms", "0"),
        _big("alive_ms", "0"),
        _big("lease", "0"),
        _big("lease_until_ms", "0"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("job_account", "job", ["account_id", "id"])
    is_open = sa.text("is_open = 1")
    op.create_index("job_open", "job", ["account_id", "id"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_table(
        "job_error",
        _big("job_id"),
        _big("item"),
        _text("text"),
        sa.PrimaryKeyConstraint("job_id", "item"),
    )
    op.create_table(
        "data",
        _key(),
        _big("account_id"),
        _text("source"),
        _big("source_id", "0"),
        _text("kind"),
        _text("mime"),
        _text("blob"),
        _big("size", "0"),
        _big("created_ms"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("data_source", "data", ["account_id", "source", "source_id"])
    if op.get_bind().dialect.name == "sqlite":
        _tell_planner()


PLANNER_STATISTICS = {
    ("contact", "sqlite_autoindex_contact_1"): "1000000 500000 1",
    ("contact", "contact_account"): "1000000 500000 1",
    ("list_recipient", "sqlite_autoindex_list_recipient_1"): "1000000 100000 1",
    ("list_recipient", "list_recipient_contact"): "1000000 500000 2",
    ("list_recipient", "list_recipient_account"): "1000000 500000 1",
    ("list_recipient", "list_recipient_list"): "1000000 500000 100000 1",
}
"""Rows of a table, then how many of them have the same value of the index's first column, of its first two, and so on."""


def _tell_planner() -> None:
    """Tell SQLite that an account has many contacts.

    Otherwise it supposes that few rows share the first value of an index, and reads all links of an account in the
    order that is asked for, rather than find those of one contact and sort them.
    The format: https://sqlite.org/fileformat2.html#stat1tab.
    """
    # Makes the table of statistics; of the others nothing becomes known, as these change faster than statistics.
    op.execute("ANALYZE contact")
    table = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
    op.bulk_insert(
        table,
        [{"tbl": own, "idx": index, "stat": stat} for (own, index), stat in PLANNER_STATISTICS.items()],
    )
