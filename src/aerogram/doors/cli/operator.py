"""Who runs a command: the operator of this machine, for the account that the command names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.identity.accounts import Accounts
from aerogram.model.actor import operator_actor

if TYPE_CHECKING:
    from aerogram.doors.cli.host import Platform
    from aerogram.model.actor import Actor


def accounts_of(platform: Platform) -> Accounts:
    """Make the service of accounts over an open store."""
    return Accounts(platform.database, platform.sealer, platform.ids, platform.clock)


async def operator_of(platform: Platform, account: str) -> Actor:
    """Give the operator acting for an account: its id, an API key of it, or "" for the first.

    Raises `NotFoundError`.
    """
    return operator_actor(await accounts_of(platform).identify(account))
