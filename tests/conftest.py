"""The nouns that every test may ask for."""

import os

import pytest
from hypothesis import HealthCheck, settings

from aerogram.base.clock import ManualClock
from aerogram.base.ids import IdGenerator
from aerogram.store.open import open_database
from support.engines import PostgresqlServer, SqliteTemplate

# In CI hypothesis loads a profile of its own: the same examples in each run. Here each run looks for new ones.
# How long an example takes says nothing where other tests run beside it.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
if not os.environ.get("CI"):
    settings.load_profile("here")


@pytest.fixture(scope="session")
def postgresql_server():
    server = PostgresqlServer()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """None for SQLite in the data folder, else the URL of an empty PostgreSQL database."""
    if request.param == "sqlite":
        yield None
        return
    with request.getfixturevalue("postgresql_server").lent_database() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    return SqliteTemplate(tmp_path_factory.mktemp("template"))


@pytest.fixture
async def database(request, tmp_path, database_url):
    """A store of each engine, its schema up to date."""
    if database_url is None:
        request.getfixturevalue("sqlite_template").copy_to(tmp_path)
    opened = await open_database(tmp_path, database_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def ids(clock):
    return IdGenerator(clock)
