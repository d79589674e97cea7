"""First set-up: an account with its key pair, a person, and the senders that are valid from the start.

Everything is written in one transaction, so two processes that start at once on an empty store make
one account. What the settings fix (key pair, trusted senders) is made sure of at every start.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.errors import RefusedError, SettingsError
from aerogram.identity.accounts import Accounts, KeyPair, new_key_pair, new_password
from aerogram.model.actor import system_actor
from aerogram.model.member import Role
from aerogram.model.sender import ACTIVE
from aerogram.senders.addresses import Senders
from aerogram.senders.domains import Domains
from aerogram.store.records import nodes
from aerogram.store.records.accounts import accounts as account_records
from aerogram.store.records.accounts import members
from aerogram.store.records.accounts.members import MemberRow
from aerogram.store.records.senders import senders as sender_records
from aerogram.wire.address import is_email

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.app.platform import Platform
    from aerogram.store.sql import Unit

FIRST_ACCOUNT: Final = "First account"
_FIRST_ACCOUNT_FACT: Final = "first_account"
FIRST_USER: Final = "admin"
"""Signs in as ``admin@<hostname>`` when nobody gave an address."""


class FirstSetUp(NamedTuple):
    """What was made, at the one moment when the secrets are known."""

    api_key: str
    secret_key: str
    email: str
    password: str


async def set_up(platform: Platform, email: str = "", senders: Sequence[str] = ()) -> FirstSetUp | None:
    """Make the first account; None when there is one already.

    Valid from the start are the trusted senders of the settings, then ``senders``, then ``email``,
    in this order. Raises `RefusedError` for what is no address or domain.
    """
    if email and not is_email(email):
        raise RefusedError(f"--email: {email!r} is not an email address.")
    if await platform.database.read(account_records.first) is not None:
        return None
    settings = platform.settings
    accounts = _accounts(platform)
    fixed = settings.api_key is not None and settings.secret_key is not None
    keys = KeyPair(settings.api_key or "", settings.secret_key or "") if fixed else new_key_pair()
    made = FirstSetUp(*keys, email or f"{FIRST_USER}@{settings.hostname}", new_password())
    account = accounts.account_row(FIRST_ACCOUNT)
    credential = accounts.credential_row(account.id, keys)
    # argon2 takes a tenth of a second of CPU on purpose.
    user = await asyncio.to_thread(accounts.user_row, made.email, made.password)
    additions = await _additions(
        platform, account.id, (*settings.trusted_senders, *senders, *([email] if email else []))
    )

    def unit() -> Unit[bool]:
        # Two processes may be here at once: the second waits at this row and then finds the first one's.
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


async def make_sure(platform: Platform) -> None:
    """Bring what the settings fix into a store that is set up: key pair and trusted senders.

    `SettingsError` when ``api_key`` belongs to another account or has another secret.
    """
    account_id = await platform.database.read(account_records.first)
    if account_id is None:
        return
    settings = platform.settings
    if settings.api_key is not None and settings.secret_key is not None:
        await _make_sure_of_key(platform, account_id, KeyPair(settings.api_key, settings.secret_key))
    known = {
        row.email
        for row in await platform.database.read(lambda: sender_records.of_account(account_id))
        if row.status == ACTIVE
    }
    missing = [sender for sender in settings.trusted_senders if sender not in known]
    for add in await _additions(platform, account_id, missing):
        await platform.database.write(add)


async def _make_sure_of_key(platform: Platform, account_id: int, keys: KeyPair) -> None:
    row = _accounts(platform).credential_row(account_id, keys)

    def unit() -> Unit[bool]:
        known = yield from account_records.credential_by_key(keys.api_key)
        if known is None:
            yield from account_records.add_credential(row)
            return True
        return (known.account_id, known.secret_hash, known.revoked_ms) == (account_id, row.secret_hash, None)

    if not await platform.database.write(unit):
        raise SettingsError("api_key: the store knows this key with another secret, account or as revoked.")


async def _additions(
    platform: Platform, account_id: int, texts: Sequence[str]
) -> list[Callable[[], Unit[None]]]:
    domains = Domains(platform.database, platform.sealer, platform.ids, platform.clock)
    senders = Senders(platform.database, domains, platform.ids, platform.clock)
    return [(await senders.addition(system_actor(account_id), text))[1] for text in dict.fromkeys(texts)]


def _accounts(platform: Platform) -> Accounts:
    return Accounts(platform.database, platform.sealer, platform.ids, platform.clock)
