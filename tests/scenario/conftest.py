"""The nouns of scenarios that talk to one door in this process."""

import pytest
from sqlalchemy import bindparam, insert

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.model.account import CredentialKind
from aerogram.model.member import Role
from aerogram.store.blobs import DiskBlobs
from aerogram.store.records.accounts import accounts as records
from aerogram.store.records.accounts import members
from aerogram.store.records.accounts.accounts import AccountRow, CredentialRow, UserRow
from aerogram.store.records.accounts.members import MemberRow
from aerogram.store.sql import Sql
from aerogram.store.tables import sender
from support.http_door import ACCOUNT, KEY, STRANGER, STRANGERS_KEY, Door, a_client, serving

_COLUMNS = ("id", "account_id", "email", "name", "status", "email_type", "created_ms")
_ADD_SENDER = Sql(insert(sender).values({name: bindparam(name) for name in _COLUMNS}), *_COLUMNS)


@pytest.fixture
async def door(tmp_path, database, ids, clock):
    """The HTTP door over a real store; ann, whose account is the first, may send from example.com, bob from example.org."""

    def add_senders():
        yield _ADD_SENDER(21, ACCOUNT, "*@example.com", "", "Active", "unknown", 0)
        yield _ADD_SENDER(22, ACCOUNT, "other@example.org", "", "Inactive", "unknown", 0)
        yield _ADD_SENDER(23, STRANGER, "bob@example.org", "", "Active", "unknown", 0)

    def add_accounts():
        for account_id, name, key in ((ACCOUNT, "Ann", KEY), (STRANGER, "Bob", STRANGERS_KEY)):
            credential = CredentialRow(
                account_id + 20, account_id, CredentialKind.API_KEY, key, "", "API key", 0, None
            )
            yield from records.add(AccountRow(account_id, name, 1_700_000_000_000), [credential])
        yield from records.add_user(UserRow(31, "admin@example.com", "$argon2id$x", 1_700_000_000_000))
        for account_id in (ACCOUNT, STRANGER):
            yield from members.put(MemberRow(account_id, 31, Role.OWNER, 1_700_000_000_000))

    await database.write(add_accounts)
    await database.write(add_senders)
    return Door(database, DiskBlobs(tmp_path / "blobs"), ids, clock, Sealer(new_master_key()))


@pytest.fixture
async def url(door):
    """The base URL of the door."""
    async with serving(door.app) as base:
        yield base


@pytest.fixture
async def client(url):
    """Ann's HTTP client."""
    async with a_client(url) as connected:
        yield connected
