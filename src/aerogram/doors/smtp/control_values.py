"""Parsers of single control headers.

The text is unfolded, decoded and not empty. An invalid value raises ``ValueError``; its text describes
valid values and continues the sentence after "must be".
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from aerogram.base.nesting import is_deeper
from aerogram.model.message import Rank
from aerogram.wire.errors import AddressError, HeaderError
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes
from aerogram.wire.mime.writing.list_unsubscribe import read_ways

MAX_CAMPAIGN: Final = 255
"""Maximum characters of a campaign name (compatibility: smtp#control-headers)."""
MAX_TAGS: Final = 50
"""Maximum tags of a mail; Mailjet's limit for every collection (compatibility: send-v31#errors)."""
MAX_VARIABLES: Final = 1_000
"""Maximum variables of a mail, as in the Send API."""
MAX_DEPTH: Final = 50
"""Maximum nesting of variables: deeper ones could be parsed but not serialised again."""
MAX_NAME: Final = 255
"""Maximum characters of the name of a monitoring category or template."""

RANKS: Final = {"0": Rank.LOW, "1": Rank.FRONT_LOW, "2": Rank.HIGH, "3": Rank.FRONT_HIGH}
"""X-Mailjet-Prio: 0 low, 1 front of low, 2 high (the default), 3 front of high.

(compatibility: smtp#control-headers)
"""

_YES: Final = frozenset({"1", "true", "yes", "y", "on"})
_NO: Final = frozenset({"0", "false", "no", "n", "off"})
_is_campaign: Final = re.compile(r"[\w -]+\Z").match
_decode_object: Final = msgspec.json.Decoder(dict[str, Any]).decode


def text(value: str) -> str:
    """Return the text unchanged."""
    return value


def flag(value: str) -> bool:
    """Parse a boolean, ignoring case."""
    lowered = value.lower()
    if lowered not in _YES | _NO:
        raise ValueError("1 (yes) or 0 (no)")
    return lowered in _YES


def delivers(value: str) -> bool:
    """Parse X-MJ-TemplateErrorDeliver, where ``deliver`` also means yes."""
    if value.lower() == "deliver":
        return True
    try:
        return flag(value)
    except ValueError:
        raise ValueError("deliver or 0") from None


def rank(value: str) -> Rank:
    """Parse X-Mailjet-Prio."""
    if value not in RANKS:
        raise ValueError("0, 1, 2 or 3")
    return RANKS[value]


def campaign(value: str) -> str:
    """Parse X-Mailjet-Campaign."""
    if len(value) > MAX_CAMPAIGN or _is_campaign(value) is None:
        raise ValueError(f"1 to {MAX_CAMPAIGN} letters, digits, spaces, dashes and underscores")
    return value


def name(value: str) -> str:
    """Parse the name of an object of the account."""
    if len(value) > MAX_NAME:
        raise ValueError(f"a name of at most {MAX_NAME} characters")
    return value


def variables(value: str) -> dict[str, Any]:
    """Parse X-MJ-Vars."""
    try:
        read = _decode_object(value)
    except (ValueError, RecursionError):
        raise ValueError('a JSON object, such as {"name": "Ann"}') from None
    if len(read) > MAX_VARIABLES or is_deeper(read, MAX_DEPTH):
        raise ValueError(
            f"a JSON object of at most {MAX_VARIABLES} variables, nested at most {MAX_DEPTH} levels"
        )
    return read


def address(value: str) -> str:
    """Parse X-MJ-TemplateErrorReporting: one address, with or without a name."""
    try:
        [mailbox] = parse_mailboxes(value)
    except (AddressError, ValueError):
        raise ValueError("one email address") from None
    return mailbox.email


def tags(value: str) -> tuple[str, ...]:
    """Parse X-MailPace-Tags: a comma-separated list, in order, without empty tags.

    (compatibility: smtp#mailpace)
    """
    read = tuple(filter(None, (each.strip() for each in value.split(","))))
    if len(read) > MAX_TAGS or any(len(each) > MAX_CAMPAIGN for each in read):
        raise ValueError(f"at most {MAX_TAGS} tags of at most {MAX_CAMPAIGN} characters, comma-separated")
    return read


def ways_to_unsubscribe(value: str) -> tuple[str, ...]:
    """Parse X-List-Unsubscribe."""
    try:
        return read_ways(value)
    except HeaderError:
        raise ValueError(
            "https: or mailto: URLs, each in angle brackets, comma-separated, such as <https://example.com/leave>"
        ) from None
