"""Members: users who sign in with an email address and a password, and what they may do in which account."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(enum.StrEnum):
    """What a member may do in an account; `aerogram.identity.gate` says which level that is in each area."""

    OWNER = "owner"
    """Everything, the account itself included."""
    EDITOR = "editor"
    """Change everything but the account itself; delete nothing and send nothing."""
    READER = "reader"
    """Look at everything and change nothing."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A user who signed in. ``roles`` are theirs by the ids of the accounts that they are a member of."""

    user_id: int
    email: str
    roles: Mapping[int, Role]
