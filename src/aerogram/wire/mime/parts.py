"""A mail described by its parts, as the HTTP doors receive it, before it becomes MIME."""

from __future__ import annotations

import msgspec


class Mailbox(msgspec.Struct, frozen=True, array_like=True):
    """An address and its display name; ``email`` is a valid addr-spec (UTF-8 allowed)."""

    email: str
    name: str = ""


class Attachment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A file. ``content`` is base64 text as the client sent it (line breaks allowed).

    ``content_id`` has no angle brackets and is set for inlined attachments only.
    """

    content_type: str
    filename: str
    content: str
    content_id: str = ""


class Parts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything that determines the bytes of one mail. ``headers`` are extra (name, value) pairs."""

    sender_from: Mailbox
    sender: Mailbox | None = None
    reply_to: Mailbox | None = None
    to: tuple[Mailbox, ...] = ()
    cc: tuple[Mailbox, ...] = ()
    subject: str = ""
    text: str | None = None
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    inlined: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
