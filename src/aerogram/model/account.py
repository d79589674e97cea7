"""Who asks."""

from __future__ import annotations

import enum

import msgspec


class Area(enum.Enum):
    """The areas of permission (DESIGN §2)."""

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


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated caller, acting for one account."""

    account_id: int
    kind: CredentialKind
    label: str
    """How logs name the caller, as ``API key 4f0c…``; never a secret."""
