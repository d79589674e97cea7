"""Simulated recipients: the local part of an address at ``simulator.test`` decides the outcome of its mail.

They exist where mail does not leave, in capture mode and for sandbox credentials, so that an application
can see every event without a real mailbox. The part before a ``+`` counts and the rest is free, as in
``bounce+order-17@simulator.test``. Mail to an unknown name is delivered.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode
from itertools import chain
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND
from aerogram.content.links.entities import decode_attribute
from aerogram.content.links.tags import find
from aerogram.content.tokens import CLICK, UNSUBSCRIBE
from aerogram.model.event import EventKind
from aerogram.model.outcome import Blocked, Bounced, Deferred, Delivered, FailureState, Outcome, Reaction
from aerogram.store.records.messages.engagements import Engaged
from aerogram.wire.address import suppression_key
from aerogram.wire.mime.reading.read import read_mail

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.model.message import Letter

DOMAIN: Final = "simulator.test"
"""No real domain has this name (RFC 6761 section 6.2)."""
DEFERRALS: Final = 2
"""How many attempts ``defer`` refuses before it accepts the mail."""
RETRY_MS: Final = 2 * SECOND
"""How soon it is tried again: a developer waits for it."""
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IP: Final = "192.0.2.1"
"""An address for documentation (RFC 5737), which no real client has."""
COMPLAINT_SOURCE: Final = "Simulator"
CAPTURED: Final = "250 2.0.0 Captured in the local inbox"
"""The reply of the inbox to each mail."""
NO_LINK: Final = f"https://{DOMAIN}/"
"""The link that is clicked in a mail without links."""

_LINK_IN_TEXT: Final = re.compile(r"https?://[^\s<>\"]+")
_WEB: Final = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_TRACKED: Final = re.compile(rf"{CLICK}[\w-]{{31}}/([\w-]+)\Z")
_OURS: Final = re.compile(rf"{UNSUBSCRIBE}[\w-]{{34}}\Z")


def is_simulated(email: str) -> bool:
    """Tell whether an address belongs to the simulator."""
    return email[-len(DOMAIN) - 1 :].lower() == f"@{DOMAIN}"


def simulated(letter: Letter, data: bytes) -> Outcome:
    """Return the outcome of a letter whose recipient `is_simulated`; ``data`` is its mail."""
    name = letter.recipient.rpartition("@")[0].partition("+")[0].lower()
    return _BEHAVIOURS.get(name, _success)(letter, data)


def engaged(letter: Letter, reactions: Sequence[Reaction], at_ms: int) -> tuple[Engaged, ...]:
    """Return the follow-up events of a delivery, to be recorded with it."""
    address = suppression_key(letter.recipient)
    return tuple(
        Engaged(
            account_id=letter.account_id,
            message_id=letter.message_id,
            event_kind=reaction.kind,
            at_ms=at_ms,
            address=address,
            agent=reaction.agent,
            ip=reaction.ip,
            url=reaction.url,
        )
        for reaction in reactions
    )


def first_link(data: bytes) -> str:
    """Return the target of the first web link of a mail, its HTML before its text, or `NO_LINK`.

    A tracked link counts as its target; the unsubscribe link is never clicked.
    """
    mail = read_mail(data)
    html = mail.html or ""
    hrefs = (decode_attribute(html[start:end].strip("\"'")).strip() for start, end in find(html).links)
    links = chain(filter(_WEB.match, hrefs), _LINK_IN_TEXT.findall(mail.text or ""))
    found = next((link for link in links if not _OURS.search(link)), NO_LINK)
    return _untracked(found).replace("\0", "")


def _untracked(url: str) -> str:
    tracked = _TRACKED.search(url)
    if tracked is None:
        return url
    encoded = tracked[1]
    try:
        return urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, ValueError):
        return url


def _delivered(data: bytes, *reactions: Reaction) -> Delivered:
    return Delivered(reply=CAPTURED, captured=data, reactions=reactions)


def _success(_: Letter, data: bytes) -> Outcome:
    return _delivered(data)


def _bounce(letter: Letter, _: bytes) -> Outcome:
    reply = f"550 5.1.1 <{letter.recipient}>: Recipient address rejected: User unknown (simulated)"
    return Bounced(
        state=FailureState.USER_UNKNOWN, reply=reply, is_hard=True, host=DOMAIN, server_reply=reply
    )


def _soft_bounce(letter: Letter, _: bytes) -> Outcome:
    reply = f"552 5.2.2 <{letter.recipient}>: Mailbox full (simulated)"
    return Bounced(
        state=FailureState.QUOTA_EXCEEDED, reply=reply, is_hard=False, host=DOMAIN, server_reply=reply
    )


def _blocked(_: Letter, __: bytes) -> Outcome:
    return Blocked(state=FailureState.POLICY_ISSUE, reply="Blocked by a policy (simulated).")


def _defer(letter: Letter, data: bytes) -> Outcome:
    if letter.attempts >= DEFERRALS:
        return _delivered(data)
    reply = f"451 4.7.1 <{letter.recipient}>: Greylisted, try again later (simulated)"
    return Deferred(
        state=FailureState.GREYLISTED, reply=reply, host=DOMAIN, server_reply=reply, retry_ms=RETRY_MS
    )


def _timeout(_: Letter, __: bytes) -> Outcome:
    reply = f"451 4.4.1 {DOMAIN}: no answer in time (simulated)"
    return Deferred(state=FailureState.CONNECTION_ISSUE, reply=reply, host=DOMAIN)


def _complaint(_: Letter, data: bytes) -> Outcome:
    return _delivered(data, Reaction(kind=EventKind.SPAM, agent=COMPLAINT_SOURCE))


def _open(_: Letter, data: bytes) -> Outcome:
    return _delivered(data, _OPENED)


def _click(_: Letter, data: bytes) -> Outcome:
    return _delivered(data, _OPENED, Reaction(kind=EventKind.CLICK, agent=AGENT, ip=IP, url=first_link(data)))


def _unsubscribe(_: Letter, data: bytes) -> Outcome:
    return _delivered(data, Reaction(kind=EventKind.UNSUB, agent=AGENT, ip=IP))


_OPENED: Final = Reaction(kind=EventKind.OPEN, agent=AGENT, ip=IP)
_BEHAVIOURS: Final[dict[str, Callable[[Letter, bytes], Outcome]]] = {
    "success": _success,
    "bounce": _bounce,
    "softbounce": _soft_bounce,
    "blocked": _blocked,
    "defer": _defer,
    "timeout": _timeout,
    "complaint": _complaint,
    "open": _open,
    "click": _click,
    "unsubscribe": _unsubscribe,
}
NAMES: Final = tuple(_BEHAVIOURS)
"""The local parts that have a meaning."""
