"""Senders, domains, their keys and DNS records, on both engines."""

import pytest

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.senders.addresses import Senders
from aerogram.senders.domains import Domains, dns_records
from aerogram.senders.valid_senders import ValidSenders
from aerogram.store.records.senders import dkim_keys
from aerogram.wire.dkim.keys import SigningKey
from support.actors import acting

ACCOUNT = 11


@pytest.fixture
def sealer():
    return Sealer(new_master_key())


@pytest.fixture
def domains(database, sealer, ids, clock):
    return Domains(database, sealer, ids, clock)


@pytest.fixture
def senders(database, domains, ids, clock):
    return Senders(database, domains, ids, clock)


async def allowed(database, clock, email):
    return await ValidSenders(database, clock).confirm(ACCOUNT, email)


async def test_an_added_address_may_send_at_once(database, clock, senders):
    assert await senders.add(acting(ACCOUNT), "News@Example.org") == "news@example.org"
    assert await allowed(database, clock, "news@example.org")
    assert not await allowed(database, clock, "other@example.org")


async def test_an_added_domain_may_send_from_every_address_and_has_keys(database, clock, senders, domains):
    assert await senders.add(acting(ACCOUNT), "@Example.org") == "*@example.org"
    assert await allowed(database, clock, "anyone@example.org")
    domain = await domains.show(acting(ACCOUNT), "example.org")
    assert [(key.selector, key.algorithm) for key in domain.keys] == [
        ("aerogram1", "rsa"),
        ("aerogram1e", "ed25519"),
    ]


async def test_the_private_keys_are_sealed_and_fit_the_published_ones(sealer, domains):
    domain = await domains.add(acting(ACCOUNT), "example.org")
    for key in domain.keys:
        assert "PRIVATE KEY" not in key.private_sealed
        opened = SigningKey.from_pem(key.selector, sealer.open(key.private_sealed).encode())
        assert opened.dns_value() == key.public_value


async def test_a_removed_sender_may_not_send_and_is_not_listed(database, clock, senders):
    await senders.add(acting(ACCOUNT), "news@example.org")
    await senders.remove(acting(ACCOUNT), "news@example.org")
    assert not await allowed(database, clock, "news@example.org")
    assert await senders.of_account(acting(ACCOUNT)) == []
    with pytest.raises(NotFoundError, match=r"has no sender news@example\.org"):
        await senders.remove(acting(ACCOUNT), "news@example.org")


async def test_a_removed_sender_returns_when_it_is_added_again(senders):
    await senders.add(acting(ACCOUNT), "news@example.org")
    await senders.remove(acting(ACCOUNT), "news@example.org")
    await senders.add(acting(ACCOUNT), "news@example.org")
    assert [row.status for row in await senders.of_account(acting(ACCOUNT))] == ["Active"]


async def test_a_domain_that_returns_has_the_keys_its_records_publish(database, senders, domains):
    before = await domains.add(acting(ACCOUNT), "example.org")
    await senders.remove(acting(ACCOUNT), "@example.org")
    assert await database.read(lambda: dkim_keys.active_of_domain(ACCOUNT, "example.org")) == []
    after = await domains.add(acting(ACCOUNT), "example.org")
    assert [key.public_value for key in after.keys] == [key.public_value for key in before.keys]


async def test_a_domain_that_is_not_there_is_not_found(domains):
    with pytest.raises(NotFoundError, match=r"has no domain example\.org"):
        await domains.show(acting(ACCOUNT), "example.org")
    with pytest.raises(NotFoundError, match=r"has no domain example\.org"):
        await domains.remove(acting(ACCOUNT), "example.org")


async def test_what_is_no_sender_is_refused(senders, domains):
    with pytest.raises(RefusedError, match="neither an address nor an @domain"):
        await senders.add(acting(ACCOUNT), "example.org")
    with pytest.raises(RefusedError, match="not a domain name"):
        await domains.add(acting(ACCOUNT), "news@example.org")


async def test_another_account_has_senders_of_its_own(senders, domains):
    await senders.add(acting(ACCOUNT), "@example.org")
    assert await senders.of_account(acting(ACCOUNT + 1)) == []
    assert await domains.of_account(acting(ACCOUNT + 1)) == []


async def test_the_records_to_publish_are_dkim_spf_and_dmarc(domains):
    domain = await domains.add(acting(ACCOUNT), "example.org")
    rsa, ed25519, spf, dmarc = dns_records(domain, "mail.example.net")
    assert rsa.name == "aerogram1._domainkey.example.org"
    assert rsa.value.startswith("v=DKIM1; k=rsa; p=MII")
    assert ed25519.value.startswith("v=DKIM1; k=ed25519; p=")
    assert (spf.name, spf.value) == ("example.org", "v=spf1 a:mail.example.net ~all")
    assert (dmarc.name, dmarc.value) == (
        "_dmarc.example.org",
        "v=DMARC1; p=none; rua=mailto:dmarc@example.org",
    )


async def test_a_long_value_is_cut_into_strings_for_a_zone_file(domains):
    rsa = dns_records(await domains.add(acting(ACCOUNT), "example.org"), "localhost")[0]
    head, *strings = rsa.zone_line().split('"')[::2][0], *rsa.zone_line().split('"')[1::2]
    assert head == "aerogram1._domainkey.example.org. 3600 IN TXT "
    assert "".join(strings) == rsa.value
    assert all(len(string) <= 255 for string in strings)
