"""What the command line needs of the program around it.

The doors may not know the ring that builds the process, so that ring hands itself in: `app.main`
passes a `Host`, the settings of one call make it an `Installation`, and that opens a `Platform`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.room import Watermark
    from aerogram.store.sql import Database


class SettingFlag(NamedTuple):
    """A setting as the command line offers it."""

    name: str
    flag: str
    metavar: str
    help: str
    is_boolean: bool
    finds_the_store: bool
    """Whether commands need it that only open the store; ``serve`` and ``init`` take all."""


class FirstCredentials(NamedTuple):
    """What a first set-up made, at the one moment when the secrets are known."""

    api_key: str
    secret_key: str
    email: str
    password: str


class Platform(Protocol):
    """An open store and what goes with it."""

    @property
    def database(self) -> Database: ...  # noqa: D102 - the names say it
    @property
    def sealer(self) -> Sealer: ...  # noqa: D102
    @property
    def ids(self) -> IdGenerator: ...  # noqa: D102
    @property
    def clock(self) -> Clock: ...  # noqa: D102
    @property
    def blobs(self) -> DiskBlobs: ...  # noqa: D102
    @property
    def room(self) -> Watermark: ...  # noqa: D102


class Installation(Protocol):
    """Aerogram with the settings of this call."""

    @property
    def hostname(self) -> str:
        """What the installation calls itself."""
        ...

    def open(self) -> AbstractAsyncContextManager[Platform]:
        """Open the store, beside a running server if there is one; close it at the end."""
        ...

    async def initialise(self, email: str, senders: Sequence[str]) -> FirstCredentials | None:
        """Set up the first account; None when there is one already."""
        ...

    def serve(self) -> None:
        """Run until a signal asks to stop."""
        ...


class Host(Protocol):
    """The program around the command line."""

    @property
    def version(self) -> str:
        """Its version."""
        ...

    @property
    def flags(self) -> Sequence[SettingFlag]:
        """All settings, in the order of the reference."""
        ...

    def prepare(self, given: Mapping[str, str]) -> Installation:
        """Read the settings; ``given`` are texts of flags by name. Raises `SettingsError`."""
        ...
