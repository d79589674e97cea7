"""What the links of a mail begin with, by the domain of its sender."""

import pytest

from aerogram.base.errors import RefusedError
from aerogram.senders.tracking_hosts import REMEMBER_MS, TrackingHosts, parse_base_url, set_tracking_host
from support.actors import acting

PUBLIC = "https://mail.example.com"
CLICK = "https://click.example.org"


@pytest.fixture
def hosts(database, clock):
    return TrackingHosts(database, clock, PUBLIC)


async def base_of(hosts, account_id, email):
    await hosts.load([(account_id, email)])
    return hosts.base_url(account_id, email)


async def test_a_domain_and_its_subdomains_have_the_host_that_was_set(database, hosts):
    assert await set_tracking_host(database, acting(1), "Example.org.", CLICK + "/") == ("example.org", CLICK)
    assert await base_of(hosts, 1, "ann@example.org") == CLICK
    assert await base_of(hosts, 1, "ann@News.Example.ORG") == CLICK
    assert await base_of(hosts, 1, "ann@example.net") == PUBLIC
    assert await base_of(hosts, 2, "ann@example.org") == PUBLIC
    await set_tracking_host(database, acting(1), "shop.example.org", "https://s.example.org")
    assert await base_of(hosts, 1, "ann@shop.example.org") == "https://s.example.org"


async def test_a_domain_beyond_ascii_is_found(database, hosts):
    await set_tracking_host(database, acting(1), "bücher.example", CLICK)
    assert await base_of(hosts, 1, "ann@bücher.example") == CLICK
    assert await base_of(hosts, 1, "ann@xn--bcher-kva.example") == CLICK


async def test_what_is_remembered_is_asked_again_after_a_while(database, hosts, clock):
    assert hosts.base_url(1, "ann@example.org") == PUBLIC
    assert await base_of(hosts, 1, "ann@example.org") == PUBLIC
    await set_tracking_host(database, acting(1), "example.org", CLICK)
    assert await base_of(hosts, 1, "ann@example.org") == PUBLIC
    clock.advance(REMEMBER_MS + 1)
    assert await base_of(hosts, 1, "ann@example.org") == CLICK
    await set_tracking_host(database, acting(1), "example.org", "")
    clock.advance(REMEMBER_MS + 1)
    assert await base_of(hosts, 1, "ann@example.org") == PUBLIC


@pytest.mark.parametrize(
    "text", ["https://click.example.org", "http://c.example.org:8080/t", "https://[::1]:8025"]
)
def test_a_base_of_links_is_a_web_address(text):
    assert parse_base_url(f" {text}/ ") == text


@pytest.mark.parametrize(
    "text",
    ["click.example.org", "ftp://a.example", "https://", "https://a.example/?x", "https://a.example#x",
     "https://u:p@a.example", "https://a example", 'https://a.example/"', "https://a.example:0", "https://a.example:x",
     "https://bücher.example", "https://[x", f"https://a.example/{'x' * 200}"],
)  # fmt: skip
def test_what_is_no_base_of_links_is_refused(text):
    with pytest.raises(RefusedError, match="is not a base URL"):
        parse_base_url(text)
