"""What is said of a domain's records, asked of a real name server."""

import contextlib

import pytest

from aerogram.net.dns import Resolver
from aerogram.net.dns_answers import LookupFailed, NoRecords, NoSuchName, Texts
from aerogram.senders.dns_check import ERROR, NOT_FOUND, OK, check_dkim, check_spf, has_text
from scenario.zones import SERVFAIL, SILENT, name_server

HOST = "mail.example.org"
KEY = "v=DKIM1; k=rsa; p=MIIBIjANBg"
NAME = "aerogram1._domainkey.example.com"


@contextlib.asynccontextmanager
async def names(zone):
    async with name_server(zone) as server:
        yield Resolver(["127.0.0.1"], server.port, query_timeout=0.2, lookup_timeout=0.3)


def txt(*strings):
    return "60 IN TXT " + " ".join(f'"{string}"' for string in strings)


async def test_texts_are_joined_and_asked_anew_each_time():
    zone = {"x.example.": [txt("v=DKIM1; ", "p=abc"), txt("grüße")], "empty.example.": ["60 IN A 192.0.2.1"]}
    async with names(zone) as resolver:
        assert await resolver.texts("x.example") == Texts(("v=DKIM1; p=abc", "grüße"))
        assert await resolver.texts("empty.example") == NoRecords()
        assert await resolver.texts("none.example") == NoSuchName()
        zone["x.example."] = [txt("other")]
        assert await resolver.texts("x.example") == Texts(("other",))
        zone["x.example."] = SERVFAIL
        assert isinstance(await resolver.texts("x.example"), LookupFailed)


@pytest.mark.parametrize(
    ("records", "status", "errors"),
    [
        ([txt("v=DKIM1; k=rsa; p=MIIB", "IjANBg")], OK, ()),
        ([txt("k=rsa;p=MIIB IjANBg")], OK, ()),
        ([txt("v=DKIM1; k=rsa; p=other")], ERROR, ("the DKIM record has a different key",)),
        ([txt("v=DKIM1; p=")], ERROR, ("no DKIM record",)),
        ([txt("hello")], ERROR, ("no DKIM record",)),
        ([txt("v=DKIM1; p=other"), txt(KEY)], OK, ()),
    ],
)
async def test_a_published_key_is_compared_with_ours(records, status, errors):
    async with names({f"{NAME}.": records}) as resolver:
        found = await check_dkim(resolver, NAME, KEY)
    assert (found.status, found.errors) == (status, errors)


@pytest.mark.parametrize("trouble", [SERVFAIL, SILENT])
async def test_servers_in_trouble_are_told(trouble):
    async with names({f"{NAME}.": trouble, "example.com.": trouble}) as resolver:
        dkim = await check_dkim(resolver, NAME, KEY)
        spf = await check_spf(resolver, "example.com", HOST)
        assert not await has_text(resolver, NAME, "x")
    assert (dkim.status, spf.status) == (ERROR, ERROR)
    assert NAME in dkim.errors[0]


async def spf_of(*records, **more):
    zone = {"example.com.": [txt(each) for each in records] or ["60 IN A 192.0.2.1"]}
    zone |= {f"{name.replace('_', '.')}.": [txt(record)] for name, record in more.items()}
    zone[f"{HOST}."] = ["60 IN A 192.0.2.7"]
    async with names(zone) as resolver:
        return await check_spf(resolver, "example.com", HOST)


async def test_a_record_that_names_the_host_is_right():
    assert (await spf_of("v=spf1 a:mail.example.org ?all")).status == OK
    assert (await spf_of("v=spf1 ip4:192.0.2.0/28 -all")).status == OK


async def test_a_record_may_include_another_or_redirect_to_it():
    assert (await spf_of("v=spf1 include:a.example -all", a_example="v=spf1 include:b.example", b_example="v=spf1 a:mail.example.org")).status == OK  # fmt: skip
    assert (
        await spf_of("v=spf1 redirect=a.example", a_example="v=spf1 a:mail.example.org -all")
    ).status == OK


async def test_records_that_include_each_other_end():
    found = await spf_of("v=spf1 include:a.example", a_example="v=spf1 include:example.com include:a.example")
    assert found.errors == ("the SPF record does not let mail.example.org send: add a:mail.example.org",)


async def test_a_domain_has_one_spf_record():
    assert (await spf_of()).status == NOT_FOUND
    found = await spf_of("v=spf1 a:mail.example.org", "v=spf1 -all")
    assert (found.status, len(found.current)) == (ERROR, 2)
