from __future__ import annotations

import pytest

from aerogram.base.errors import SettingsError
from aerogram.delivery.routing.route import Hop
from aerogram.delivery.routing.settings import parse_relay_url, parse_routes


@pytest.mark.parametrize(
    ("text", "hop"),
    [
        ("smtp://relay.example.com", Hop("relay.example.com", 25)),
        ("smtp://relay.example.com:2525/", Hop("relay.example.com", 2525)),
        (
            "smtps://u:p@Relay.Example.com",
            Hop("relay.example.com", 465, implicit_tls=True, must_verify=True, username="u", password="p"),
        ),
        (
            "smtp://key:se%40cr%2Ft@relay:587?tls=verify",
            Hop("relay", 587, must_verify=True, username="key", password="se@cr/t"),
        ),
        ("smtp://u:p@relay?tls=off", Hop("relay", 25, username="u", password="p", in_clear=True)),
        ("smtp://[2001:db8::1]:26", Hop("2001:db8::1", 26)),
        ("smtp://bücher.example", Hop("xn--bcher-kva.example", 25)),
    ],
)
def test_a_relay_url_becomes_a_hop(text, hop):
    assert parse_relay_url(text) == hop


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("relay.example.com:25", "begin with smtp://"),
        ("http://relay", "begin with smtp://"),
        ("smtp://", "host is missing"),
        ("smtp://relay:0", "between 1 and 65535"),
        ("smtp://relay:99999", "malformed"),
        ("smtp://user@relay", "the password is missing"),
        ("smtp://u:pa/ss@relay", "malformed|%2F"),
        ("smtp://relay/path", "%2F"),
        ("smtp://relay?tls=maybe", "tls=maybe is unknown"),
        ("smtp://relay?tls=", "is unknown"),
        ("smtp://relay?verify=1", "unknown parameter 'verify'"),
        ("smtps://relay?tls=off", "needs smtp://"),
    ],
)
def test_a_wrong_relay_url_is_refused_with_its_reason(text, reason):
    with pytest.raises(SettingsError, match=reason) as raised:
        parse_relay_url(text)
    assert str(raised.value).startswith("relay_url: ")


def test_an_error_never_quotes_a_password():
    with pytest.raises(SettingsError) as raised:
        parse_relay_url("smtp://user:s3cr/et@relay")
    assert "s3cr" not in str(raised.value)


def test_routes_map_domains_to_hops():
    assert parse_routes("example.net=127.0.0.1:2525, *=sink , Bücher.example=[::1]:26,") == {
        "example.net": Hop("127.0.0.1", 2525),
        "*": Hop("sink", 25),
        "xn--bcher-kva.example": Hop("::1", 26),
    }
    assert parse_routes("") == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("example.net", "domain=host:port"),
        ("=sink:25", "domain=host:port"),
        ("a.b=", "domain=host:port"),
        ("a.b=x:1,a.b=y:2", "named twice"),
        ("a.b=x:99999", "Port"),
        ("a.b=u:p@x:25", "host:port"),
        ("a.b=x:25/path", "host:port"),
        ("a b=x:25", "not a host name"),
    ],
)
def test_wrong_routes_are_refused_with_their_reason(text, reason):
    with pytest.raises(SettingsError, match=reason):
        parse_routes(text)
