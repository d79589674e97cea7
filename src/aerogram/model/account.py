"""Who asks."""

from __future__ import annotations

import enum
from typing import Final

import msgspec


class Area(enum.Enum):
    """The areas of permission (compatibility: accounts#permissions)."""

    SEND = "send"
    CONTACTS = "contacts"
    LISTS = "lists"
    CAMPAIGNS = "campaigns"
    TEMPLATES = "templates"
    SEGMENTS = "segments"
    STATISTICS = "statistics"
    WEBHOOKS = "webhooks"
    SENDERS = "senders"
    ACCOUNT = "account"


class Level(enum.IntEnum):
    """How much: each level includes the lower ones."""

    OFF = 0
    READ = 1
    WRITE = 2
    FULL = 3


class CredentialKind(enum.IntEnum):
    """What opened the account."""

    API_KEY = 1
    """An API key pair: full access, as Mailjet's."""
    TRUSTED_NETWORK = 2
    """An SMTP client in ``trusted_networks``: it may send and nothing else."""
    DOMAIN_TOKEN = 3
    """A token of one sending domain, user and password in one: it may send from that domain over SMTP."""
    CONTENT_TOKEN = 4
    """A bearer token of the Content API: below ``/v1/`` it may do what its permissions name, elsewhere nothing."""


class SendDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """What mail of a caller gets when it does not say otherwise, and what it cannot escape."""

    tracks_opens: bool = False
    tracks_clicks: bool = False
    is_sandboxed: bool = False
    """The caller's mail never leaves this installation."""


NO_DEFAULTS: Final = SendDefaults()


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated caller, acting for one account."""

    account_id: int
    kind: CredentialKind
    label: str
    """How logs name the caller, as ``API key 4f0c…``; never a secret."""
    domain: str = ""
    """The one domain it may send from; "" when the account's senders decide alone."""
    defaults: SendDefaults = NO_DEFAULTS
    permissions: frozenset[str] = frozenset()
    """What a content token may do, as ``read_template``; other kinds have none and need none."""
