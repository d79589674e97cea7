"""Callers of an account: credentials, permissions and defaults."""

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
    """The level of access to an area; each includes the lower ones."""

    OFF = 0
    READ = 1
    WRITE = 2
    FULL = 3


class CredentialKind(enum.IntEnum):
    """The kind of credential that authenticated a caller."""

    API_KEY = 1
    """An API key pair: full access, as at Mailjet."""
    TRUSTED_NETWORK = 2
    """An SMTP client in ``trusted_networks``: may only send."""
    DOMAIN_TOKEN = 3
    """A token of one sending domain, used as user name and password: may send from that domain over SMTP."""
    CONTENT_TOKEN = 4
    """A bearer token of the Content API: has its permissions below ``/v1/`` and none elsewhere."""


class SendDefaults(msgspec.Struct, frozen=True, kw_only=True):
    """The defaults for a caller's mail, and the restrictions that it cannot lift."""

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
    """The caller's name in logs, such as ``API key 4f0c…``; never a secret."""
    domain: str = ""
    """The only domain it may send from; "" when only the account's senders decide."""
    defaults: SendDefaults = NO_DEFAULTS
    permissions: frozenset[str] = frozenset()
    """The permissions of a content token, such as ``read_template``; other kinds have none and need none."""
