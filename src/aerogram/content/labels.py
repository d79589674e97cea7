"""Labels with which an account organises its templates and images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import NotFoundError, RefusedError, TakenError, TooManyError
from aerogram.store.records.templates import labels as records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database, Unit

TEMPLATES: Final = "resource"
IMAGES: Final = "image"
"""The uses of labels, in Mailjet's words."""
MAX_NAME: Final = 255
MAX_LABELS: Final = 1_000
"""Labels of an account; our choice."""
MAX_USES: Final = 50
"""Labels of one template or image; our choice."""


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """A label; ``color`` has the form ``#FFFFFF``."""

    id: int
    account_id: int
    name: str
    color: str
    used_for: str


class UnknownLabelError(RefusedError):
    """The account has no such label for this use."""

    def __init__(self, label_id: int, used_for: str) -> None:
        super().__init__(f"There is no label {label_id} for the use {used_for}.")


class Labels:
    """The labels of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator) -> None:
        self._database = database
        self._ids = ids

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Label], int]:
        """Return a page of labels and the total number of matches."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [Label(**row) for row in rows], total

    async def create(self, actor: Actor, values: Mapping[str, Any]) -> Label:
        """Create a label from values by attribute. Raises `TakenError` or `TooManyError`."""
        made = Label(id=self._ids.next_id(), account_id=actor.account_id, **values)

        def unit() -> Unit[None]:
            count = yield from records.LISTING.count(actor.account_id, {})
            if count >= MAX_LABELS:
                raise TooManyError("labels", MAX_LABELS)
            if not (yield from records.OWNED.add(msgspec.structs.asdict(made))):
                raise TakenError("label", made.name)

        await self._database.write(unit)
        return made

    async def change(self, actor: Actor, found: Label, values: Mapping[str, Any]) -> Label:
        """Change a label. Raises `TakenError` or `NotFoundError`."""
        changed = msgspec.structs.replace(found, **values)

        def unit() -> Unit[bool]:
            if (yield from records.is_taken(actor.account_id, changed.name, found.id)):
                raise TakenError("label", changed.name)
            return (yield from records.OWNED.change(actor.account_id, found.id, dict(values)))

        if values and not await self._database.write(unit):
            raise NotFoundError("There is no such label.")
        return changed

    async def remove(self, actor: Actor, label_id: int) -> None:
        """Delete a label and remove it from all templates and images. Raises `NotFoundError`."""
        if not await self._database.write(lambda: records.remove(actor.account_id, label_id)):
            raise NotFoundError("There is no such label.")

    async def of_objects(self, actor: Actor, object_ids: Sequence[int]) -> dict[int, list[int]]:
        """Return the label ids of templates or images, without those that have none."""
        if not object_ids:
            return {}
        return await self._database.read(lambda: records.of_objects(actor.account_id, object_ids))


def bear(account_id: int, object_id: int, used_for: str, label_ids: Sequence[int]) -> Unit[None]:
    """Set the labels of a template or image. Raises `UnknownLabelError`."""
    wanted = list(dict.fromkeys(label_ids))
    known = (yield from records.known(account_id, used_for, wanted)) if wanted else set()
    for label_id in wanted:
        if label_id not in known:
            raise UnknownLabelError(label_id, used_for)
    yield from records.use(account_id, object_id, wanted)
