"""The nouns of a message on its road: submission, receipt, letter, outcome.

A *content* is what is to be sent, stored once and never changed. A *message* is one recipient of
it, with its own id, state and history; so N recipients make one content and N messages. A
*letter* is a message claimed by a delivery worker together with its content.
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from aerogram.model.send_options import NOBODY, PLAIN, Personal, SendOptions

NOTIFICATION_DOOR: Final = "dsn"
"""What stands for the door of a content that came through none: a delivery status notification."""


ERASED_DOMAIN: Final = "domain.invalid"
"""The domain of what stands for a recipient who was erased (compatibility: contacts#erasure)."""


class ContentKind(enum.IntEnum):
    """How a content is stored."""

    MIME = 1
    """The bytes of a mail as an SMTP client handed it in."""
    PARTS = 2
    """`aerogram.wire.mime.parts.Parts` as JSON, from the REST doors."""


class Role(enum.IntEnum):
    """Where a recipient stands in the mail."""

    TO = 1
    CC = 2
    BCC = 3


class MessageState(enum.IntEnum):
    """The one state a message is in."""

    QUEUED = 0
    """Waiting for its (next) attempt, or leased by a worker that attempts it."""
    SENT = 1
    BOUNCED = 2
    BLOCKED = 3
    HELD = 4
    CANCELLED = 5


class Rank(enum.IntEnum):
    """The order of service; a lower rank goes first (Mailjet's Priority 3, 2, 1, 0, then bulk)."""

    FRONT_HIGH = 0
    HIGH = 1
    FRONT_LOW = 2
    LOW = 3
    BULK = 4


class Recipient(msgspec.Struct, frozen=True, array_like=True):
    """One recipient of a submission. ``notify``, ``orcpt``: RFC 3461 parameters, "" when absent."""

    email: str
    role: Role = Role.TO
    notify: str = ""
    orcpt: str = ""
    personal: Personal = NOBODY


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """A message asked for and authorised: ready to be made durable.

    ``body`` is MIME bytes or JSON of `Parts`, by ``kind``; ``size`` its length in bytes.
    ``transcript`` is the conversation or request that brought it, secrets redacted.
    ``smtputf8`` and ``body_8bit`` tell what the mail needs of the next hop.
    """

    account_id: int
    door: str
    reverse_path: str
    recipients: tuple[Recipient, ...]
    kind: ContentKind
    body: bytes
    from_email: str
    subject: str = ""
    custom_id: str = ""
    event_payload: str = ""
    campaign: str = ""
    rank: Rank = Rank.HIGH
    has_text: bool = False
    has_html: bool = False
    attachment_count: int = 0
    smtputf8: bool = False
    dsn_ret: str = ""
    dsn_envid: str = ""
    transcript: str = ""
    send_options: SendOptions = PLAIN
    held: str = ""
    """Why its messages wait for a person instead of being sent; "" when they do not."""


class Accepted(msgspec.Struct, frozen=True, array_like=True):
    """What one recipient of a submission became: committed to disk."""

    email: str
    message_id: int
    uuid: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message claimed for one attempt. ``lease`` fences: only its holder may record an outcome."""

    message_id: int
    uuid: str
    account_id: int
    content_id: int
    lease: int
    recipient: str
    attempts: int
    """Attempts that were made before this one."""
    reclaims: int
    """How often a worker claimed it and never reported."""
    accepted_ms: int
    kind: ContentKind
    body: bytes
    blob: str = ""
    """Names the body when it is too large to travel with the claim; then ``body`` is empty."""
    reverse_path: str
    from_email: str
    smtputf8: bool = False
    suppressed: str = ""
    """Why the account must not mail this recipient; "" when it may."""
    has_unsubscribed: bool = False
    """The recipient left the account's bulk mail. Known of letters with a treatment only."""
    is_duplicate: bool = False
    """An earlier message of the campaign goes to the same address, and the content ``deduplicates``."""
    campaign: str = ""
    subject: str = ""
    send_options: SendOptions = PLAIN
    personal: Personal = NOBODY
    notify: str = ""
    orcpt: str = ""
    dsn_ret: str = ""
    dsn_envid: str = ""
