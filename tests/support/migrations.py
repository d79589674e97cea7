"""Upgrade a store of old to a revision, as the migrations of the product do."""

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from aerogram.store.migrate import _FOLDER


def upgrade(path, revision):
    """Upgrade the SQLite file at a path, which need not exist, to a revision such as ``0013``."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        _upgrade(connection, revision)
        connection.commit()
    engine.dispose()


async def upgrade_postgresql(url, revision):
    """Upgrade a PostgreSQL database, which may be empty, to a revision."""
    engine = create_async_engine(f"postgresql+asyncpg://{url.partition('://')[2]}")
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, revision)
    await engine.dispose()


def _upgrade(connection, revision):
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
