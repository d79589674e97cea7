"""Which network stands for a client, and which addresses are local."""

import ipaddress

import pytest

from aerogram.base.networks import is_in, is_loopback, network_of


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:0:ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("::ffff:192.0.2.1", "::ffff:c000:201", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("not an address", "not an address", True),
        ("not an address", "192.0.2.1", False),
    ],
)
def test_networks_that_count_as_one(one, other, is_same):
    assert (network_of(one) == network_of(other)) is is_same


@pytest.mark.parametrize(
    ("ip", "is_inside"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("11.0.0.1", False),
        ("fd00::1%eth0", True),
        ("x", False),
        ("", True),
    ],
)
def test_networks_of_settings_hold_mapped_and_scoped_addresses(ip, is_inside):
    networks = [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fd00::/8")]
    assert is_in(ip, networks) is is_inside
    assert not is_in(ip, [])


def test_text_that_is_no_address_is_its_own_client():
    assert network_of("") != network_of("x") == network_of("x")


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", ""])
def test_loopback_is_known_in_each_form(ip):
    assert is_loopback(ip)


@pytest.mark.parametrize("ip", ["192.0.2.1", "2001:db8::1", "localhost", "x" * 100, "::ffff:192.0.2.1"])
def test_other_addresses_and_texts_are_not_loopback(ip):
    assert not is_loopback(ip)
