"""The profiles that people write for themselves."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, text

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import user_profile


class ProfileRow(NamedTuple):
    """A person's profile; ``profile`` is a JSON object or ""."""

    user_id: int
    username: str = ""
    locale: str = ""
    timezone: str = ""
    profile: str = ""


_FIND = Sql(
    select(*(user_profile.c[name] for name in ProfileRow._fields)).where(
        user_profile.c.user_id == bindparam("user_id")
    ),
    "user_id",
)
_PUT: Final = Sql(
    text(
        "INSERT INTO user_profile (user_id, username, locale, timezone, profile)"
        " VALUES (:user_id, :username, :locale, :timezone, :profile)"
        " ON CONFLICT (user_id) DO UPDATE SET username = excluded.username, locale = excluded.locale,"
        " timezone = excluded.timezone, profile = excluded.profile"
    ),
    *ProfileRow._fields,
)


def find(user_id: int) -> Unit[ProfileRow]:
    """Return a person's profile; an empty one when there is none."""
    rows = yield _FIND(user_id)
    return ProfileRow(*rows[0]) if rows else ProfileRow(user_id)


def put(row: ProfileRow) -> Unit[None]:
    """Replace a person's profile."""
    yield _PUT(*row)
