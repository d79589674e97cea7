"""The entry point of ``aerogram``: gives the program to its command line.

A command imports what it needs when it runs, so that ``aerogram --help`` answers at once.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import asynccontextmanager
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aerogram import __version__
from aerogram.doors.cli.host import FirstCredentials, SettingFlag
from aerogram.doors.cli.main import run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from aerogram.app.command_services import CommandServices
    from aerogram.app.platform import Platform
    from aerogram.app.settings.settings import Settings

FINDS_THE_STORE: Final = frozenset({"data", "database_url", "master_key", "hostname"})
"""The settings of commands that open the store: where it is, and the name of the installation."""


class Program:
    """The `Host` of the command line."""

    @property
    def version(self) -> str:
        """Return the version of the package, and whether its modules are compiled."""
        kind: str = import_module("aerogram.app.compiled").kind_of_build()
        return f"{__version__} ({kind})"

    @cached_property
    def flags(self) -> Sequence[SettingFlag]:
        """Return the declared settings as flags."""
        declarations = import_module("aerogram.app.settings.settings").DECLARATIONS.values()
        return [
            SettingFlag(
                name=each.name,
                flag=each.flag,
                metavar=_metavar(each.kind.word),
                help=f"{each.help} [default: {each.default}]",
                is_boolean=each.kind.is_boolean,
                finds_the_store=each.name in FINDS_THE_STORE,
            )
            for each in declarations
        ]

    def prepare(self, given: Mapping[str, str]) -> Installed:
        """Read the settings of this call; raises `SettingsError`."""
        settings = import_module("aerogram.app.settings.sources").load(given, os.environ, Path.cwd())
        return Installed(settings)


class Installed:
    """The `Installation` of a command: Aerogram with its settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def hostname(self) -> str:
        """Return the installation's name."""
        return self._settings.hostname

    @asynccontextmanager
    async def open(self) -> AsyncIterator[CommandServices]:
        """Open the store with its services, and close it at the end."""
        async with self._opened() as (_, services):
            yield services

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[tuple[Platform, CommandServices]]:
        services: type[CommandServices] = import_module("aerogram.app.command_services").CommandServices
        platform: Platform = await import_module("aerogram.app.platform").open_platform(self._settings)
        try:
            yield platform, services(platform)
        finally:
            await platform.close()

    async def initialise(self, email: str, senders: Sequence[str]) -> FirstCredentials | None:
        """Create the first account; give None if the store has an account."""
        set_up = import_module("aerogram.app.setup").set_up
        async with self._opened() as (platform, services):
            made = await set_up(platform, services.accounts, services.senders, email, senders)
        return None if made is None else FirstCredentials(*made)

    def serve(self) -> None:
        """Run until a signal asks to stop. Raises `SettingsError` if its files are not of one build."""
        import_module("aerogram.app.compiled").kind_of_build()
        import_module("aerogram.app.run").run(self._settings)


def _metavar(word: str) -> str:
    """Write a kind as help texts do: ``HOST:PORT,…`` for a list, and a choice with its words."""
    if "|" in word:
        return word
    single = word.removeprefix("list of ")
    return single.upper().replace(" ", "-") + (",…" if single != word else "")


def main() -> None:
    """Run the command line, and exit with its status. Nothing that it writes can be read by other users."""
    os.umask(stat.S_IRWXG | stat.S_IRWXO)
    sys.exit(run(Program(), sys.argv[1:]))
