"""Campaigns: mails that share a campaign name. The first mail that names a campaign creates it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import NotFoundError
from aerogram.store.records.messages import campaigns as records
from aerogram.store.records.senders import senders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.records.senders.senders import SenderRow
    from aerogram.store.sql import Database

_WHOLE_DOMAIN: Final = "*@"


class Campaigns:
    """The campaigns of all accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[dict[str, Any]], int]:
        """Return a page of campaigns and the total number of matches.

        Conditions are those of the store, and ``sender_id``, which selects mail from this sender's address or domain.
        Rows have the store's columns and ``sender_id``, None if no current sender matches. Raises `TooSlowError`.
        """
        own = await self._database.read(lambda: senders.of_account(actor.account_id))
        request = msgspec.structs.replace(wanted, conditions=_stored(wanted.conditions, own))
        rows, total = await self._database.scan(lambda: records.page(actor.account_id, request))
        ids = {sender.email: sender.id for sender in own}
        return [row | {"sender_id": _sender_id(row["from_email"], ids)} for row in rows], total

    async def change(self, actor: Actor, campaign_id: int, values: Mapping[str, Any]) -> None:
        """Hide or star a campaign: ``is_deleted`` and ``is_starred``. Raises `NotFoundError`."""
        written = {name: int(value) for name, value in values.items()}
        if not await self._database.write(
            lambda: records.OWNED.change(actor.account_id, campaign_id, written)
        ):
            raise NotFoundError("There is no such campaign.")


def _stored(conditions: Mapping[str, Any], own: list[SenderRow]) -> dict[str, Any]:
    """Replace ``sender_id`` by the sender's address or domain; contradictory conditions select nothing."""
    found = dict(conditions)
    if "sender_id" not in found:
        return found
    sender_id = found.pop("sender_id")
    email = next((sender.email for sender in own if sender.id == sender_id), None)
    if email is None:
        return {"nothing": True}
    is_domain = email.startswith(_WHOLE_DOMAIN)
    name, value = ("from_domain", email[2:]) if is_domain else ("from_email", email)
    return found if found.setdefault(name, value) == value else {"nothing": True}


def _sender_id(from_email: str | None, ids: Mapping[str, int]) -> int | None:
    email = (from_email or "").lower()
    return ids.get(email, ids.get(f"{_WHOLE_DOMAIN}{email.rpartition('@')[2]}"))
