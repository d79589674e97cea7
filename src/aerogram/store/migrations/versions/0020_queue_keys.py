"""Separate the keys of leased and deferred messages from those of ready ones (`store/records/messages/queue_keys.py`).

Until now all messages of a rank and account had one key, and a claim found by ``due_ms`` which of them were due.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"

_RANKS = 7 << 53
_DEFERRED = 1 << 59


def upgrade() -> None:
    # Whatever its first attempt did, is leased or was returned waits for its time. A lease that has ended is due.
    op.execute(
        f"UPDATE message SET queue_key = (queue_key & {_RANKS}) | {_DEFERRED}"  # noqa: S608 - constants
        " WHERE state = 0 AND (lease <> 0 OR attempts > 0 OR due_ms <> created_ms)"
    )
