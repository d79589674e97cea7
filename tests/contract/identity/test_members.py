"""Members of accounts, on both engines."""

import asyncio
import contextlib

import pytest
from sqlalchemy import update

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.identity import passwords
from aerogram.identity.accounts import Accounts, hashed_password
from aerogram.identity.attempts import MAX_FAILURES, LockedOutError, LoginAttempts
from aerogram.identity.authenticate import Authenticator
from aerogram.identity.members import Members
from aerogram.identity.people import People
from aerogram.model.actor import ActorKind
from aerogram.model.member import Role
from aerogram.store.sql import Sql
from aerogram.store.tables import user_account
from support.actors import acting, looking_into


@pytest.fixture
def sealer():
    return Sealer(new_master_key())


@pytest.fixture
def accounts(database, sealer, ids, clock):
    return Accounts(database, sealer, ids, clock)


@pytest.fixture
def members(database, ids, clock):
    return Members(database, ids, clock)


@pytest.fixture
def people(database, sealer, clock):
    return People(database, Authenticator(database, sealer, clock), LoginAttempts(clock))


async def listed(members, account_id):
    return [(each.user.email, each.role) for each in await members.of_account(acting(account_id))]


async def test_a_person_signs_in_as_one_actor_in_each_account_of_theirs(accounts, members, people):
    first, second = await accounts.create(acting(), "First"), await accounts.create(acting(), "Second")
    added = await members.add(acting(first.account.id), " Bob@Example.org", Role.EDITOR)
    assert (added.email, added.role) == ("bob@example.org", Role.EDITOR)
    again = await members.add(acting(second.account.id), "bob@example.org", Role.VIEWER)
    assert again.password == ""
    actors = await people.actors_of("bob@example.org", added.password, "127.0.0.1")
    assert [(each.account_id, each.role, each.kind, each.label) for each in actors] == [
        (first.account.id, Role.EDITOR, ActorKind.PERSON, "bob@example.org"),
        (second.account.id, Role.VIEWER, ActorKind.PERSON, "bob@example.org"),
    ]
    assert len({each.request_id for each in actors}) == 1
    assert await people.actors_of("bob@example.org", "wrong", "127.0.0.1") is None
    [key] = await people.actors_of(*second.keys, "127.0.0.1")
    assert (key.account_id, key.kind) == (second.account.id, ActorKind.CREDENTIAL)


async def test_a_member_gets_another_role_and_goes_again(accounts, members, people):
    opened = await accounts.create(acting(), "Shop")
    account_id = opened.account.id
    added = await members.add(acting(account_id), "bob@example.org", Role.VIEWER)
    await members.add(acting(account_id), "bob@example.org", Role.EDITOR)
    assert await listed(members, account_id) == [("bob@example.org", Role.EDITOR)]
    assert await members.remove(acting(account_id), "BOB@example.org") == "bob@example.org"
    assert await listed(members, account_id) == []
    assert await people.actors_of("bob@example.org", added.password, "127.0.0.1") == ()
    with pytest.raises(NotFoundError, match="no member"):
        await members.remove(acting(account_id), "bob@example.org")
    with pytest.raises(NotFoundError, match="no member"):
        await members.remove(acting(account_id), "eve@example.org")


async def test_what_is_no_address_is_no_member(members):
    with pytest.raises(RefusedError, match="not an email address"):
        await members.add(acting(1), "bob", Role.VIEWER)


async def test_a_new_account_is_owned_by_the_owners_of_the_first(accounts, members):
    first = await accounts.create(acting(), "First")
    await members.add(acting(first.account.id), "ann@example.org", Role.OWNER)
    await members.add(acting(first.account.id), "bob@example.org", Role.VIEWER)
    second = await accounts.create(acting(first.account.id), "Second")
    assert await listed(members, second.account.id) == [("ann@example.org", Role.OWNER)]
    await members.add(acting(second.account.id), "eve@example.org", Role.OWNER)
    third = await accounts.create(acting(first.account.id), "Third")
    assert await listed(members, third.account.id) == [("ann@example.org", Role.OWNER)]


async def test_who_makes_an_account_owns_it(accounts, members):
    first = await accounts.create(acting(), "First")
    await members.add(acting(first.account.id), "bob@example.org", Role.EDITOR)
    [bob] = await members.of_account(acting(first.account.id))
    [actor] = looking_into(first.account.id, role=Role.EDITOR, user_id=bob.user.id)
    second = await accounts.create(actor, "Second")
    assert await listed(members, second.account.id) == [("bob@example.org", Role.OWNER)]


async def test_three_who_add_one_person_at_once_make_one_user_and_one_membership(accounts, members, people):
    account_id = (await accounts.create(acting(), "Shop")).account.id
    added = await asyncio.gather(
        *(members.add(acting(account_id), "bob@example.org", Role.EDITOR) for _ in range(3))
    )
    assert await listed(members, account_id) == [("bob@example.org", Role.EDITOR)]
    [password] = [each.password for each in added if each.password]
    assert len(await people.actors_of("bob@example.org", password, "127.0.0.1")) == 1


async def test_three_who_change_one_role_at_once_all_succeed(accounts, members):
    account_id = (await accounts.create(acting(), "Shop")).account.id
    await members.add(acting(account_id), "ann@example.org", Role.OWNER)
    await members.add(acting(account_id), "bob@example.org", Role.VIEWER)
    await asyncio.gather(*(members.add(acting(account_id), "bob@example.org", role) for role in Role))
    assert len(await listed(members, account_id)) == 2


async def test_the_last_owner_is_neither_removed_nor_demoted(accounts, members):
    account_id = (await accounts.create(acting(), "Shop")).account.id
    await members.add(acting(account_id), "ann@example.org", Role.OWNER)
    await members.add(acting(account_id), "bob@example.org", Role.EDITOR)
    for attempt in (
        members.remove(acting(account_id), "ann@example.org"),
        members.add(acting(account_id), "ann@example.org", Role.EDITOR),
    ):
        with pytest.raises(RefusedError, match=r"^ann@example.org is the last owner of the account; make"):
            await attempt
    await members.add(acting(account_id), "ann@example.org", Role.OWNER)
    await members.add(acting(account_id), "bob@example.org", Role.OWNER)
    await members.add(acting(account_id), "ann@example.org", Role.VIEWER)
    await members.remove(acting(account_id), "ann@example.org")
    assert await listed(members, account_id) == [("bob@example.org", Role.OWNER)]


async def test_two_owners_who_leave_at_once_leave_one(accounts, members):
    account_id = (await accounts.create(acting(), "Shop")).account.id
    names = ("ann@example.org", "bob@example.org")
    for name in names:
        await members.add(acting(account_id), name, Role.OWNER)
    results = await asyncio.gather(
        *(members.remove(acting(account_id), name) for name in names), return_exceptions=True
    )
    assert [type(each) for each in results if not isinstance(each, str)] == [RefusedError]
    assert len(await listed(members, account_id)) == 1


async def test_an_account_of_others_is_not_changed(accounts):
    first, second = await accounts.create(acting(), "First"), await accounts.create(acting(), "Second")
    await accounts.change(acting(first.account.id), second.account.id, name="Of the first")
    assert (await accounts.show(second.account.id)).account.name == "Of the first"
    stranger = acting(second.account.id)
    for attempt in (
        accounts.change(stranger, first.account.id, name="Mine"),
        accounts.rotate(stranger, first.account.id),
        accounts.add_key(stranger, first.account.id, is_sandboxed=False),
        accounts.revoke_key(stranger, first.keys.api_key),
    ):
        with pytest.raises(NotFoundError):
            await attempt


async def test_an_unknown_name_costs_as_much_as_a_wrong_password(
    accounts, members, database, sealer, clock, monkeypatch
):
    asked = []
    monkeypatch.setattr(passwords, "_verify", lambda *call: bool(asked.append(call)))
    people = People(database, Authenticator(database, sealer, clock), LoginAttempts(clock))
    opened = await accounts.create(acting(), "Shop")
    await members.add(acting(opened.account.id), "bob@example.org", Role.EDITOR)
    for number, name in enumerate(("bob@example.org", "eve@example.org", opened.keys.api_key, "f" * 32), 1):
        assert await people.actors_of(name, "wrong", "192.0.2.1") is None
        assert len(asked) == number
    # A locked name costs nothing, whether it exists or not.
    for name in ("bob@example.org", "eve@example.org"):
        for _ in range(20):
            with contextlib.suppress(LockedOutError):
                await people.actors_of(name, "wrong", "192.0.2.1")
    assert len(asked) == 4 + 2 * (MAX_FAILURES - 1)
    assert await people.actors_of("bob@example.org", "wrong", "198.51.100.7") is None


async def test_a_new_password_counts_at_once_although_the_old_one_was_right(
    accounts, members, people, database
):
    opened = await accounts.create(acting(), "Shop")
    added = await members.add(acting(opened.account.id), "bob@example.org", Role.EDITOR)
    assert await people.actors_of("bob@example.org", added.password, "192.0.2.1")
    change = Sql(update(user_account).values(password_hash=hashed_password("another")))

    def unit():
        yield change()

    await database.write(unit)
    assert await people.actors_of("bob@example.org", added.password, "192.0.2.1") is None
    assert await people.actors_of("bob@example.org", "another", "192.0.2.1")
