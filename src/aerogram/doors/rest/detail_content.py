"""The action ``detailcontent``: what a stored mail says (facts: TEMPLATES.md 10, CAMPAIGNS.md 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from aerogram.base.errors import NotFoundError
from aerogram.content.stored_parts import MAX_PART_BYTES, Content, PartTooLargeError
from aerogram.content.template_versions import LockedError
from aerogram.doors.rest import faults
from aerogram.doors.rest.resource import LEVELS, Action

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.doors.rest.faults import RestError
    from aerogram.doors.rest.fields import Field
    from aerogram.doors.rest.listing import Row
    from aerogram.model.actor import Actor

MAX_CONTENT_BYTES: Final = 8 * MAX_PART_BYTES
"""Four parts, each twice as long as in the store: what a client makes of text that it escapes."""


class Contents(Protocol):
    """Stored mails. Both methods raise `NotFoundError`, the second `PartTooLargeError` and `LockedError` too."""

    async def content(self, actor: Actor, which: int) -> Content:
        """Give what a mail says."""
        ...

    async def change_content(self, actor: Actor, which: int, parts: Mapping[str, Any]) -> Content:
        """Let a mail say this besides what it says; ``parts`` are those of `Content`, by attribute."""
        ...


class DetailContent:
    """The verbs of the action. POST says all anew, PUT changes the parts it names, DELETE empties all.

    ``unset`` is what a part shows that was never given.
    """

    def __init__(
        self,
        contents: Contents,
        fields: tuple[Field, ...],
        missing: Callable[[], RestError] = faults.not_found,
        *,
        unset: str | None = None,
    ) -> None:
        self._contents = contents
        self._fields = fields
        self._names = {field.source: field.name for field in fields}
        self._missing = missing
        self._unset = unset

    def actions(self, *, with_delete: bool = False) -> tuple[Action, ...]:
        """Give one action for each verb; a content that was deleted can be written anew."""
        verbs = [
            ("GET", self._read, 200, "Read the content."),
            ("POST", self._replace, 201, "Replace the content: parts that are not given become empty."),
            ("PUT", self._change, 200, "Change the parts of the content that are given."),
        ]
        if with_delete:
            verbs.append(("DELETE", self._empty, 204, "Empty the content."))
        return tuple(
            Action(
                "detailcontent",
                summary,
                run,
                method=method,
                level=LEVELS[method],
                status=status,
                takes=self._fields if method in ("POST", "PUT") else (),
                shows=self._fields,
                max_body_bytes=MAX_CONTENT_BYTES,
            )
            for method, run, status, summary in verbs
        )

    async def _read(self, actor: Actor, row: Row, _: Row) -> list[Row]:
        try:
            return [self._row(await self._contents.content(actor, row["id"]))]
        except NotFoundError:
            raise self._missing() from None

    async def _replace(self, actor: Actor, row: Row, values: Row) -> list[Row]:
        return await self._change(actor, row, msgspec.structs.asdict(Content(**values)))

    async def _empty(self, actor: Actor, row: Row, _: Row) -> list[Row]:
        return await self._replace(actor, row, {})

    async def _change(self, actor: Actor, row: Row, values: Row) -> list[Row]:
        try:
            return [self._row(await self._contents.change_content(actor, row["id"], values))]
        except PartTooLargeError as error:
            reason = f"The value may have {MAX_PART_BYTES} bytes"
            raise faults.invalid_properties({self._names[error.part]: reason}) from None
        except LockedError as error:
            raise faults.locked(str(error)) from None
        except NotFoundError:
            raise self._missing() from None

    def _row(self, content: Content) -> Row:
        parts = msgspec.structs.asdict(content)
        return {name: self._unset if part is None else part for name, part in parts.items()}
