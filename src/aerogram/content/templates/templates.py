"""Create, change and remove stored templates, and find them for sending.

A template belongs to one account and does not exist for others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import RefusedError, TakenError
from aerogram.base.ids import MAX_ID
from aerogram.content.labels import TEMPLATES, bear
from aerogram.content.templates.headers import read_headers
from aerogram.content.templates.stored_parts import opened
from aerogram.content.templates.versions import no_template, published
from aerogram.model.template import PURPOSES
from aerogram.store.records import sandbox
from aerogram.store.records.templates import templates as records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.content.templates.stored_parts import Content
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.records.templates.templates import SendRow
    from aerogram.store.sql import Database, Unit
    from aerogram.wire.mime.parts import Mailbox

MAX_NAME: Final = 255
"""Characters of a name: fits the indexes of both databases in any script."""
CATEGORIES: Final = (
    "full",
    "basic",
    "newsletter",
    "e-commerce",
    "events",
    "travel",
    "sports",
    "welcome",
    "contact-property-update",
    "support",
    "invoice",
    "anniversary",
    "account",
    "activation",
)
"""Mailjet's words. The index of a word is its bit in the store: append new ones."""
APIKEY: Final = "apikey"
USER: Final = "user"
HTML_MODE: Final = 2
"""Mailjet's EditMode of a template written as HTML."""

_decode: Final = msgspec.json.Decoder().decode


class StoredTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """The defaults that a template gives to a message; values of the call override them. "" or None when absent.

    ``header_errors`` are sentences about headers of the wrong type; with advanced error handling, they refuse the
    call. With ``makes_text``, a text part is generated from the HTML if there is none.
    """

    id: int
    name: str
    subject: str = ""
    from_email: str = ""
    from_name: str = ""
    reply_to: Mailbox | None = None
    html: str | None = None
    text: str | None = None
    header_errors: tuple[str, ...] = ()
    makes_text: bool = False


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """The properties of a template, as in Mailjet's resource."""

    id: int
    account_id: int
    name: str
    owner_type: str = APIKEY
    author: str = ""
    categories: tuple[str, ...] = ()
    copyright: str = ""
    description: str = ""
    edit_mode: int = HTML_MODE
    is_starred: bool = False
    makes_text: bool = False
    locale: str = "en_US"
    presets: str = ""
    purposes: tuple[str, ...] = ()
    created_ms: int
    updated_ms: int
    is_locked: bool = False
    """Its content cannot be changed."""
    last_kind: str = ""
    """The kind of its newest version: ``D`` or ``P``; "" without one."""
    last_locale: str = ""
    published_id: int = 0
    """The id of the version that mail uses; 0 without one."""


class Templates:
    """The templates of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def find(self, account_id: int, template_id: int) -> StoredTemplate | None:
        """Return a template for sending, by id; None when the account has none with this id."""
        if not 0 < template_id <= MAX_ID:
            return None
        row = await self._database.read(lambda: records.to_send(account_id, template_id))
        return _stored(row) if row else None

    async def find_by_name(self, account_id: int, name: str) -> StoredTemplate | None:
        """Return a template for sending, by name; a template of the key has precedence over one of the user."""
        if "\0" in name:
            return None
        row = await self._database.read(lambda: records.to_send_by_name(account_id, name))
        return _stored(row) if row else None

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Template], int]:
        """Return a page of templates and the total number of matches; see `aerogram.store.records.querying.listing`."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [_described(row) for row in rows], total

    async def create(self, actor: Actor, values: Mapping[str, Any]) -> Template:
        """Create a template without content, from values by attribute and ``label_ids``.

        Raises `TakenError`, `UnknownLabelError`, or `RefusedError` for an empty name or one longer than `MAX_NAME`.
        """
        if not 0 < len(values["name"]) <= MAX_NAME:
            raise RefusedError(f"A template's name must have 1 to {MAX_NAME} characters.")
        now = self._clock.now_ms()
        own, label_ids = _without_labels(values)
        made = Template(
            id=self._ids.next_id(), account_id=actor.account_id, created_ms=now, updated_ms=now, **own
        )
        row = msgspec.structs.asdict(made) | _columns(msgspec.structs.asdict(made))

        def unit() -> Unit[None]:
            if not (yield from records.add(row)):
                raise _taken(made.owner_type, made.name)
            yield from sandbox.mark(actor.account_id, [made.id], is_sandboxed=actor.is_sandboxed)
            if label_ids:
                yield from bear(actor.account_id, made.id, TEMPLATES, label_ids)

        await self._database.write(unit)
        return made

    async def change(self, actor: Actor, template_id: int, values: Mapping[str, Any]) -> Template:
        """Change the values and the ``label_ids`` of a template.

        Raises `TakenError`, `UnknownLabelError` or `NotFoundError`.
        """
        own, label_ids = _without_labels(values)
        changes = _columns(own) | {"updated_ms": self._clock.now_ms()}
        return _described(await self._database.write(lambda: _change(actor, template_id, changes, label_ids)))

    async def remove(self, actor: Actor, template_id: int) -> None:
        """Delete a template and its content; mail already accepted with it is unchanged.

        Raises `NotFoundError`.
        """

        def unit() -> Unit[bool]:
            yield from sandbox.touch(actor.account_id, [template_id], is_sandboxed=actor.is_sandboxed)
            was_there = yield from records.remove(actor.account_id, template_id)
            if was_there:
                yield from bear(actor.account_id, template_id, TEMPLATES, ())
                yield from sandbox.leave(actor.account_id, [template_id])
            return was_there

        if not await self._database.write(unit):
            raise no_template()

    async def content(self, actor: Actor, template_id: int) -> Content:
        """Return the published content of a template. Raises `NotFoundError`."""
        row = await self._database.read(lambda: records.content(actor.account_id, template_id))
        if row is None:
            raise no_template()
        return opened(row)

    async def change_content(self, actor: Actor, template_id: int, parts: Mapping[str, Any]) -> Content:
        """Publish changed ``parts``, keyed by attribute of `Content`; the others keep their published value.

        Headers are one part. Drafts do not change. Raises `NotFoundError`, `PartTooLargeError` or `LockedError`.
        """
        now, version_id = self._clock.now_ms(), self._ids.next_id()
        return opened(
            await self._database.write(lambda: published(actor, template_id, parts, version_id, now))
        )


def _change(
    actor: Actor, template_id: int, changes: Mapping[str, Any], label_ids: Sequence[int] | None
) -> Unit[dict[str, Any]]:
    account_id = actor.account_id
    row = yield from records.find(account_id, template_id)
    if row is None:
        raise no_template()
    yield from sandbox.touch(account_id, [template_id], is_sandboxed=actor.is_sandboxed)
    changed = {**row, **changes}
    if (yield from records.is_taken(changed)):
        raise _taken(changed["owner_type"], changed["name"])
    yield from records.change(account_id, template_id, changes)
    if label_ids is not None:
        yield from bear(account_id, template_id, TEMPLATES, label_ids)
    return changed


def _without_labels(values: Mapping[str, Any]) -> tuple[dict[str, Any], Sequence[int] | None]:
    """Split the labels from the values; None when the values do not contain labels."""
    own = dict(values)
    return own, own.pop("label_ids", None)


def _stored(row: SendRow) -> StoredTemplate:
    headers = read_headers(_decode(row.headers) if row.headers else {})
    return StoredTemplate(
        id=row.id,
        name=row.name,
        subject=headers.subject,
        from_email=headers.sender.email if headers.sender else "",
        from_name=headers.sender.name if headers.sender else "",
        reply_to=headers.reply_to,
        html=row.html_part or None,
        text=row.text_part or None,
        header_errors=headers.errors,
        makes_text=bool(row.makes_text),
    )


def _described(row: Mapping[str, Any]) -> Template:
    return Template(
        **{
            **row,
            "categories": words_of(CATEGORIES, row["categories"]),
            "purposes": words_of(PURPOSES, row["purposes"]),
            "is_starred": bool(row["is_starred"]),
            "makes_text": bool(row["makes_text"]),
            "is_locked": bool(row["is_locked"]),
        }
    )


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """Convert values of `Template` to column values."""
    columns = {name: int(value) if isinstance(value, bool) else value for name, value in values.items()}
    for name, words in (("categories", CATEGORIES), ("purposes", PURPOSES)):
        if name in values:
            columns[name] = bits_of(words, values[name])
    return columns


def bits_of(words: Sequence[str], some: Sequence[str]) -> int:
    """Encode a set of words as bits: the first word is the lowest."""
    return sum(1 << words.index(word) for word in set(some))


def words_of(words: Sequence[str], bits: int) -> tuple[str, ...]:
    """Decode the bits of `bits_of`."""
    return tuple(word for place, word in enumerate(words) if bits >> place & 1)


def _taken(owner_type: str, name: str) -> TakenError:
    sentence = f'The account has a template "{name}" of the owner type {owner_type} already.'
    return TakenError("template", f"{owner_type}|{name}", sentence)
