"""Members: users who sign in with an email address and a password, and their roles in accounts."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(enum.StrEnum):
    """The role of a member in an account; `aerogram.identity.gate` maps it to a level in each area."""

    OWNER = "owner"
    """May do everything, including changes to the account itself."""
    EDITOR = "editor"
    """May change everything except the account itself; may not delete or send."""
    VIEWER = "viewer"
    """May view everything and change nothing."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in user. ``roles`` has their role by account id."""

    user_id: int
    email: str
    roles: Mapping[int, Role]
