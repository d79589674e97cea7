"""Readers of single values: each checks one property and gives what the mail needs of it.

A reader takes the property's path, its JSON value (never null) and the findings of the message. A value
that will not do becomes a mistake in the findings, and the reader gives a harmless value instead, so
that the others are still read and all mistakes are told at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.base.nesting import is_deeper
from aerogram.doors.http.v31 import limits, mistakes
from aerogram.model.message import Rank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.http.v31.mistakes import Mistake
    from aerogram.doors.http.v31.names import JsonObject

RANKS: Final = {0: Rank.LOW, 1: Rank.FRONT_LOW, 2: Rank.HIGH, 3: Rank.FRONT_HIGH}
"""Priority: 0 low, 1 front of low, 2 high (the default), 3 front of high (facts: SEND.md A4)."""

TRACKING: Final[Mapping[str, bool | None]] = {"account_default": None, "disabled": False, "enabled": True}
"""The values of TrackOpens and TrackClicks and what they mean (facts: SEND.md A4); None leaves it to the account."""


class Findings:
    """What reading a message brought to light, besides its values."""

    __slots__ = ("attached_bytes", "mistakes", "recipients", "sizes")

    def __init__(self, sizes: dict[int, int]) -> None:
        """Start with the ``sizes`` of attachments already checked in this call, by identity of their text."""
        self.mistakes: list[Mistake] = []
        self.recipients = 0
        self.attached_bytes = 0
        self.sizes = sizes


def text(path: str, value: Any, findings: Findings) -> str:
    """Read a text that becomes the mail's content."""
    if isinstance(value, str):
        return value
    findings.mistakes.append(mistakes.wrong_type(path, "string"))
    return ""


def kept_text(path: str, value: Any, findings: Findings) -> str:
    """Read a text that is stored beside the mail and comes back in events."""
    read = text(path, value, findings)
    if "\0" in read:
        findings.mistakes.append(mistakes.nul_character(path))
    return read


def header_text(path: str, value: Any, findings: Findings) -> str:
    """Read a text that ends in a header of the mail (RFC 5322 section 2.2: no CR, no LF)."""
    read = text(path, value, findings)
    if "\n" in read or "\r" in read or "\0" in read:
        findings.mistakes.append(mistakes.control_characters(path))
    return read


def subject(path: str, value: Any, findings: Findings) -> str:
    """Read Subject."""
    read = header_text(path, value, findings)
    if len(read) > limits.MAX_SUBJECT:
        findings.mistakes.append(mistakes.too_long(path, limits.MAX_SUBJECT))
    return read


def url_tags(path: str, value: Any, findings: Findings) -> str:
    """Read URLTags, a query already URL-encoded."""
    read = kept_text(path, value, findings)
    if len(read) > limits.MAX_URL_TAGS:
        findings.mistakes.append(mistakes.too_long(path, limits.MAX_URL_TAGS))
    return read


def campaign(path: str, value: Any, findings: Findings) -> str:
    """Read CustomCampaign."""
    read = kept_text(path, value, findings)
    if len(read) > limits.MAX_CAMPAIGN:
        findings.mistakes.append(mistakes.too_long(path, limits.MAX_CAMPAIGN))
    return read


def flag(path: str, value: Any, findings: Findings) -> bool:
    """Read a boolean."""
    if isinstance(value, bool):
        return value
    findings.mistakes.append(mistakes.wrong_type(path, "boolean"))
    return False


def flag_or_number(path: str, value: Any, findings: Findings) -> bool:
    """Read DeduplicateCampaign, a boolean that Mailjet's prose also writes as 1."""
    return flag(path, bool(value) if value in (0, 1) else value, findings)


def integer(path: str, value: Any, findings: Findings) -> int:
    """Read a whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    findings.mistakes.append(mistakes.wrong_type(path, "integer"))
    return 0


def priority(path: str, value: Any, findings: Findings) -> Rank:
    """Read Priority as the rank of the queue."""
    before = len(findings.mistakes)
    rank = RANKS.get(integer(path, value, findings))
    if rank is None and len(findings.mistakes) == before:
        findings.mistakes.append(mistakes.not_allowed(path, value))
    return Rank.HIGH if rank is None else rank


def tracking(path: str, value: Any, findings: Findings) -> str:
    """Read TrackOpens or TrackClicks."""
    read = text(path, value, findings)
    if isinstance(value, str) and read not in TRACKING:
        findings.mistakes.append(mistakes.not_allowed(path, read))
    return read


def variables(path: str, value: Any, findings: Findings) -> JsonObject:
    """Read Variables, an object of any values."""
    if not isinstance(value, dict):
        findings.mistakes.append(mistakes.wrong_type(path, "object"))
        return {}
    if len(value) > limits.MAX_VARIABLES:
        findings.mistakes.append(mistakes.too_many(path, limits.MAX_VARIABLES))
    if is_deeper(value, limits.MAX_DEPTH):
        findings.mistakes.append(mistakes.too_deep(path, limits.MAX_DEPTH))
        return {}
    return value
