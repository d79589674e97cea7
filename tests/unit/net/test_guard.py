"""No URL of a customer's leads to what only we can reach."""

import asyncio
import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.net.guard import (
    ForbiddenAddressError,
    SystemResolver,
    UnknownHostError,
    permitted_addresses,
    why_blocked,
)

PUBLIC = ["93.184.216.34", "8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "100.128.0.1"]
PUBLIC_6 = ["2606:2800:220:1:248:1893:25c8:1946", "2a00:1450:4001:80b::200e", "2001:4860:4860::8888"]

FORBIDDEN_ALWAYS = [
    # unspecified, "this network": the kernel takes them for the machine itself
    "0.0.0.0",
    "0.0.0.1",
    "0.1.2.3",
    "0.255.255.255",
    "::",
    # link-local
    "169.254.0.1",
    "169.254.255.255",
    "fe80::1",
    "fe80::1%eth0",
    "fe80::1%1",
    "febf::1",
    "fec0::1",
    "feff::1",
    # metadata services
    "169.254.169.254",
    "169.254.170.2",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd20:ce::254",
    # multicast and broadcast
    "224.0.0.1",
    "224.0.0.251",
    "239.255.255.250",
    "255.255.255.255",
    "ff01::1",
    "ff02::1",
    "ff02::fb",
    "ff0e::1",
    # reserved
    "192.0.0.1",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "240.0.0.1",
    "250.1.2.3",
    "100::1",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "4000::1",
    "8000::1",
    "e000::1",
    # IPv4 in IPv6 dress
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:8.8.8.8",
    "::ffff:7f00:1",
    "::ffff:0:127.0.0.1",
    "::ffff:0:8.8.8.8",
    "::127.0.0.1",
    "::8.8.8.8",
    "::a00:1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::1",
    "64:ff9b:1:fffe::10.0.0.1",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:a9fe:a9fe::1",
    "2002:808:808::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:0:7f00:1::",
    "2a00:1450:4001:80b:0:5efe:127.0.0.1",
    "2a00:1450:4001:80b:200:5efe:10.0.0.1",
    # no addresses at all
    "",
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
    "127.0.0.1.",
    "1.2.3.4/32",
]
INTRANET = [
    "127.0.0.1",
    "127.0.0.2",
    "127.1.2.3",
    "127.255.255.255",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.17.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "::1",
    "fc00::1",
    "fd00::1",
    "fd12:3456:789a::1",
    "fdff:ffff::1",
]


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_6)
def test_public_addresses_are_called(address):
    assert why_blocked(address) == ""


@pytest.mark.parametrize("address", FORBIDDEN_ALWAYS)
@pytest.mark.parametrize("allow_private", [False, True])
def test_special_addresses_are_never_called(address, allow_private):
    assert why_blocked(address, allow_private=allow_private)


@pytest.mark.parametrize("address", INTRANET)
def test_private_addresses_are_called_only_when_the_operator_allows_it(address):
    assert why_blocked(address)
    assert why_blocked(address, allow_private=True) == ""


@given(st.ip_addresses())
def test_whatever_is_called_is_global_by_the_registry(address):
    if why_blocked(str(address)) == "":
        assert address.is_global
        assert not address.is_multicast
        if isinstance(address, ipaddress.IPv6Address):
            assert address.ipv4_mapped is address.sixtofour is address.teredo is None


@given(st.ip_addresses(v=4, network="10.0.0.0/8"), st.sampled_from(["::ffff:", "64:ff9b::", "::"]))
def test_no_prefix_makes_a_private_address_callable(address, prefix):
    assert why_blocked(f"{prefix}{address}", allow_private=True)


# Names


def resolving(*answers):
    """A resolver that gives each answer once and then repeats the last."""
    left = list(answers)

    async def resolve(host, port):
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


async def test_the_addresses_of_a_public_name_are_given_in_order():
    resolve = resolving(["93.184.216.34", "2606:2800:220:1::1", "93.184.216.34"])
    found = await permitted_addresses("example.com", 443, resolve)
    assert found == ["93.184.216.34", "2606:2800:220:1::1"]


@pytest.mark.parametrize("address", [*INTRANET, *filter(None, FORBIDDEN_ALWAYS)])
@pytest.mark.parametrize("is_first", [False, True])
async def test_one_forbidden_address_among_public_ones_forbids_the_name(address, is_first):
    answer = [address, "93.184.216.34"] if is_first else ["93.184.216.34", address]
    with pytest.raises(ForbiddenAddressError) as refusal:
        await permitted_addresses("mixed.example", 443, resolving(answer))
    assert address not in str(refusal.value).split()


async def test_a_name_without_addresses_is_unknown():
    with pytest.raises(UnknownHostError):
        await permitted_addresses("empty.example", 443, resolving([]))


async def test_a_name_that_does_not_resolve_is_unknown():
    async def resolve(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(UnknownHostError):
        await permitted_addresses("missing.example", 443, resolve)


async def test_the_system_resolver_reads_what_the_machine_knows():
    resolver = SystemResolver()
    assert set(await resolver("localhost", 80)) <= {"127.0.0.1", "::1"}
    resolver.close()


async def test_a_name_is_looked_up_once_for_all_who_wait_for_it(monkeypatch):
    lookups = []

    def look_up(host, port, **_):
        lookups.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    resolver = SystemResolver()
    answers = await asyncio.gather(*(resolver("example.com", 80) for _ in range(50)))
    resolver.close()
    assert answers == [["93.184.216.34"]] * 50
    assert lookups == ["example.com"]
