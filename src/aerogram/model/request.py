"""A message asked for, in the one form that every way in fills before it is authorised and submitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.model.message import Rank

if TYPE_CHECKING:
    from aerogram.model.actor import Actor
    from aerogram.model.message import Recipient
    from aerogram.wire.mime.parts import Parts


class RequestedOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a call says beyond the mail itself; None where it says nothing and the caller's default counts."""

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
    """A mail that came as its bytes, and what reading them found."""

    data: bytes
    subject: str = ""
    has_text: bool = False
    has_html: bool = False
    attachment_count: int = 0


class MailRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to send what, from whom, to whom and with which options.

    Addresses are plain, without display names; ``smtputf8`` tells what the mail needs of the next hop.
    """

    actor: Actor
    authors: tuple[str, ...]
    """The addresses of From, the first one first; () while it has none that is valid."""
    sender: str = ""
    """The address of Sender, "" when there is none or when nothing is decided by it."""
    reverse_path: str
    recipients: tuple[Recipient, ...]
    """With all that is known of each; what the mail has no use for is left out of the submission."""
    content: Parts | Mime | None
    """None of a message that could not be read whole: it can be authorised and not submitted."""
    texts: tuple[str, ...] = ()
    """The bodies in which merge tags are looked for; () leaves all bodies as they stand."""
    options: RequestedOptions = NO_OPTIONS
    custom_id: str = ""
    event_payload: str = ""
    campaign: str = ""
    rank: Rank = Rank.HIGH
    smtputf8: bool = False
    dsn_ret: str = ""
    dsn_envid: str = ""
    transcript: str = ""
    """The conversation or request that brought it, secrets redacted."""
    is_sandboxed: bool = False
    """It is about mail that never leaves this installation, so it does not leave either."""
