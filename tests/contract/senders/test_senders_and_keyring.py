"""Who may send, and with which keys it is signed, on every engine."""

import dkim
import pytest

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.base.shared.changes import Changes
from aerogram.base.shared.layout import Topic
from aerogram.senders.addresses import Senders
from aerogram.senders.claims import SenderClaims
from aerogram.senders.domains import Domains
from aerogram.senders.keyring import Keyring
from aerogram.senders.valid_senders import REMEMBER_MS, ValidSenders
from support.actors import acting
from support.together import together

MAIL = b"From: a@example.org\r\nTo: b@example.net\r\nSubject: x\r\n\r\nbody\r\n"


@pytest.fixture
def sealer():
    return Sealer(new_master_key())


@pytest.fixture
def domains(database, sealer, ids, clock):
    return Domains(database, sealer, ids, clock)


@pytest.fixture
def senders(database, domains, ids, clock):
    return Senders(database, domains, ids, clock)


@pytest.fixture
def valid_senders(database, clock):
    return ValidSenders(database, clock)


@pytest.mark.parametrize(
    ("allowed", "email"),
    [
        ("ann@example.org", "ann@example.org"),
        ("ann@example.org", "Ann@Example.ORG"),
        ("@example.org", "anyone@example.org"),
        ("@bücher.example", "a@bücher.example"),
        ("@bücher.example", "a@xn--bcher-kva.example"),
    ],
)
async def test_a_sender_may_send(senders, valid_senders, allowed, email):
    await senders.add(acting(1), allowed)
    assert await valid_senders.confirm(1, email)
    assert valid_senders.allows(1, email)


@pytest.mark.parametrize(
    ("allowed", "email"),
    [
        ("ann@example.org", "bob@example.org"),
        ("@example.org", "a@sub.example.org"),
        ("@example.org", "a@notexample.org"),
        ("@example.org", ""),
        ("@example.org", "*@example.com"),
    ],
)
async def test_others_may_not(senders, valid_senders, allowed, email):
    await senders.add(acting(1), allowed)
    assert not await valid_senders.confirm(1, email)


async def test_senders_of_one_account_are_not_those_of_another(senders, valid_senders):
    await senders.add(acting(1), "@example.org")
    assert not await valid_senders.confirm(2, "a@example.org")


async def test_memory_forgets_after_ten_seconds(senders, valid_senders, clock):
    await senders.add(acting(1), "@example.org")
    await valid_senders.confirm(1, "a@example.org")
    clock.advance(REMEMBER_MS + 1)
    assert not valid_senders.allows(1, "a@example.org")


async def test_a_sender_removed_over_the_api_of_one_process_is_refused_by_all_at_once(
    database, domains, senders, ids, clock
):
    with together(2) as (_, children):
        of_process = [Changes(child) for child in children]
        remembering = [ValidSenders(database, clock, each) for each in of_process]
        claims = SenderClaims(database, domains, None, ids, clock, of_process[0])
        await senders.add(acting(1), "ann@example.org")
        await senders.add(acting(1), "bob@example.org")
        for each in remembering:
            assert await each.confirm(1, "ann@example.org")
            assert each.allows(1, "ann@example.org")
        await claims.remove(acting(1), "ann@example.org")
        for each in remembering:
            assert not each.allows(1, "ann@example.org")
            assert not await each.confirm(1, "ann@example.org")
            assert each.allows(1, "bob@example.org")


async def test_senders_read_before_a_change_are_not_remembered_after_it(
    database, senders, clock, monkeypatch
):
    changes, read = Changes(), database.read
    await senders.add(acting(1), "ann@example.org")

    async def slowly(unit):
        found = await read(unit)
        changes.changed(Topic.SENDERS)
        return found

    monkeypatch.setattr(database, "read", slowly)
    remembering = ValidSenders(database, clock, changes)
    assert await remembering.confirm(1, "ann@example.org")
    assert not remembering.allows(1, "ann@example.org")


async def test_a_domain_is_signed_with_both_of_its_keys(domains, senders, database, sealer, clock):
    await senders.add(acting(1), "@example.org")
    keyring = Keyring(database, sealer, clock, is_signing=True)
    await keyring.load({(1, "a@example.org")})
    signer = keyring.cached_signer(1, "a@example.org")
    signed = signer.sign(MAIL, 1_780_000_000) + MAIL
    records = {
        f"{key.selector}._domainkey.example.org.".encode(): key.public_value.encode()
        for key in (await domains.show(acting(1), "example.org")).keys
    }
    verifier = dkim.DKIM(signed)
    assert [verifier.verify(index, dnsfunc=lambda name, **_: records[name]) for index in range(2)] == [
        True
    ] * 2
    assert len(records) == 2


async def test_a_subdomain_without_keys_is_signed_by_its_parent(senders, database, sealer, clock):
    await senders.add(acting(1), "@example.org")
    keyring = Keyring(database, sealer, clock, is_signing=True)
    await keyring.load({(1, "a@news.example.org")})
    assert b"d=example.org" in keyring.cached_signer(1, "a@news.example.org").sign(MAIL, 1_780_000_000)


async def test_another_account_never_signs_with_the_keys(senders, database, sealer, clock):
    await senders.add(acting(1), "@example.org")
    keyring = Keyring(database, sealer, clock, is_signing=True)
    await keyring.load({(2, "a@example.org")})
    assert keyring.cached_signer(2, "a@example.org") is None


async def test_signing_can_be_switched_off(senders, database, sealer, clock):
    await senders.add(acting(1), "@example.org")
    keyring = Keyring(database, sealer, clock, is_signing=False)
    await keyring.load({(1, "a@example.org")})
    assert keyring.cached_signer(1, "a@example.org") is None


async def test_letters_that_wait_to_be_signed_keep_their_signer_when_the_memory_is_full(
    senders, database, sealer, clock, monkeypatch
):
    monkeypatch.setattr("aerogram.senders.keyring.MAX_REMEMBERED", 2)
    await senders.add(acting(1), "@example.org")
    keyring = Keyring(database, sealer, clock, is_signing=True)
    await keyring.load({(1, "a@example.org"), (1, "a@one.example")})
    await keyring.load({(1, "a@two.example"), (1, "a@three.example")})
    assert keyring.cached_signer(1, "a@example.org") is not None
