"""A requested message, in the common form that every door fills before authorisation and submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.model.message import Rank

if TYPE_CHECKING:
    from aerogram.model.actor import Actor
    from aerogram.model.message import Recipient
    from aerogram.wire.mime.parts import Parts


class RequestedOptions(msgspec.Struct, frozen=True, kw_only=True):
    """The send options that a call requests; None where it requests nothing and the caller's default applies."""

    tracks_opens: bool | None = None
    tracks_clicks: bool | None = None
    variables: dict[str, Any] = {}
    has_language: bool = False
    error_report_to: str = ""
    delivers_on_error: bool = False
    is_individual: bool = False
    url_tags: str = ""
    makes_text: bool = False
    deduplicates: bool = False
    template_id: int = 0
    monitoring_category: str = ""
    tags: tuple[str, ...] = ()


NO_OPTIONS: Final = RequestedOptions()


class Mime(msgspec.Struct, frozen=True, kw_only=True):
    """A mail submitted as bytes, and the result of scanning them."""

    data: bytes
    subject: str = ""
    has_text: bool = False
    has_html: bool = False
    has_editable_html: bool = False
    """Its HTML can be written anew, so that links and opens can be tracked."""
    attachment_count: int = 0


class MailRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to send a mail: actor, addresses, content and options.

    Addresses have no display names. ``smtputf8`` means that the next hop must support SMTPUTF8.
    """

    actor: Actor
    authors: tuple[str, ...]
    """The addresses of From, in order; () if none is valid."""
    sender: str = ""
    """The address of Sender; "" without one or when no rule depends on it."""
    reverse_path: str
    recipients: tuple[Recipient, ...]
    """With everything known about each; the submission omits what the mail does not use."""
    content: Parts | Mime | None
    """None for a message with errors: it can be authorised but not submitted."""
    texts: tuple[str, ...] = ()
    """The bodies to search for merge tags; () leaves all bodies unchanged."""
    options: RequestedOptions = NO_OPTIONS
    custom_id: str = ""
    event_payload: str = ""
    campaign: str = ""
    rank: Rank = Rank.HIGH
    smtputf8: bool = False
    dsn_ret: str = ""
    dsn_envid: str = ""
    transcript: str = ""
    """The SMTP conversation or HTTP request, with secrets redacted."""
    is_sandboxed: bool = False
    """A notice about mail that never leaves this installation; the notice does not leave either."""
