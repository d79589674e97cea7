"""First set-up: an account with its key pair, its owner, and the senders that are valid from the start.

Everything is written in one transaction, so two processes that start at once on an empty store create
one account. The key pair and trusted senders of the settings are checked, and added if missing, at every start.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.errors import RefusedError, SettingsError
from aerogram.identity.accounts import KeyPair, new_key_pair, new_password
from aerogram.model.actor import system_actor
from aerogram.model.member import Role
from aerogram.model.sender import ACTIVE
from aerogram.store.records import nodes
from aerogram.store.records.accounts import accounts as account_records
from aerogram.store.records.accounts import members
from aerogram.store.records.accounts.members import MemberRow
from aerogram.store.records.senders import senders as sender_records
from aerogram.wire.address import is_email

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.app.platform import Platform
    from aerogram.identity.accounts import Accounts
    from aerogram.senders.addresses import Senders
    from aerogram.store.records.accounts.accounts import CredentialRow
    from aerogram.store.sql import Unit

FIRST_ACCOUNT: Final = "First account"
_FIRST_ACCOUNT_FACT: Final = "first_account"
FIRST_USER: Final = "admin"
"""The owner signs in as ``admin@<hostname>`` if no address was given."""


class FirstSetUp(NamedTuple):
    """What was created. The secrets are known only now."""

    api_key: str
    secret_key: str
    email: str
    password: str


async def set_up(
    platform: Platform, accounts: Accounts, senders: Senders, email: str = "", trusted: Sequence[str] = ()
) -> FirstSetUp | None:
    """Create the first account; give None if the store has an account.

    The trusted senders of the settings, ``trusted`` and ``email`` are valid from the start, in this order.
    Raises `RefusedError` for a text that is not an address or a domain.
    """
    if email and not is_email(email):
        raise RefusedError(f"--email: {email!r} is not an email address.")
    if await platform.database.read(account_records.first) is not None:
        return None
    settings = platform.settings
    fixed = settings.api_key is not None and settings.secret_key is not None
    keys = KeyPair(settings.api_key or "", settings.secret_key or "") if fixed else new_key_pair()
    made = FirstSetUp(*keys, email or f"{FIRST_USER}@{settings.hostname}", new_password())
    account = accounts.account_row(FIRST_ACCOUNT)
    credential = accounts.credential_row(account.id, keys)
    # argon2 takes 0.1 s of CPU by design.
    user = await asyncio.to_thread(accounts.user_row, made.email, made.password)
    additions = await _additions(
        senders, account.id, (*settings.trusted_senders, *trusted, *([email] if email else []))
    )

    def unit() -> Unit[bool]:
        # If two processes run this at once, the second waits for this row and then finds the first one's value.
        if (yield from nodes.fact(_FIRST_ACCOUNT_FACT, str(account.id))) != str(account.id):
            return False
        if (yield from account_records.first()) is not None:
            return False
        yield from account_records.add(account, [credential])
        yield from account_records.add_user(user)
        yield from members.put(MemberRow(account.id, user.id, Role.OWNER, account.created_ms))
        for add in additions:
            yield from add()
        return True

    return made if await platform.database.write(unit) else None


async def apply_settings(platform: Platform, accounts: Accounts, senders: Senders) -> None:
    """Add the key pair and the trusted senders of the settings to the first account, if they are missing.

    Raises `SettingsError` if ``api_key`` belongs to another account, is revoked or has another secret.
    """
    account_id = await platform.database.read(account_records.first)
    if account_id is None:
        return
    settings = platform.settings
    if settings.api_key is not None and settings.secret_key is not None:
        keys = KeyPair(settings.api_key, settings.secret_key)
        await _add_key(platform, accounts.credential_row(account_id, keys))
    known = {
        row.email
        for row in await platform.database.read(lambda: sender_records.of_account(account_id))
        if row.status == ACTIVE
    }
    missing = [sender for sender in settings.trusted_senders if sender not in known]
    for add in await _additions(senders, account_id, missing):
        await platform.database.write(add)


async def _add_key(platform: Platform, row: CredentialRow) -> None:
    def unit() -> Unit[bool]:
        known = yield from account_records.credential_by_key(row.key)
        if known is None:
            yield from account_records.add_credential(row)
            return True
        facts = known.account_id, known.secret_hash, known.revoked_ms
        return facts == (row.account_id, row.secret_hash, None)

    if not await platform.database.write(unit):
        raise SettingsError("api_key: the store knows this key with another secret, account or as revoked.")


async def _additions(
    senders: Senders, account_id: int, texts: Sequence[str]
) -> list[Callable[[], Unit[None]]]:
    return [(await senders.addition(system_actor(account_id), text))[1] for text in dict.fromkeys(texts)]
