"""The decision of authorisation: allow a message, hold it for a person, or refuse it, with reasons."""

from __future__ import annotations

import enum
from typing import Final

import msgspec


class ReasonKind(enum.StrEnum):
    """Why a message is held or refused. Each kind defines the meaning of `Reason.value`."""

    NO_SEND_PERMISSION = "no_send_permission"
    """The caller has no permission to send; the value is its label."""
    DOMAIN_NOT_OF_CREDENTIAL = "domain_not_of_credential"
    """An address is outside of the domain of the caller's token; the value is the address."""
    SENDER_NOT_AUTHORIZED = "sender_not_authorized"
    """An address of From, or the reverse-path, is not an active sender of the account; the value is the address."""
    SENDER_NOT_VALIDATED = "sender_not_validated"
    """The address of Sender is an inactive sender of the account; the value is the address."""
    SENDER_NEEDS_RIGHT = "sender_needs_right"
    """The address of Sender is not a sender of the account; the value is the address."""
    UNKNOWN_CATEGORY = "unknown_category"
    """The account has no such monitoring category; the value is its name."""
    RULE = "rule"
    """A rule of `aerogram.submission.authorize.Rule` decided; the value is its sentence."""


class Reason(msgspec.Struct, frozen=True):
    """One reason and the value it concerns."""

    kind: ReasonKind
    value: str


class Allow(msgspec.Struct, frozen=True):
    """The message may be submitted."""

    is_sandboxed: bool = False
    """The message must never leave this installation."""


class Hold(msgspec.Struct, frozen=True):
    """The message is accepted, and waits until a person releases or cancels it."""

    reasons: tuple[Reason, ...]
    is_sandboxed: bool = False

    @property
    def sentence(self) -> str:
        """The reasons on one line, as the queue and the message's history show them."""
        return " ".join(reason.value for reason in self.reasons)


class Refuse(msgspec.Struct, frozen=True):
    """The message is refused as a whole. ``reasons`` are ordered: From, Sender, category, rules."""

    reasons: tuple[Reason, ...]


Decision = Allow | Hold | Refuse

ALLOW: Final = Allow()
ALLOW_SANDBOXED: Final = Allow(is_sandboxed=True)
