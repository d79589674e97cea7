"""The services of one command of the command line.

Most commands ask one or two, and importing them all takes longer than answering; so each is imported when it is
first asked for.
"""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from aerogram.store.ground import Ground

if TYPE_CHECKING:
    from aerogram.app.platform import Platform
    from aerogram.audience.erasure import Erasures
    from aerogram.audience.lists import Lists
    from aerogram.audience.suppressions import Suppressions
    from aerogram.base.clock import Clock
    from aerogram.content.templates import Templates
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


class CommandServices:
    """The `Services` of the command line, over an open platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    @property
    def clock(self) -> Clock:
        """Give the clock of the platform."""
        return self._platform.clock

    @cached_property
    def accounts(self) -> Accounts:
        """Build the accounts."""
        made: type[Accounts] = import_module("aerogram.identity.accounts").Accounts
        its = self._platform
        return made(its.database, its.sealer, its.ids, its.clock)

    @cached_property
    def categories(self) -> MonitoringCategories:
        """Build the monitoring categories."""
        made: type[MonitoringCategories] = import_module("aerogram.senders.categories").MonitoringCategories
        return made(self._platform.database, self._platform.clock)

    @cached_property
    def domains(self) -> Domains:
        """Build the sending domains."""
        made: type[Domains] = import_module("aerogram.senders.domains").Domains
        its = self._platform
        return made(its.database, its.sealer, its.ids, its.clock)

    @cached_property
    def domain_tokens(self) -> DomainTokens:
        """Build the tokens of domains."""
        made: type[DomainTokens] = import_module("aerogram.identity.tokens").DomainTokens
        its = self._platform
        return made(its.database, its.sealer, its.ids, its.clock)

    @cached_property
    def erasures(self) -> Erasures:
        """Build the erasures."""
        module = import_module("aerogram.audience.erasure")
        made: type[Erasures] = module.Erasures
        its = self._platform
        key = its.sealer.derived_key(module.KEY_PURPOSE)
        return made(its.database, its.blobs, its.clock, key)

    @cached_property
    def jobs(self) -> Jobs:
        """Build the jobs of all accounts. Nothing is worked on here: a running server finds them within seconds."""
        made: type[Jobs] = import_module("aerogram.jobs.jobs").Jobs
        return made(self._ground, lambda: None)

    @cached_property
    def exports(self) -> Exports:
        """Build the exports."""
        made: type[Exports] = import_module("aerogram.jobs.exports.exports").Exports
        sources = import_module("aerogram.app.job_kinds").EXPORT_SOURCES
        return made(self.jobs, self._ground, sources)

    @cached_property
    def _ground(self) -> Ground:
        its = self._platform
        return Ground(its.database, its.blobs, its.ids, its.clock, its.room.check)

    @cached_property
    def lists(self) -> Lists:
        """Build the lists of contacts."""
        made: type[Lists] = import_module("aerogram.audience.lists").Lists
        its = self._platform
        return made(its.database, its.ids, its.clock)

    @cached_property
    def members(self) -> Members:
        """Build the members of accounts."""
        made: type[Members] = import_module("aerogram.identity.members").Members
        its = self._platform
        return made(its.database, its.ids, its.clock)

    @cached_property
    def metasenders(self) -> Metasenders:
        """Build the metasenders."""
        made: type[Metasenders] = import_module("aerogram.senders.metasenders").Metasenders
        its = self._platform
        return made(its.database, its.ids, its.clock)

    @cached_property
    def queue(self) -> QueueAdmin:
        """Build what an operator asks of the queue."""
        made: type[QueueAdmin] = import_module("aerogram.queue.admin").QueueAdmin
        its = self._platform
        return made(its.database, its.clock)

    @cached_property
    def senders(self) -> Senders:
        """Build the senders."""
        made: type[Senders] = import_module("aerogram.senders.addresses").Senders
        its = self._platform
        return made(its.database, self.domains, its.ids, its.clock)

    @cached_property
    def suppressions(self) -> Suppressions:
        """Build the suppressions."""
        made: type[Suppressions] = import_module("aerogram.audience.suppressions").Suppressions
        return made(self._platform.database, self._platform.clock)

    @cached_property
    def templates(self) -> Templates:
        """Build the stored templates."""
        made: type[Templates] = import_module("aerogram.content.templates").Templates
        its = self._platform
        return made(its.database, its.ids, its.clock)
