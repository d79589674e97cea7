"""Finding and blanking personal data in mail: messages, events, captured copies, notifications, contents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import BigInteger, bindparam, case, delete, exists, select, update

from aerogram.model.message_states import Happening, states_before, transition
from aerogram.store.records import blob_names
from aerogram.store.records.events.reading import CONTACTS, wait_for
from aerogram.store.records.querying.either import mentions
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import captured, content, message
from aerogram.store.tables.events import IS_SHOWN, event, notification

if TYPE_CHECKING:
    from collections.abc import Sequence


class FoundMessage(NamedTuple):
    """A message whose recipient may be the person to erase."""

    id: int
    content_id: int
    recipient: str


_MESSAGES = Sql(
    select(*(message.c[name] for name in FoundMessage._fields))
    .where(
        message.c.account_id == bindparam("account_id"),
        message.c.id > bindparam("after"),
        message.c.domain == bindparam("domain"),
    )
    .order_by(message.c.id)
    .limit(bindparam("most")),
    "account_id",
    "after",
    "domain",
    "most",
)
_SOME: Final = any_of(message.c.id, "message_ids")
_ERASED: Final = [
    (state, follows)
    for state in states_before(Happening.ERASED)
    if (follows := transition(state, Happening.ERASED).to) is not state
]
"""The states that an erasure changes, each with the new state."""
_CANCELLED: Final[dict[str, Any]] = {
    "state": case(
        *((message.c.state == int(state), int(follows)) for state, follows in _ERASED),
        else_=message.c.state,
    ),
    "updated_ms": case(
        *((message.c.state == int(state), bindparam("now", type_=BigInteger)) for state, _ in _ERASED),
        else_=message.c.updated_ms,
    ),
    # A worker that holds the message loses its lease, and so can no longer record an outcome.
    "lease": 0,
}
"""What an erasure sets in the rows of messages. It writes no event (`aerogram.model.message_states`)."""
_HOLD = Sql(
    # Sorted, as everywhere that messages are locked, so that transactions never deadlock.
    select(message.c.id).where(_SOME).order_by(message.c.id).with_for_update(),
    "message_ids",
)
_CANCEL = Sql(update(message).where(_SOME).values(**_CANCELLED), "now", "message_ids")
_BLANK_MESSAGES = Sql(
    update(message)
    .where(_SOME)
    .values(
        recipient=bindparam("alias"),
        domain=bindparam("alias_domain"),
        reply="",
        orcpt="",
        personal="",
        **_CANCELLED,
    ),
    "alias",
    "alias_domain",
    "now",
    "message_ids",
)
_BLANK_EVENTS = Sql(
    update(event)
    .where(any_of(event.c.message_id, "message_ids"), IS_SHOWN)
    .values(reply="", transcript="", agent="", ip="", url="", geo="", address=""),
    "message_ids",
)
_BLANK_TRANSCRIPTS = Sql(
    update(event)
    .where(any_of(event.c.message_id, "message_ids"), IS_SHOWN, mentions(event.c.transcript, "said"))
    .values(transcript=""),
    "message_ids",
    "said",
)
_CAPTURED_FILES = Sql(
    select(captured.c.blob).where(any_of(captured.c.message_id, "message_ids"), captured.c.blob.is_not(None)),
    "message_ids",
)
_CONTENT_FILES = Sql(
    select(content.c.blob).where(any_of(content.c.id, "content_ids"), content.c.blob.is_not(None)),
    "content_ids",
)
_NOTIFICATIONS = Sql(
    select(notification.c.content_id).where(any_of(notification.c.message_id, "message_ids")), "message_ids"
)
_DROP_NOTIFICATIONS = Sql(
    delete(notification).where(any_of(notification.c.message_id, "message_ids")), "message_ids"
)
_DROP_CAPTURED = Sql(delete(captured).where(any_of(captured.c.message_id, "message_ids")), "message_ids")
_OTHER = message.alias("other")
_BLANK_CONTENTS = Sql(
    update(content)
    .where(
        any_of(content.c.id, "content_ids"),
        # Keep the content while it has other recipients, even those that were added hours later.
        ~exists().where(_OTHER.c.content_id == content.c.id, _OTHER.c.domain != bindparam("alias_domain")),
    )
    .values(
        body=b"",
        blob=None,
        size=0,
        subject="",
        custom_id="",
        event_payload="",
        transcript="",
        send_options="",
    ),
    "content_ids",
    "alias_domain",
)
_FORGET_CLIENTS = Sql(
    update(content).where(any_of(content.c.id, "content_ids")).values(transcript=""), "content_ids"
)
_MESSAGES_OF = Sql(
    select(message.c.id).where(any_of(message.c.content_id, "content_ids")).order_by(message.c.id),
    "content_ids",
)
_BLANK_NOTIFICATIONS = Sql(
    update(content)
    .where(any_of(content.c.id, "content_ids"))
    .values(body=b"", blob=None, size=0, subject="", send_options=""),
    "content_ids",
)


def messages_to_domain(account_id: int, domain: str, after: int, most: int) -> Unit[list[FoundMessage]]:
    """Return messages of an account to a domain, by rising id, after the id ``after``."""
    rows = yield _MESSAGES(account_id, after, domain, most)
    return [FoundMessage(*row) for row in rows]


def notifications_of(message_ids: Sequence[int]) -> Unit[tuple[list[int], list[int]]]:
    """Return the contents that notify senders about messages, and the messages that carry those contents."""
    contents = [content_id for (content_id,) in (yield _NOTIFICATIONS(message_ids))]
    if not contents:
        return [], []
    return contents, (yield from messages_of(contents))


def messages_of(content_ids: Sequence[int]) -> Unit[list[int]]:
    """Return all messages of contents, including those added later."""
    return [message_id for (message_id,) in (yield _MESSAGES_OF(content_ids))]


def blank(found: Sequence[FoundMessage], alias: str, said: Sequence[str], now_ms: int) -> Unit[list[str]]:
    """Blank all personal data in messages, their events and captured mail; cancel those that wait.

    The contacts' reader waits until the commit, and then finds the alias instead of the recipient. ``alias``
    replaces the erased address. ``said`` are the forms, in lower case, in which transcripts of other
    recipients may contain it. A content is blanked when all its recipients are in the alias's domain. Return
    the names of files that no row names any more.
    """
    ids = [each.id for each in found]
    yield _HOLD(ids)
    yield from wait_for(CONTACTS)
    contents = sorted({each.content_id for each in found})
    domain = alias.rpartition("@")[2]
    files = {name for (name,) in [*(yield _CAPTURED_FILES(ids)), *(yield _CONTENT_FILES(contents))]}
    yield _BLANK_MESSAGES(alias, domain, now_ms, ids)
    yield _BLANK_EVENTS(ids)
    yield _DROP_CAPTURED(ids)
    yield _BLANK_CONTENTS(contents, domain)
    # Contents that remain have other recipients, who do not need the transcript of the submission.
    yield _FORGET_CLIENTS(contents)
    siblings = yield from messages_of(contents)
    for words in said:
        yield _BLANK_TRANSCRIPTS(siblings, words)
    files -= yield from blob_names.in_use(files)
    return sorted(files)


def blank_notifications(
    message_ids: Sequence[int], contents: Sequence[int], notification_ids: Sequence[int], now_ms: int
) -> Unit[list[str]]:
    """Blank the notifications that `notifications_of` returned, and cancel those that wait.

    Return unused files as `blank` does.
    """
    yield _HOLD(notification_ids)
    yield _CANCEL(now_ms, notification_ids)
    files = {name for (name,) in (yield _CAPTURED_FILES(notification_ids))}
    yield _BLANK_NOTIFICATIONS(contents)
    yield _DROP_CAPTURED(notification_ids)
    yield _DROP_NOTIFICATIONS(message_ids)
    files -= yield from blob_names.in_use(files)
    return sorted(files)
