"""The services of the REST door, built from an open store by plain calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.content.images import Images
from aerogram.content.labels import Labels
from aerogram.content.plain_records import PlainRecords
from aerogram.content.template_versions import TemplateVersions
from aerogram.content.templates import Templates
from aerogram.doors.rest.account_services import AccountServices
from aerogram.doors.rest.content_services import ContentServices
from aerogram.identity.accounts import Accounts
from aerogram.identity.api_tokens import ApiTokens
from aerogram.identity.content_tokens import ContentTokens
from aerogram.identity.preferences import Preferences
from aerogram.identity.profiles import Profiles
from aerogram.senders.claims import SenderClaims
from aerogram.senders.domain_dns import SendingDomains
from aerogram.senders.domains import Domains
from aerogram.senders.metasenders import Metasenders
from aerogram.senders.parse_routes import ParseRoutes

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.senders.dns_check import NameService
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.sql import Database


def content_services(
    database: Database,
    blobs: DiskBlobs,
    sealer: Sealer,
    ids: IdGenerator,
    clock: Clock,
    check_room: Callable[[], None],
) -> ContentServices:
    """Build them; ``check_room`` raises `StoreFullError` while the disk's reserve is for mail alone."""
    return ContentServices(
        templates=Templates(database, ids, clock),
        versions=TemplateVersions(database, ids, clock),
        labels=Labels(database, ids),
        images=Images(database, blobs, ids, clock, check_room),
        tokens=ContentTokens(database, sealer, ids, clock),
        records=PlainRecords(database, ids, clock),
    )


def account_services(
    database: Database, sealer: Sealer, ids: IdGenerator, clock: Clock, names: NameService, *, hostname: str
) -> AccountServices:
    """Build them; ``hostname`` is what this installation calls itself, ``names`` answers its questions to the DNS."""
    domains = SendingDomains(database, sealer, clock, names, hostname=hostname)
    keys = Domains(database, sealer, ids, clock)
    return AccountServices(
        accounts=Accounts(database, sealer, ids, clock),
        profiles=Profiles(database),
        tokens=ApiTokens(database, sealer, ids, clock),
        preferences=Preferences(database, ids),
        claims=SenderClaims(database, keys, domains, ids, clock),
        domains=domains,
        metasenders=Metasenders(database, ids, clock),
        parse_routes=ParseRoutes(database, sealer, ids, clock, hostname=hostname),
    )
