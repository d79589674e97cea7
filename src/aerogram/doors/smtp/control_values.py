"""Readers of single control values: text of a header in, what the mail needs of it out.

The text is unfolded, decoded and not empty. A value that will not do is a ``ValueError`` whose text
says what would be right, as it goes on after "must be".
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
"""Characters of a campaign's name (compatibility: smtp#control-headers)."""
MAX_TAGS: Final = 50
"""Tags of a mail; Mailjet's measure for every collection (compatibility: send-v31#errors)."""
MAX_VARIABLES: Final = 1_000
"""Variables of a mail; the Send API takes as many."""
MAX_DEPTH: Final = 50
"""Objects and arrays in one another within the variables: deeper ones could be read, but not be written again."""
MAX_NAME: Final = 255
"""Characters of a monitoring category's or template's name; nothing longer is one."""

RANKS: Final = {"0": Rank.LOW, "1": Rank.FRONT_LOW, "2": Rank.HIGH, "3": Rank.FRONT_HIGH}
"""X-Mailjet-Prio: 0 low, 1 front of low, 2 high (the default), 3 front of high.

(compatibility: smtp#control-headers)
"""

_YES: Final = frozenset({"1", "true", "yes", "y", "on"})
_NO: Final = frozenset({"0", "false", "no", "n", "off"})
_is_campaign: Final = re.compile(r"[\w -]+\Z").match
_decode_object: Final = msgspec.json.Decoder(dict[str, Any]).decode


def text(value: str) -> str:
    """Read what is kept as it is."""
    return value


def flag(value: str) -> bool:
    """Read a yes or a no, in any case of letters."""
    lowered = value.lower()
    if lowered not in _YES | _NO:
        raise ValueError("1 (yes) or 0 (no)")
    return lowered in _YES


def delivers(value: str) -> bool:
    """Read X-MJ-TemplateErrorDeliver, whose yes is also written ``deliver``."""
    if value.lower() == "deliver":
        return True
    try:
        return flag(value)
    except ValueError:
        raise ValueError("deliver or 0") from None


def rank(value: str) -> Rank:
    """Read X-Mailjet-Prio."""
    if value not in RANKS:
        raise ValueError("0, 1, 2 or 3")
    return RANKS[value]


def campaign(value: str) -> str:
    """Read X-Mailjet-Campaign."""
    if len(value) > MAX_CAMPAIGN or _is_campaign(value) is None:
        raise ValueError(f"1 to {MAX_CAMPAIGN} letters, digits, spaces, dashes and underscores")
    return value


def name(value: str) -> str:
    """Read the name of something that the account has."""
    if len(value) > MAX_NAME:
        raise ValueError(f"a name of at most {MAX_NAME} characters")
    return value


def variables(value: str) -> dict[str, Any]:
    """Read X-MJ-Vars."""
    try:
        read = _decode_object(value)
    except (ValueError, RecursionError):
        raise ValueError('a JSON object, as {"name": "Ann"}') from None
    if len(read) > MAX_VARIABLES or is_deeper(read, MAX_DEPTH):
        raise ValueError(
            f"a JSON object of at most {MAX_VARIABLES} variables, {MAX_DEPTH} levels deep at most"
        )
    return read


def address(value: str) -> str:
    """Read X-MJ-TemplateErrorReporting: one address, with or without a name."""
    try:
        [mailbox] = parse_mailboxes(value)
    except (AddressError, ValueError):
        raise ValueError("one email address") from None
    return mailbox.email


def tags(value: str) -> tuple[str, ...]:
    """Read X-MailPace-Tags: parted by commas, in their order, without empty ones.

    (compatibility: smtp#mailpace)
    """
    read = tuple(filter(None, (each.strip() for each in value.split(","))))
    if len(read) > MAX_TAGS or any(len(each) > MAX_CAMPAIGN for each in read):
        raise ValueError(f"at most {MAX_TAGS} tags of at most {MAX_CAMPAIGN} characters, parted by commas")
    return read


def ways_to_unsubscribe(value: str) -> tuple[str, ...]:
    """Read X-List-Unsubscribe."""
    try:
        return read_ways(value)
    except HeaderError:
        raise ValueError(
            "https: or mailto: URLs, each in angle brackets, parted by commas, as <https://example.com/leave>"
        ) from None
