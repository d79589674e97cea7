"""Versions of a template's content: drafts, and published versions.

Mail uses the newest published version. Publishing creates one from the newest draft. The older REST resource
publishes directly and does not change drafts. The content of a locked template cannot be changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.base.errors import LockedError, NotFoundError, RefusedError
from aerogram.content.templates.stored_parts import Content, opened, written
from aerogram.model.template import DRAFT, PUBLISHED
from aerogram.store.records import sandbox
from aerogram.store.records.templates import templates
from aerogram.store.records.templates import versions as records
from aerogram.store.records.templates.versions import VersionRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database, Unit


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version: its author, time and content. ``kind`` is ``D`` or ``P``."""

    id: int
    account_id: int
    template_id: int
    kind: str
    author: str
    name: str
    locale: str
    created_ms: int
    content: Content


class NothingToPublishError(RefusedError):
    """There is no draft, or it has no part to send."""


class NothingSaidError(RefusedError):
    """The content has no part."""

    def __init__(self) -> None:
        super().__init__("A content must have an HTML, a text or an MJML part.")


class TemplateVersions:
    """The versions of all templates."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Version], int]:
        """Return a page of versions and the total number of matches."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [_version(VersionRow(**row)) for row in rows], total

    async def newest(self, actor: Actor, template_id: int, kind: str) -> Version | None:
        """Return the newest version of a kind; None without one."""
        row = await self._database.read(lambda: records.newest(actor.account_id, template_id, kind))
        return _version(row) if row else None

    async def add_draft(
        self, actor: Actor, template_id: int, facts: Mapping[str, Any], parts: Mapping[str, Any]
    ) -> Version:
        """Create a draft. ``facts`` are ``author``, ``name`` and ``locale``; ``parts`` are those of `Content`.

        Raises `NotFoundError`, `LockedError`, `PartTooLargeError` or `NothingSaidError`.
        """
        columns = _columns_of(msgspec.structs.asdict(Content(**parts)))
        if not any(columns[part] for part in ("html_part", "text_part", "mjml")):
            raise NothingSaidError
        now, version_id = self._clock.now_ms(), self._ids.next_id()

        def unit() -> Unit[VersionRow]:
            yield from _opened_for_change(actor, template_id, now)
            row = _blank(actor.account_id, template_id, version_id, now)._replace(**facts, **columns)
            yield from records.add(row)
            return row

        return _version(await self._database.write(unit))

    async def change_draft(
        self, actor: Actor, template_id: int, facts: Mapping[str, Any], parts: Mapping[str, Any]
    ) -> Version:
        """Create a draft from the newest draft, or else from the published version, with changes.

        ``facts`` and ``parts`` are as in `add_draft`. Raises `NotFoundError`, also when there is no version yet,
        `LockedError` or `PartTooLargeError`.
        """
        columns = _columns_of(parts)
        now, version_id = self._clock.now_ms(), self._ids.next_id()

        def unit() -> Unit[VersionRow]:
            yield from _opened_for_change(actor, template_id, now)
            before = yield from records.newest(actor.account_id, template_id, DRAFT)
            if before is None:
                before = yield from records.newest(actor.account_id, template_id, PUBLISHED)
            if before is None:
                raise NotFoundError("The template has no content yet.")
            row = before._replace(id=version_id, kind=DRAFT, created_ms=now)._replace(**facts, **columns)
            yield from records.add(row)
            return row

        return _version(await self._database.write(unit))

    async def publish(self, actor: Actor, template_id: int) -> Version:
        """Publish the newest draft. Raises `NotFoundError`, `LockedError` or `NothingToPublishError`."""
        now, version_id = self._clock.now_ms(), self._ids.next_id()

        def unit() -> Unit[VersionRow]:
            yield from _opened_for_change(actor, template_id, now)
            draft = yield from records.newest(actor.account_id, template_id, DRAFT)
            if draft is None:
                raise NothingToPublishError("The template has no draft.")
            if not draft.html_part and not draft.text_part:
                raise NothingToPublishError(
                    "The newest draft has neither an HTML nor a text part. MJML is stored but not compiled."
                )
            row = draft._replace(id=version_id, kind=PUBLISHED, created_ms=now)
            yield from records.add(row)
            return row

        return _version(await self._database.write(unit))

    async def lock(self, actor: Actor, template_id: int, *, is_locked: bool) -> None:
        """Lock or unlock a template. Raises `NotFoundError`."""
        values = {"is_locked": int(is_locked)}

        def unit() -> Unit[bool]:
            yield from sandbox.touch(actor.account_id, [template_id], is_sandboxed=actor.is_sandboxed)
            return (yield from templates.change(actor.account_id, template_id, values))

        if not await self._database.write(unit):
            raise no_template()


def published(
    actor: Actor, template_id: int, parts: Mapping[str, Any], version_id: int, now_ms: int
) -> Unit[VersionRow]:
    """Publish the published version with other ``parts`` of `Content`; raises the errors of `change_draft`."""
    columns = _columns_of(parts)
    account_id = actor.account_id
    found = yield from _opened_for_change(actor, template_id, now_ms)
    before = yield from records.newest(account_id, template_id, PUBLISHED)
    row = (before or _blank(account_id, template_id, version_id, now_ms))._replace(
        id=version_id,
        kind=PUBLISHED,
        author=found["author"],
        locale=found["locale"],
        created_ms=now_ms,
    )
    row = row._replace(**columns)
    yield from records.add(row)
    return row


def no_template() -> NotFoundError:
    """Return the error for an unknown template."""
    return NotFoundError("There is no such template.")


def _opened_for_change(actor: Actor, template_id: int, now_ms: int) -> Unit[dict[str, Any]]:
    """Lock a template's row for a change of content and return it.

    Raises `NotFoundError`, `ForbiddenError` or `LockedError`.
    """
    found = yield from templates.touch(actor.account_id, template_id, now_ms)
    if found is None:
        raise no_template()
    yield from sandbox.touch(actor.account_id, [template_id], is_sandboxed=actor.is_sandboxed)
    if found["is_locked"]:
        raise LockedError("The content of the template")
    return found


def _blank(account_id: int, template_id: int, version_id: int, now_ms: int) -> VersionRow:
    return VersionRow(
        id=version_id,
        account_id=account_id,
        template_id=template_id,
        number=0,
        kind=DRAFT,
        author="",
        name="",
        locale="",
        created_ms=now_ms,
        headers="",
        text_part=None,
        html_part=None,
        mjml=None,
    )


def _columns_of(parts: Mapping[str, Any]) -> dict[str, Any]:
    return dict(written(parts))


def _version(row: VersionRow) -> Version:
    facts = {name: getattr(row, name) for name in Version.__struct_fields__ if name != "content"}
    return Version(**facts, content=opened(row))
