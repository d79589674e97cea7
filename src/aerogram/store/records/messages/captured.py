"""The capture inbox: listing, opening and deleting captured mail.

``scope`` is the set of accounts to include; None means all accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import SmallInteger, bindparam, case, delete, exists, func, or_, select

from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.send_options import is_sandboxed
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import captured, content, event, message
from aerogram.store.tables.events import IS_SHOWN

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sqlalchemy.sql.elements import ColumnElement

    from aerogram.store.sql import Row

ListedRow = tuple[int, int, str, str, str, int, int, int, int, int, str]
"""message id, account id, From address, recipient, subject, captured at (ms), bytes, attachments, shown state, failure, reply."""

REPORTED_AS_SPAM: Final = 100
"""The shown state of a captured message whose recipient complained; all others are a `MessageState`."""
STATES: Final = (*map(int, MessageState), REPORTED_AS_SPAM)

EventRow = tuple[int, int, int, int, str, str, str, str, str, str, str, int]
"""kind, at (ms), failure, is hard, reply, host, tls, transcript, agent, url, geo, verdict."""

_ESCAPE: Final = "\\"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The texts that rows must contain ("" for any); ids are strictly between ``after`` and ``before``.

    ``states`` are the shown states to include.
    """

    query: str
    sender: str
    recipient: str
    subject: str
    after: int
    before: int
    states: tuple[int, ...] = STATES


class CapturedMail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is stored of a captured mail. Either ``body`` or ``blob`` is set.

    They are the copy, or without one the content, of which ``kind`` is the `ContentKind`.
    """

    listed: ListedRow
    uuid: str
    door: str
    reverse_path: str
    accepted_ms: int
    transcript: str
    body: bytes | None
    blob: str | None
    kind: int
    has_copy: bool
    events: list[EventRow]


def _in_scope() -> ColumnElement[bool]:
    everyone = bindparam("everyone", type_=SmallInteger)
    return or_(everyone == 1, any_of(captured.c.account_id, "accounts"))


def _contains(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return column.ilike(bindparam(name), escape=_ESCAPE)


_JOINED: Final = captured.join(message, message.c.id == captured.c.message_id).join(
    content, content.c.id == message.c.content_id
)
_SUBJECT: Final = func.coalesce(func.nullif(captured.c.subject, ""), content.c.subject)
"""The subject that the recipient sees. For a composed mail, the content has only the template's subject."""
_HAS_COPY: Final = captured.c.size > 0
_SHOWN_STATE: Final = case(
    (
        (message.c.state == int(MessageState.SENT))
        & exists().where(
            event.c.message_id == captured.c.message_id, event.c.kind == int(EventKind.SPAM), IS_SHOWN
        ),
        REPORTED_AS_SPAM,
    ),
    else_=message.c.state,
)
_LISTED: Final = (
    captured.c.message_id,
    captured.c.account_id,
    content.c.from_email,
    message.c.recipient,
    _SUBJECT,
    captured.c.at_ms,
    case((_HAS_COPY, captured.c.size), else_=content.c.size),
    content.c.attachment_count,
    _SHOWN_STATE,
    message.c.failure,
    message.c.reply,
)
_NEWEST = Sql(
    select(*_LISTED)
    .select_from(_JOINED)
    .where(
        _in_scope(),
        captured.c.message_id > bindparam("after"),
        captured.c.message_id < bindparam("before"),
        any_of(_SHOWN_STATE, "states", SmallInteger()),
        _contains(content.c.from_email, "sender"),
        _contains(message.c.recipient, "recipient"),
        _contains(_SUBJECT, "subject"),
        or_(
            _contains(_SUBJECT, "query"),
            _contains(message.c.recipient, "query"),
            _contains(content.c.from_email, "query"),
        ),
    )
    .order_by(captured.c.message_id.desc())
    .limit(bindparam("most")),
    "everyone",
    "accounts",
    "after",
    "before",
    "states",
    "sender",
    "recipient",
    "subject",
    "query",
    "most",
)
_FIND = Sql(
    select(
        *_LISTED,
        message.c.uuid,
        content.c.door,
        content.c.reverse_path,
        message.c.created_ms,
        content.c.transcript,
        case((_HAS_COPY, captured.c.body), else_=content.c.body),
        case((_HAS_COPY, captured.c.blob), else_=content.c.blob),
        content.c.kind,
        captured.c.size,
    )
    .select_from(_JOINED)
    .where(_in_scope(), captured.c.message_id == bindparam("which")),
    "everyone",
    "accounts",
    "which",
)
_EVENTS = Sql(
    select(
        event.c.kind,
        event.c.at_ms,
        event.c.failure,
        event.c.is_hard,
        event.c.reply,
        event.c.host,
        event.c.tls,
        event.c.transcript,
        event.c.agent,
        event.c.url,
        event.c.geo,
        event.c.verdict,
    )
    .where(event.c.message_id == bindparam("which"), IS_SHOWN)
    .order_by(event.c.at_ms, event.c.id),
    "which",
)
_NEWEST_EVENT = Sql(select(func.max(event.c.id)))
_DISCARD = Sql(
    delete(captured)
    .where(_in_scope(), captured.c.message_id == bindparam("which"))
    .returning(captured.c.message_id),
    "everyone",
    "accounts",
    "which",
)
_SEND_OPTIONS = Sql(
    select(captured.c.message_id, content.c.send_options).select_from(_JOINED).where(_in_scope()),
    "everyone",
    "accounts",
)
_SEND_OPTIONS_OF_ONE = Sql(
    select(captured.c.message_id, content.c.send_options)
    .select_from(_JOINED)
    .where(_in_scope(), captured.c.message_id == bindparam("message_id")),
    "everyone",
    "accounts",
    "message_id",
)
_DROP = Sql(delete(captured).where(any_of(captured.c.message_id, "ids")), "ids")
_CLEAR = Sql(delete(captured).where(_in_scope()), "everyone", "accounts")


def newest(scope: AbstractSet[int] | None, wanted: Wanted, most: int) -> Unit[list[ListedRow]]:
    """Return up to ``most`` captured mails that match, newest first."""
    rows = yield _NEWEST(
        *_scoped(scope),
        wanted.after,
        wanted.before,
        list(wanted.states),
        _pattern(wanted.sender),
        _pattern(wanted.recipient),
        _pattern(wanted.subject),
        _pattern(wanted.query),
        most,
    )
    return rows


def newest_event() -> Unit[int]:
    """Return the id of the newest event of any message; 0 when there is none."""
    [(newest,)] = yield _NEWEST_EVENT()
    return newest or 0


def find(scope: AbstractSet[int] | None, message_id: int) -> Unit[CapturedMail | None]:
    """Return a captured mail with its events, oldest first; None when it is not in the scope."""
    rows = yield _FIND(*_scoped(scope), message_id)
    if not rows:
        return None
    row: Row = rows[0]
    events: Any = yield _EVENTS(message_id)
    uuid, door, reverse_path, accepted_ms, transcript, body, blob, kind, copied = row[len(_LISTED) :]
    return CapturedMail(
        listed=row[: len(_LISTED)],
        uuid=uuid,
        door=door,
        reverse_path=reverse_path,
        accepted_ms=accepted_ms,
        transcript=transcript,
        body=body,
        blob=blob,
        kind=kind,
        has_copy=copied > 0,
        events=[tuple(each) for each in events],
    )


def discard(scope: AbstractSet[int] | None, message_id: int) -> Unit[bool]:
    """Delete a captured copy. Return whether it existed."""
    rows = yield _DISCARD(*_scoped(scope), message_id)
    return bool(rows)


def sandboxed(scope: AbstractSet[int] | None, message_id: int | None = None) -> Unit[set[int]]:
    """Return the ids of the captured mail of the scope that sandbox credentials sent: of all, or of one message."""
    if message_id is None:
        rows = yield _SEND_OPTIONS(*_scoped(scope))
    else:
        rows = yield _SEND_OPTIONS_OF_ONE(*_scoped(scope), message_id)
    return {message_id for message_id, send_options in rows if is_sandboxed(send_options)}


def drop(message_ids: AbstractSet[int]) -> Unit[None]:
    """Delete the captured copies of these messages."""
    yield _DROP(sorted(message_ids))


def clear(scope: AbstractSet[int] | None) -> Unit[None]:
    """Delete all captured copies of the scope."""
    yield _CLEAR(*_scoped(scope))


def _scoped(scope: AbstractSet[int] | None) -> tuple[int, list[int]]:
    return (1, []) if scope is None else (0, sorted(scope))


def _pattern(text: str) -> str:
    """Return the LIKE pattern for *contains*, with wildcards in the text escaped."""
    for special in (_ESCAPE, "%", "_"):
        text = text.replace(special, _ESCAPE + special)
    return f"%{text}%"
