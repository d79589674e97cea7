"""The interface between the command line and the program that runs it.

Doors must not import the ring that builds the process, so `app.main` passes in a `Host`. The settings of one
call turn the host into an `Installation`, which opens the store and returns its `Services`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from aerogram.audience.erasure import Erasures
    from aerogram.audience.lists import Lists
    from aerogram.audience.suppressions import Suppressions
    from aerogram.base.clock import Clock
    from aerogram.content.templates.templates import Templates
    from aerogram.identity.accounts import Accounts
    from aerogram.identity.members import Members
    from aerogram.identity.tokens import DomainTokens
    from aerogram.jobs.exports.exports import Exports
    from aerogram.jobs.jobs import Jobs
    from aerogram.queue.admin import QueueAdmin
    from aerogram.senders.addresses import Senders
    from aerogram.senders.categories import MonitoringCategories
    from aerogram.senders.domains import Domains
    from aerogram.senders.metasenders import Metasenders


class SettingFlag(NamedTuple):
    """A setting as a command-line flag."""

    name: str
    flag: str
    metavar: str
    help: str
    is_boolean: bool
    finds_the_store: bool
    """Whether commands that only open the store need it; ``serve`` and ``init`` take all settings."""


class FirstCredentials(NamedTuple):
    """The credentials of a first set-up, while the secrets are still known."""

    api_key: str
    secret_key: str
    email: str
    password: str


class Services(Protocol):
    """The services of an open store. Each is built on first use."""

    @property
    def clock(self) -> Clock: ...  # noqa: D102 - the names say it
    @property
    def accounts(self) -> Accounts: ...  # noqa: D102
    @property
    def categories(self) -> MonitoringCategories: ...  # noqa: D102
    @property
    def domains(self) -> Domains: ...  # noqa: D102
    @property
    def domain_tokens(self) -> DomainTokens: ...  # noqa: D102
    @property
    def erasures(self) -> Erasures: ...  # noqa: D102
    @property
    def jobs(self) -> Jobs: ...  # noqa: D102
    @property
    def exports(self) -> Exports: ...  # noqa: D102
    @property
    def lists(self) -> Lists: ...  # noqa: D102
    @property
    def members(self) -> Members: ...  # noqa: D102
    @property
    def metasenders(self) -> Metasenders: ...  # noqa: D102
    @property
    def queue(self) -> QueueAdmin: ...  # noqa: D102
    @property
    def senders(self) -> Senders: ...  # noqa: D102
    @property
    def suppressions(self) -> Suppressions: ...  # noqa: D102
    @property
    def templates(self) -> Templates: ...  # noqa: D102


class Installation(Protocol):
    """An installation with the settings of this call."""

    @property
    def hostname(self) -> str:
        """The ``hostname`` setting."""
        ...

    def open(self) -> AbstractAsyncContextManager[Services]:
        """Open the store with its services, also while a server runs; close it on exit."""
        ...

    async def initialise(self, email: str, senders: Sequence[str]) -> FirstCredentials | None:
        """Set up the first account; return None if one exists."""
        ...

    def serve(self) -> None:
        """Run until a signal requests shutdown."""
        ...


class Host(Protocol):
    """The program that runs the command line."""

    @property
    def version(self) -> str:
        """Its version and kind of build. Raises `SettingsError` if its files are not of one build."""
        ...

    @property
    def flags(self) -> Sequence[SettingFlag]:
        """All settings, in the order of the reference."""
        ...

    def prepare(self, given: Mapping[str, str]) -> Installation:
        """Read the settings; ``given`` maps setting names to the text of their flags. Raises `SettingsError`."""
        ...
