from __future__ import annotations

import pytest

from aerogram.net.dns import NEGATIVE_TTL_SECONDS, Resolver
from aerogram.net.dns_answers import Addresses, LookupFailed, MxRecords, NoRecords, NoSuchName, NullMx
from scenario.zones import SERVFAIL, SILENT, name_server

ZONE = {
    "example.net.": ["300 IN MX 20 B.example.net.", "300 IN MX 10 a.example.net.", "300 IN A 192.0.2.7"],
    "a.example.net.": ["300 IN A 192.0.2.1", "300 IN AAAA 2001:db8::1"],
    "six.example.net.": ["300 IN AAAA 2001:db8::6"],
    "null.example.": ["300 IN MX 0 ."],
    "address.example.": ["300 IN A 192.0.2.9"],
    "broken.example.": SERVFAIL,
    "silent.example.": SILENT,
}


@pytest.fixture
def seconds():
    """The clock of the resolver's memory, moved by hand."""
    return [0.0]


def resolver_for(server, seconds=None):
    clock = seconds or [0.0]
    return Resolver(
        ["127.0.0.1"], server.port, query_timeout=0.1, lookup_timeout=0.2, monotonic=lambda: clock[0]
    )


@pytest.mark.parametrize(
    ("domain", "answer"),
    [
        ("example.net", MxRecords(((10, "a.example.net"), (20, "b.example.net")))),
        ("null.example", NullMx()),
        ("address.example", NoRecords()),
        ("nowhere.example", NoSuchName()),
        ("not..a.name", NoSuchName()),
        ("x" * 64 + ".example", NoSuchName()),
    ],
)
async def test_where_mail_goes(domain, answer):
    async with name_server(ZONE) as server:
        assert await resolver_for(server).mx(domain) == answer


@pytest.mark.parametrize("domain", ["broken.example", "silent.example"])
async def test_no_answer_is_a_failed_lookup_and_not_the_absence_of_records(domain):
    async with name_server(ZONE) as server:
        resolver = resolver_for(server)
        assert isinstance(await resolver.mx(domain), LookupFailed)
        assert isinstance(await resolver.addresses(domain), LookupFailed)


async def test_addresses_of_both_kinds_come_ipv4_first():
    async with name_server(ZONE) as server:
        resolver = resolver_for(server)
        assert await resolver.addresses("a.example.net") == Addresses(("192.0.2.1", "2001:db8::1"))
        assert await resolver.addresses("six.example.net") == Addresses(("2001:db8::6",))
        assert await resolver.addresses("null.example") == NoRecords()
        assert await resolver.addresses("nowhere.example") == NoSuchName()


async def test_an_answer_is_asked_for_once_in_its_time_to_live(seconds):
    async with name_server(ZONE) as server:
        resolver = resolver_for(server, seconds)
        for _ in range(3):
            await resolver.mx("example.net")
        assert len(server.questions) == 1
        seconds[0] = 301.0
        await resolver.mx("example.net")
        assert len(server.questions) == 2


async def test_an_absence_is_believed_for_a_minute_only(seconds):
    async with name_server(dict(ZONE)) as server:
        resolver = resolver_for(server, seconds)
        assert await resolver.mx("new.example") == NoSuchName()
        server.zone["new.example."] = ["300 IN MX 10 a.example.net."]
        assert await resolver.mx("new.example") == NoSuchName()
        seconds[0] = NEGATIVE_TTL_SECONDS + 1
        assert await resolver.mx("new.example") == MxRecords(((10, "a.example.net"),))


async def test_a_dead_name_server_is_a_failed_lookup():
    async with name_server({}) as server:
        resolver = resolver_for(server)
    assert isinstance(await resolver.mx("example.net"), LookupFailed)
