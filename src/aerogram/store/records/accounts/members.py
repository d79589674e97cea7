"""The members of accounts, and their roles."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, literal, select, text

from aerogram.store.records.accounts.accounts import UserRow
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import account, account_member, user_account


class MemberRow(NamedTuple):
    """A user's membership in an account; ``role`` is an `aerogram.model.member.Role`."""

    account_id: int
    user_id: int
    role: str
    created_ms: int


_COLUMNS: Final = tuple(account_member.c[name] for name in MemberRow._fields)
_USER: Final = tuple(user_account.c[name] for name in UserRow._fields)
_OF_USER = Sql(
    select(*_COLUMNS)
    .where(account_member.c.user_id == bindparam("which"))
    .order_by(account_member.c.account_id),
    "which",
)
_OF_ACCOUNT = Sql(
    select(*_USER, account_member.c.role)
    .join_from(account_member, user_account, user_account.c.id == account_member.c.user_id)
    .where(account_member.c.account_id == bindparam("which"))
    .order_by(user_account.c.id),
    "which",
)
_OWNERS = Sql(
    select(account_member.c.user_id)
    .where(account_member.c.account_id == bindparam("which"), account_member.c.role == literal("owner"))
    .order_by(account_member.c.user_id)
    .with_for_update(),
    "which",
)
_PUT = Sql(
    text(
        f"INSERT INTO account_member ({', '.join(MemberRow._fields)})"  # noqa: S608 - names of columns
        f" VALUES ({', '.join(f':{name}' for name in MemberRow._fields)})"
        " ON CONFLICT (account_id, user_id) DO UPDATE SET role = excluded.role"
    ),
    *MemberRow._fields,
)
_REMOVE = Sql(
    delete(account_member)
    .where(account_member.c.account_id == bindparam("which"), account_member.c.user_id == bindparam("who"))
    .returning(account_member.c.user_id),
    "which",
    "who",
)
_INHERIT = Sql(
    insert(account_member).from_select(
        MemberRow._fields,
        select(
            bindparam("heir", type_=account_member.c.account_id.type),
            account_member.c.user_id,
            account_member.c.role,
            bindparam("now", type_=account_member.c.created_ms.type),
        ).where(
            account_member.c.account_id == select(func.min(account.c.id)).scalar_subquery(),
            account_member.c.role == literal("owner"),
            account_member.c.account_id != bindparam("heir"),
        ),
    ),
    "heir",
    "now",
)


def of_user(user_id: int) -> Unit[list[MemberRow]]:
    """Return the memberships of a user, the oldest account first."""
    return [MemberRow(*row) for row in (yield _OF_USER(user_id))]


def of_account(account_id: int) -> Unit[list[tuple[UserRow, str]]]:
    """Return the members of an account with their roles, the oldest user first."""
    rows = yield _OF_ACCOUNT(account_id)
    return [(UserRow(*row[:-1]), row[-1]) for row in rows]


def put(row: MemberRow) -> Unit[None]:
    """Make a user a member of an account with a role, or change a member's role."""
    yield _PUT(*row)


def owners(account_id: int) -> Unit[list[int]]:
    """Return the user ids of an account's owners, and lock their memberships until the commit."""
    return [user_id for (user_id,) in (yield _OWNERS(account_id))]


def remove(account_id: int, user_id: int) -> Unit[bool]:
    """End a membership; False when there was none."""
    return bool((yield _REMOVE(account_id, user_id)))


def inherit(account_id: int, now_ms: int) -> Unit[None]:
    """Make the owners of the first account owners of a new account."""
    yield _INHERIT(account_id, now_ms)
