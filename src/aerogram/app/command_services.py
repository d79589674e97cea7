"""The services of one command of the command line.

Most commands need one or two packages, and importing all takes longer than answering. So a package is imported
and built when a command first asks for one of its services.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aerogram.app.platform import Platform
    from aerogram.audience.erasure import Erasures
    from aerogram.audience.lists import Lists
    from aerogram.audience.services import Audience
    from aerogram.audience.suppressions import Suppressions
    from aerogram.base.clock import Clock
    from aerogram.content.services import ContentServices
    from aerogram.content.templates.templates import Templates
    from aerogram.identity.accounts import Accounts
    from aerogram.identity.members import Members
    from aerogram.identity.services import IdentityServices
    from aerogram.identity.tokens import DomainTokens
    from aerogram.jobs.exports.exports import Exports
    from aerogram.jobs.jobs import Jobs
    from aerogram.jobs.services import JobServices
    from aerogram.net.dns import Resolver
    from aerogram.net.dns_answers import AddressAnswer, TextAnswer
    from aerogram.queue.admin import QueueAdmin
    from aerogram.queue.services import QueueServices
    from aerogram.senders.addresses import Senders
    from aerogram.senders.categories import MonitoringCategories
    from aerogram.senders.domains import Domains
    from aerogram.senders.metasenders import Metasenders
    from aerogram.senders.services import SenderServices


class CommandServices:
    """The `Services` of the command line, over an open platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._ground = platform.ground
        self._public_url = platform.settings.public_url.rstrip("/")

    @property
    def clock(self) -> Clock:
        """Return the clock of the platform."""
        return self._platform.clock

    @property
    def accounts(self) -> Accounts:
        """Return the accounts."""
        return self._identity.accounts

    @property
    def members(self) -> Members:
        """Return the members of accounts."""
        return self._identity.members

    @property
    def domain_tokens(self) -> DomainTokens:
        """Return the tokens of domains."""
        return self._identity.domain_tokens

    @property
    def senders(self) -> Senders:
        """Return the senders."""
        return self._senders.addresses

    @property
    def categories(self) -> MonitoringCategories:
        """Return the monitoring categories."""
        return self._senders.categories

    @property
    def domains(self) -> Domains:
        """Return the sending domains."""
        return self._senders.domains

    @property
    def metasenders(self) -> Metasenders:
        """Return the metasenders."""
        return self._senders.metasenders

    @property
    def templates(self) -> Templates:
        """Return the stored templates."""
        return self._content.templates

    @property
    def erasures(self) -> Erasures:
        """Return the erasures of contacts."""
        return self._audience.erasures

    @property
    def lists(self) -> Lists:
        """Return the lists of contacts."""
        return self._audience.lists

    @cached_property
    def suppressions(self) -> Suppressions:
        """Return the suppressions. Only commands use them, and the rest of their package takes 0.2 s to import."""
        suppressions: type[Suppressions] = import_module("aerogram.audience.suppressions").Suppressions
        return suppressions(self._platform.database, self.clock)

    @property
    def jobs(self) -> Jobs:
        """Return the jobs. None runs here: a running server finds new ones within seconds."""
        return self._jobs.jobs

    @property
    def exports(self) -> Exports:
        """Return the exports."""
        return self._jobs.exports

    @property
    def queue(self) -> QueueAdmin:
        """Return the operator's actions on the queue."""
        return self._queue.admin

    @cached_property
    def _identity(self) -> IdentityServices:
        build = import_module("aerogram.identity.build").build
        built: IdentityServices = build(self._ground, rate_limit=None)
        return built

    @cached_property
    def _senders(self) -> SenderServices:
        settings = self._platform.settings
        build = import_module("aerogram.senders.build").build
        built: SenderServices = build(
            self._ground,
            _LateResolver(),
            hostname=settings.hostname,
            public_url=self._public_url,
            is_signing=settings.dkim,
        )
        return built

    @cached_property
    def _content(self) -> ContentServices:
        build = import_module("aerogram.content.build").build
        built: ContentServices = build(self._ground, public_url=self._public_url)
        return built

    @cached_property
    def _jobs(self) -> JobServices:
        build = import_module("aerogram.jobs.build").build
        kinds = import_module("aerogram.app.job_kinds")
        built: JobServices = build(self._ground, kinds.HANDLERS, kinds.EXPORT_SOURCES)
        return built

    @cached_property
    def _audience(self) -> Audience:
        build = import_module("aerogram.audience.build").build
        built: Audience = build(self._ground, self.jobs)
        return built

    @cached_property
    def _queue(self) -> QueueServices:
        build = import_module("aerogram.queue.build").build
        built: QueueServices = build(self._ground)
        return built


class _LateResolver:
    """A `NameService` that imports its resolver for the first lookup: the DNS library takes 50 ms to import."""

    @cached_property
    def _resolver(self) -> Resolver:
        resolver: Resolver = import_module("aerogram.net.dns").Resolver()
        return resolver

    async def texts(self, name: str) -> TextAnswer:
        """Return the TXT records of a name."""
        return await self._resolver.texts(name)

    async def addresses(self, host: str) -> AddressAnswer:
        """Return the addresses of a host."""
        return await self._resolver.addresses(host)
