"""Keys and checks of domains that are claimed, on both engines."""

import pytest

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.net.dns_answers import NoRecords, Texts
from aerogram.senders.claims import SenderClaims
from aerogram.senders.domain_dns import SendingDomains
from aerogram.senders.domains import Domains
from aerogram.senders.keyring import Keyring
from support.actors import acting

ACCOUNT = 11


class Zone:
    """A name service whose answers a test writes down."""

    def __init__(self):
        self.texts_of = {}

    async def texts(self, name):
        return Texts(tuple(self.texts_of[name])) if name in self.texts_of else NoRecords()

    async def addresses(self, _):
        return NoRecords()


@pytest.fixture
def zone():
    return Zone()


@pytest.fixture
def sealer():
    return Sealer(new_master_key())


@pytest.fixture
def keys(database, sealer, ids, clock):
    return Domains(database, sealer, ids, clock)


@pytest.fixture
def domains(database, sealer, clock, zone):
    return SendingDomains(database, sealer, clock, zone, hostname="mail.example.com")


@pytest.fixture
def claims(database, keys, domains, ids, clock):
    return SenderClaims(database, keys, domains, ids, clock)


async def signs(database, sealer, clock):
    keyring = Keyring(database, sealer, clock, is_signing=True)
    await keyring.load([(ACCOUNT, "ann@example.org")])
    return keyring.cached_signer(ACCOUNT, "ann@example.org") is not None


async def test_the_keys_of_a_claimed_domain_sign_once_they_are_published(
    database, sealer, clock, zone, claims, domains
):
    await claims.add(acting(ACCOUNT), {"email": "ann@example.org"})
    assert not await signs(database, sealer, clock)
    await domains.check(acting(ACCOUNT), "example.org")
    assert not await signs(database, sealer, clock)
    [dns] = await domains.of_account(acting(ACCOUNT))
    zone.texts_of[dns.dkim_record_name.removesuffix(".")] = [dns.dkim_record_value]
    await domains.check(acting(ACCOUNT), "example.org")
    assert await signs(database, sealer, clock)
    zone.texts_of.clear()
    assert (await domains.check(acting(ACCOUNT), "example.org")).dkim.status == "Error"
    assert await signs(database, sealer, clock)


async def test_a_domain_of_an_operator_has_dns_too_and_keeps_its_keys(claims, domains, keys):
    added = await keys.add(acting(ACCOUNT), "example.org")
    row = await claims.add(acting(ACCOUNT), {"email": "ann@example.org"})
    assert row.status == "Active"
    [dns] = await domains.of_account(acting(ACCOUNT))
    assert dns.dkim_record_value == added.keys[0].public_value
    assert dns.id == added.keys[0].id


async def test_domains_of_claims_are_not_yet_those_that_an_operator_lists(claims, keys):
    await claims.add(acting(ACCOUNT), {"email": "*@example.org"})
    assert await keys.of_account(acting(ACCOUNT)) == []


async def test_a_deleted_whole_domain_vouches_for_nobody(claims, keys):
    await keys.add(acting(ACCOUNT), "example.org")
    await claims.remove(acting(ACCOUNT), "*@example.org")
    assert (await claims.add(acting(ACCOUNT), {"email": "ann@example.org"})).status == "Inactive"
