"""``/v3/REST/eventcallbackurl``: webhooks (compatibility: events#webhooks)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Choice, Flag, Integer, InvalidValueError, Text, flag_of
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, page_of
from aerogram.doors.rest.resource import Action, ChangeableResource, by_id
from aerogram.model.account import Area, Level
from aerogram.model.webhook import ALIVE, DEAD
from aerogram.net.http_target import BadUrlError, parse_target
from aerogram.reporting.webhooks.event_types import KINDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aerogram.model.actor import Actor
    from aerogram.reporting.webhooks.webhooks import Webhook, Webhooks

    SendSample = Callable[[Actor, int], Awaitable[str]]
    """Posts a sample event to the callback with this id, for an actor; returns the failure, or ""."""

_WORDS_BY_CODE: Final = {str(kind.value): word for word, kind in KINDS.items()}


class CallbackUrl(Text):
    """A URL that webhooks may call: http or https, optionally with credentials and a port.

    Mailjet's guide forbids the root of a host; here roots are allowed, because a receiver at a root works as
    well as any other.
    """

    def read(self, value: Any) -> str:
        """Read a URL and check it as the webhook client does."""
        url = super().read(value)
        try:
            parse_target(url)
        except BadUrlError as error:
            raise InvalidValueError(str(error)) from None
        return url


def by_type_and_rank(text: str) -> Condition | None:
    """Read ``EventType|IsBackup``, as ``open|false``."""
    event_type, bar, rank = text.partition("|")
    is_backup = flag_of(rank)
    if not bar or is_backup is None:
        return None
    return Condition("key", (event_type.lower(), is_backup))


def _event_type(text: str) -> str:
    """Read an EventType, as its word or its code."""
    return _WORDS_BY_CODE.get(text.strip(), text.strip().lower())


class EventCallbackUrl(ChangeableResource):
    """A webhook: a URL for one kind of event. Each kind has at most one URL and one backup."""

    name = "eventcallbackurl"
    class_name = "EventCallbackUrl"
    area = Area.WEBHOOKS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    unique_key = "EventType|Backup"
    keys = (by_id, by_type_and_rank)
    fields = (
        Integer("APIKeyID", "account_id", read_only=True),
        Choice("EventType", "event_type", tuple(KINDS), default="open"),
        Integer("ID", "id", read_only=True),
        Flag("IsBackup", "is_backup", default=False),
        Choice("Status", "status", (ALIVE, DEAD), default=ALIVE),
        CallbackUrl("Url", "url", required=True),
        Integer("Version", "version", allowed=(1, 2), default=1),
    )
    filters = (
        Filter("APIKey", "account_id", filters.integer, "ID of the account"),
        Filter("Backup", "is_backup", filters.flag, "true: backups only; false: the others"),
        Filter("EventType", "event_type", _event_type, "kind of event, by word or code"),
        Filter("Status", "status", filters.lowered, "alive or dead"),
        Filter("Version", "version", filters.integer, "1: one event per call; 2: grouped events"),
    )

    def completed(self, row: Row, values: dict[str, Any]) -> dict[str, Any]:
        """Revive a dead URL when a PUT sets one, even the same."""
        if row["status"] == DEAD and "url" in values and "status" not in values:
            return {**values, "status": ALIVE}
        return values


class Callbacks:
    """The webhooks as a collection."""

    _MATCHES: Final = {
        name: name for name in ("id", "account_id", "is_backup", "event_type", "status", "version", "key")
    }

    def __init__(self, webhooks: Webhooks) -> None:
        self._webhooks = webhooks

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return webhooks as rows."""
        rows = [_row(own) for own in await self._webhooks.all_of(actor)]
        return page_of(rows, query, self._MATCHES)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a webhook."""
        return _row(await self._webhooks.add(actor, values))

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change a webhook."""
        return _row(await self._webhooks.change(actor, row["id"], values))

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a webhook."""
        await self._webhooks.remove(actor, row["id"])


def eventcallbackurl(webhooks: Webhooks, send_sample: SendSample) -> EventCallbackUrl:
    """Bind the resource to the webhooks and to the function that posts a sample event."""

    async def test(actor: Actor, row: Row, _: Row) -> list[Row]:
        failure = await send_sample(actor, row["id"])
        if failure:
            raise errors.RestError(400, f"The test event was not delivered: {failure}")
        return [row]

    action = Action(
        "test",
        "Post a sample event to the URL and report whether the receiver accepted it.",
        test,
        level=Level.WRITE,
    )
    return EventCallbackUrl(Callbacks(webhooks), (action,))


def _row(webhook: Webhook) -> Row:
    row = msgspec.structs.asdict(webhook)
    row["key"] = (webhook.event_type, webhook.is_backup)
    return row
