"""Bearer tokens of the Content API, on both engines."""

import pytest
from sqlalchemy import text

from aerogram.base.clock import DAY
from aerogram.base.errors import NotFoundError, TakenError, TooManyError
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.identity import content_tokens as module
from aerogram.identity.accounts import Accounts
from aerogram.identity.content_tokens import LIFE_MS, ContentTokens, ExpiredError
from aerogram.model.account import CredentialKind
from aerogram.model.page import PageRequest
from aerogram.store.sql import Sql
from support.actors import acting

READ = ("read_template",)


@pytest.fixture
def sealer():
    return Sealer(new_master_key())


@pytest.fixture
def accounts(database, sealer, ids, clock):
    return Accounts(database, sealer, ids, clock)


@pytest.fixture
def tokens(database, sealer, ids, clock):
    return ContentTokens(database, sealer, ids, clock)


@pytest.fixture
async def ann(accounts):
    return (await accounts.create(acting(), "Ann")).account.id


async def test_a_token_opens_its_account_with_its_permissions(tokens, ann):
    made = await tokens.create(acting(ann), "Editors", (*READ, "create_image"))
    principal = await tokens.check(made.access_token)
    assert (principal.account_id, principal.kind) == (ann, CredentialKind.CONTENT_TOKEN)
    assert principal.permissions == {"read_template", "create_image"}
    assert made.access_token not in principal.label


async def test_the_secret_is_shown_once_and_never_stored(tokens, ann, database):
    made = await tokens.create(acting(ann), "Editors", READ)
    found, total = await tokens.page(acting(ann), PageRequest({}, limit=10))
    assert total == 1
    assert found[0].access_token is None

    def everything():
        return (yield Sql(text("SELECT * FROM content_token"))())

    assert made.access_token not in str(await database.read(everything))


@pytest.mark.parametrize("token", ["", "x", "0" * 32, "\0", "é" * 10, "x" * 10_000])
async def test_what_is_no_token_opens_nothing(tokens, ann, token):
    await tokens.create(acting(ann), "Editors", READ)
    assert await tokens.check(token) is None


async def test_a_token_opens_until_its_end(tokens, ann, clock):
    made = await tokens.create(acting(ann), "Editors", READ)
    assert made.expires_ms == clock.now_ms() + LIFE_MS
    soon = await tokens.create(acting(ann), "Guests", READ, clock.now_ms() + DAY)
    clock.advance(DAY)
    assert await tokens.check(soon.access_token) is None
    assert await tokens.check(made.access_token) is not None
    await tokens.change(acting(soon.account_id), soon, {"expires_ms": clock.now_ms() + DAY})
    assert await tokens.check(soon.access_token) is not None
    with pytest.raises(ExpiredError):
        await tokens.create(acting(ann), "Late", READ, clock.now_ms())
    with pytest.raises(ExpiredError):
        await tokens.change(acting(soon.account_id), soon, {"expires_ms": clock.now_ms()})


async def test_changes_hold_at_once(tokens, ann):
    made = await tokens.create(acting(ann), "Editors", READ)
    changed = await tokens.change(
        acting(made.account_id), made, {"permissions": ("read_image",), "name": "Painters"}
    )
    assert (changed.name, changed.permissions) == ("Painters", ("read_image",))
    assert (await tokens.check(made.access_token)).permissions == {"read_image"}
    await tokens.remove(acting(ann), made.id)
    assert await tokens.check(made.access_token) is None
    with pytest.raises(NotFoundError):
        await tokens.remove(acting(ann), made.id)


async def test_names_of_an_account_differ(tokens, ann, accounts):
    bob = (await accounts.create(acting(), "Bob")).account.id
    first = await tokens.create(acting(ann), "Editors", READ)
    await tokens.create(acting(bob), "Editors", READ)
    with pytest.raises(TakenError):
        await tokens.create(acting(ann), "Editors", READ)
    second = await tokens.create(acting(ann), "Others", READ)
    with pytest.raises(TakenError):
        await tokens.change(acting(second.account_id), second, {"name": "Editors"})
    await tokens.change(acting(first.account_id), first, {"name": "Editors"})
    with pytest.raises(NotFoundError):
        await tokens.remove(acting(bob), first.id)


async def test_a_token_of_a_suspended_account_opens_nothing(tokens, ann, accounts):
    made = await tokens.create(acting(ann), "Editors", READ)
    await accounts.change(acting(), ann, is_active=False)
    assert await tokens.check(made.access_token) is None


async def test_an_account_has_no_more_tokens_than_it_may(tokens, ann, monkeypatch):
    monkeypatch.setattr(module, "MAX_TOKENS", 1)
    await tokens.create(acting(ann), "Editors", READ)
    with pytest.raises(TooManyError):
        await tokens.create(acting(ann), "Others", READ)
