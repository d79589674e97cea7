"""The values of a message on its road: submission, receipt and letter.

A *content* is the mail to send, stored once and never changed. A *message* is one recipient's copy of it,
with its own id, state and history: N recipients make one content and N messages. A *letter* is a message
claimed by a delivery worker, together with its content.
"""

from __future__ import annotations

import enum
from typing import Final

import msgspec

from aerogram.model.send_options import NOBODY, PLAIN, Personal, SendOptions

NOTIFICATION_DOOR: Final = "dsn"
"""The door recorded for delivery status notifications, which come through no door."""


ERASED_DOMAIN: Final = "domain.invalid"
"""The domain of the alias of an erased recipient (compatibility: contacts#erasure)."""


class ContentKind(enum.IntEnum):
    """How a content is stored."""

    MIME = 1
    """The bytes of a mail as an SMTP client submitted it."""
    PARTS = 2
    """`aerogram.wire.mime.parts.Parts` as JSON, from the REST doors."""


class RecipientRole(enum.IntEnum):
    """The kind of a recipient: To, Cc or Bcc."""

    TO = 1
    CC = 2
    BCC = 3


class MessageState(enum.IntEnum):
    """The state of a message."""

    QUEUED = 0
    """Waiting for its next attempt, or leased by a worker that makes one."""
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
    role: RecipientRole = RecipientRole.TO
    notify: str = ""
    orcpt: str = ""
    personal: Personal = NOBODY


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """An authorised message, ready to be stored.

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
    """Why its messages are held for a person; "" when they are not."""


class Accepted(msgspec.Struct, frozen=True, array_like=True):
    """The receipt of one recipient of a submission: the message is committed to disk."""

    email: str
    message_id: int
    uuid: str


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A message claimed for one attempt. Only the holder of the ``lease`` may record an outcome."""

    message_id: int
    uuid: str
    account_id: int
    content_id: int
    lease: int
    recipient: str
    attempts: int
    """The number of earlier attempts."""
    reclaims: int
    """How often a worker claimed it and recorded no outcome."""
    accepted_ms: int
    kind: ContentKind
    body: bytes
    blob: str = ""
    """The file of a body that is too large to read with the claim; ``body`` is then empty."""
    reverse_path: str
    from_email: str
    smtputf8: bool = False
    suppressed: str = ""
    """Why the account must not mail this recipient; "" when it may."""
    has_unsubscribed: bool = False
    """The recipient unsubscribed from the account's bulk mail. Set only for letters with send options."""
    is_duplicate: bool = False
    """The content sets ``deduplicates``, and an earlier message of the campaign has the same address."""
    campaign: str = ""
    subject: str = ""
    send_options: SendOptions = PLAIN
    personal: Personal = NOBODY
    notify: str = ""
    orcpt: str = ""
    dsn_ret: str = ""
    dsn_envid: str = ""
