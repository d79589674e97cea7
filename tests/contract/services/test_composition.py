"""A server process builds each service once, whatever asks for it."""

import asyncio
import gc
from collections import Counter

import msgspec
import pytest

from aerogram.app.command_services import CommandServices
from aerogram.app.doors import build_http, build_smtp
from aerogram.app.platform import open_platform
from aerogram.app.processes.plan import alone
from aerogram.app.services import build
from aerogram.app.settings.settings import Settings
from aerogram.app.setup import set_up
from aerogram.doors.signup.app import SignupDoor
from aerogram.events.reader import Reader
from aerogram.identity.rate import RateLimiter
from aerogram.net.connections import ConnectionLimiter
from aerogram.net.dns import Resolver
from aerogram.net.dns_answers import NoSuchName
from aerogram.net.tls import self_signed, server_context


@pytest.fixture
async def platform(tmp_path, database_url):
    opened = await open_platform(Settings(data=tmp_path / "data", database_url=database_url))
    yield opened
    await opened.close()


def living():
    """Count the objects of our own classes that the process has."""
    gc.collect()
    kinds = map(type, gc.get_objects())
    return Counter(kind for kind in kinds if str(kind.__module__).startswith("aerogram."))


def offered(services):
    """Give the classes of all services that packages offer."""
    fields = (getattr(services, name) for name in services.__dataclass_fields__)
    structs = [each for each in fields if isinstance(each, msgspec.Struct)]
    assert len(structs) > 7
    return {type(getattr(each, name)) for each in structs for name in each.__struct_fields__}


async def test_each_service_exists_once_in_a_server(platform):
    before = living()
    services = build(platform, alone("all"))
    await set_up(platform, services.identity.accounts, services.senders.addresses)
    tls = server_context(*self_signed(platform.settings.data, "localhost"))
    smtp = await build_smtp(platform, services, tls, ConnectionLimiter(platform.clock))
    doors = smtp, build_http(platform, services, {}, asyncio.Event())
    built = living() - before
    # Readers are values, one of each; sign-ups count networks and not accounts.
    kinds = (offered(services) | {Resolver, SignupDoor}) - {Reader, RateLimiter}
    assert {kind: count for kind in kinds if (count := built[kind]) != 1} == {}
    assert built[RateLimiter] == 2
    await services.http.close()
    del doors


async def test_a_command_builds_what_it_asks_for_once(platform):
    services = CommandServices(platform)
    assert services.accounts is services.accounts
    assert services.senders is services.senders
    assert services.erasures is services.erasures
    assert services.exports is services.exports
    assert services.queue is services.queue
    assert services.templates is services.templates


async def test_a_command_imports_the_resolver_with_its_first_lookup(platform):
    """The name is no host name, so that no name server is asked."""
    names = CommandServices(platform)._senders.dns._names
    assert not isinstance(names, Resolver)
    too_long = f"{'a' * 64}.example"
    assert await names.addresses(too_long) == await names.texts(too_long) == NoSuchName()
