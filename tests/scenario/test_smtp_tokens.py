"""Tokens of a domain, and sandbox keys, at the SMTP door."""

import base64

import pytest
from sqlalchemy import select

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.identity.authenticate import REMEMBER_MS
from aerogram.identity.tokens import DomainTokens
from aerogram.model.account import CredentialKind
from aerogram.model.send_options import unpacked
from aerogram.store.records.accounts import accounts as records
from aerogram.store.sql import Sql
from aerogram.store.tables import content
from support.actors import acting
from support.smtp_door import SmtpHouse

TRANSCRIPTS = Sql(select(content.c.transcript))
SEND_OPTIONS = Sql(select(content.c.send_options).order_by(content.c.id))
MAIL = b"From: Ann <%b>\r\nTo: bob@example.net\r\nSubject: Hello\r\n\r\nHello\r\n"
ONLY = "Sender address rejected: this token sends from example.org only"


@pytest.fixture
def sealer():
    return Sealer(new_master_key())


@pytest.fixture
async def installation(database, ids, clock, tmp_path, sealer):
    made = SmtpHouse(database, sealer, ids, clock, tmp_path)
    async with made.opened():
        await made.senders.add(acting(made.account_id), "@example.com")
        await made.senders.add(acting(made.account_id), "@sub.example.org")
        yield made


@pytest.fixture
def tokens(database, sealer, ids, clock):
    return DomainTokens(database, sealer, ids, clock)


@pytest.fixture
async def token(installation, tokens):
    return (await tokens.make(acting(installation.account_id), "example.org")).token


async def logged_in(installation, user, password, *, is_login=False):
    """A client, and the reply to its AUTH."""
    client = await installation.client()
    await client.say("EHLO client.example")
    if is_login:
        await client.say("AUTH LOGIN")
        await client.say(base64.b64encode(user.encode()).decode())
        return client, await client.say(base64.b64encode(password.encode()).decode())
    pair = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    return client, await client.say(f"AUTH PLAIN {pair}")


async def test_a_token_is_user_and_password_and_sends_from_its_domain(installation, token):
    client, reply = await logged_in(installation, token, token)
    assert reply == "235 2.7.0 OK"
    assert (await client.send_mail(MAIL % b"ann@example.org")).startswith("250")
    assert (await client.send_mail(MAIL % b"News@EXAMPLE.org", sender="")).startswith("250")


@pytest.mark.parametrize("is_login", [True, False])
async def test_no_record_of_a_mail_shows_the_token(installation, token, database, is_login):
    client, _ = await logged_in(installation, token, token, is_login=is_login)
    await client.send_mail(MAIL % b"ann@example.org")

    def unit():
        return (yield TRANSCRIPTS())

    [(transcript,)] = await database.read(unit)
    assert "AUTH" in transcript
    for secret in (token, base64.b64encode(token.encode()).decode()[:20]):
        assert secret not in transcript


@pytest.mark.parametrize("sender", ["ann@example.com", "ann@sub.example.org", "ann@notexample.org"])
async def test_another_domain_of_the_account_is_refused_at_mail(installation, token, sender):
    client, _ = await logged_in(installation, token, token)
    assert await client.say(f"MAIL FROM:<{sender}>") == f"550 5.7.1 <{sender}>: {ONLY}"


@pytest.mark.parametrize(
    "authors", [b"ann@example.com", b"ann@sub.example.org", b"ann@example.org>, Eve <eve@example.com"]
)
async def test_every_author_must_lie_in_the_domain(installation, token, authors):
    client, _ = await logged_in(installation, token, token)
    assert (await client.send_mail(MAIL % authors)).endswith(ONLY)
    assert (await client.send_mail(MAIL % b"ann@example.org")).startswith("250")


async def test_half_a_token_and_what_the_store_knows_of_it_open_nothing(installation, token, tokens):
    [row] = await tokens.of_domain(acting(installation.account_id), "example.org")
    assert token not in repr(row)
    for user, password in [(token, "x"), ("x", token), (row.key, row.key), (row.key, ""), (row.key, token)]:
        _, reply = await logged_in(installation, user, password)
        assert reply.startswith(("535", "501"))


async def test_a_revoked_token_opens_nothing_within_seconds(installation, token, tokens, clock):
    assert (await logged_in(installation, token, token))[1].startswith("235")
    assert await tokens.revoke(acting(installation.account_id), "example.org") == 1
    clock.advance(REMEMBER_MS + 1)
    assert (await logged_in(installation, token, token))[1].startswith("535")


async def test_a_token_opens_nothing_but_smtp(installation, token):
    await logged_in(installation, token, token)
    # What the HTTP doors ask: memory first, then the store.
    assert installation.authenticator.cached(token, token) is None
    assert await installation.authenticator.check(token, token) is None


async def test_a_rotated_api_key_leaves_tokens_alone(installation, token):
    await installation.accounts.rotate(acting(), installation.account_id)
    assert (await logged_in(installation, token, token))[1].startswith("235")


async def test_mail_by_a_sandbox_key_is_marked_to_stay(installation, database):
    keys = await installation.accounts.add_key(acting(), installation.account_id, is_sandboxed=True)
    for pair in (keys, installation.keys):
        client, _ = await logged_in(installation, *pair)
        assert (await client.send_mail(MAIL % b"ann@example.org")).startswith("250")

    def unit():
        return (yield SEND_OPTIONS())

    sandboxed, live = (unpacked(row[0]) for row in await database.read(unit))
    assert (sandboxed.is_sandboxed, live.is_sandboxed) == (True, False)
    rows = await database.read(
        lambda: records.credentials_of(installation.account_id, CredentialKind.API_KEY)
    )
    assert [row.is_sandboxed for row in rows] == [0, 1]
