"""The action ``detailcontent``: read and write the content of a stored mail.

(compatibility: templates#stored-templates, campaigns#content)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from aerogram.content.templates.stored_parts import MAX_PART_BYTES, Content, PartTooLargeError
from aerogram.doors.rest import errors
from aerogram.doors.rest.resource import LEVELS, Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.rest.fields.kinds import Field
    from aerogram.doors.rest.queries.listing import Row
    from aerogram.model.actor import Actor

MAX_CONTENT_BYTES: Final = 8 * MAX_PART_BYTES
"""Four parts, each at twice its stored length, because clients may escape the text."""


class Contents(Protocol):
    """Stored mails. Methods raise `NotFoundError`; a change also `PartTooLargeError` and `LockedError`."""

    async def content(self, actor: Actor, which: int) -> Content:
        """Return the content of a mail."""
        ...

    async def change_content(self, actor: Actor, which: int, parts: Mapping[str, Any]) -> Content:
        """Change the given parts of the content; ``parts`` are named by the attributes of `Content`."""
        ...


class DetailContent:
    """The methods of the action. POST replaces everything, PUT changes the given parts, DELETE empties all.

    ``unset`` is the value shown for a part that was never set.
    """

    def __init__(
        self,
        contents: Contents,
        fields: tuple[Field, ...],
        *,
        unset: str | None = None,
    ) -> None:
        self._contents = contents
        self._fields = fields
        self._names = {field.source: field.name for field in fields}
        self._unset = unset

    def actions(self, *, with_delete: bool = False) -> tuple[Action, ...]:
        """Return one action for each method; deleted content can be written again."""
        verbs = [
            ("GET", self._read, 200, "Read the content."),
            ("POST", self._replace, 201, "Replace the content; omitted parts become empty."),
            ("PUT", self._change, 200, "Change the given parts of the content."),
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
                in_sandbox=True,
                status=status,
                body_fields=self._fields if method in ("POST", "PUT") else (),
                response_fields=self._fields,
                max_body_bytes=MAX_CONTENT_BYTES,
            )
            for method, run, status, summary in verbs
        )

    async def _read(self, actor: Actor, row: Row, _: Row) -> list[Row]:
        return [self._row(await self._contents.content(actor, row["id"]))]

    async def _replace(self, actor: Actor, row: Row, values: Row) -> list[Row]:
        return await self._change(actor, row, msgspec.structs.asdict(Content(**values)))

    async def _empty(self, actor: Actor, row: Row, _: Row) -> list[Row]:
        return await self._replace(actor, row, {})

    async def _change(self, actor: Actor, row: Row, values: Row) -> list[Row]:
        try:
            return [self._row(await self._contents.change_content(actor, row["id"], values))]
        except PartTooLargeError as error:
            reason = f"The value may have at most {MAX_PART_BYTES} bytes"
            raise errors.invalid_properties({self._names[error.part]: reason}) from None

    def _row(self, content: Content) -> Row:
        parts = msgspec.structs.asdict(content)
        return {name: self._unset if part is None else part for name, part in parts.items()}
