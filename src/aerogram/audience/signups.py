"""Double opt-in: who types an address into a form is subscribed when the address's owner says so.

A form is open to the world, so it must not be a way to flood a stranger's mailbox: an address gets one
mail of a form in `PAUSE_MS` and at most `MOST_MAILS` of all forms in `MAILS_MS`. Whoever asks is told the
same in every case, for a form tells nobody who is on a list.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience import subscriptions
from aerogram.audience.actions import SubscriptionAction
from aerogram.audience.subscriptions import Entry, ListAction, UnknownListsError
from aerogram.base.clock import DAY, MINUTE
from aerogram.store.records.contacts import memberships, widgets
from aerogram.store.records.contacts import signups as records
from aerogram.store.records.contacts.signups import SignupRow
from aerogram.wire.address import suppression_key

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.records.contacts.widgets import WidgetRow
    from aerogram.store.sql import Database, Unit

PAUSE_MS: Final = 10 * MINUTE
"""An address gets one confirmation mail of a form in this time; ours to choose, as are the next three."""
MOST_MAILS: Final = 5
MAILS_MS: Final = DAY
LIFE_MS: Final = 30 * DAY
"""A link works this long: somebody may be on holiday, and a list should know who its readers are."""
KEY_BYTES: Final = 16
"""Mailjet's SignupKey has 32 characters."""
ROBOT: Final = "noreply"
"""The local part from which a form of a sender writes that is a whole domain."""


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a widget, and the mail that it sends."""

    widget_id: int
    account_id: int
    list_id: int
    sender_email: str
    sender_name: str
    language: str
    """As ``fr``."""
    subject: str
    """Of the mail; "" leaves it to who writes it."""
    reply_to: str
    template_id: int
    """What the mail is written in; 0 for none."""
    notes: tuple[str, ...]
    """What its owner wants it to say."""
    is_sandboxed: bool
    """A sandbox key made it: its mail never leaves this installation."""


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A signup, as its owner sees it."""

    email: str
    is_confirmed: bool
    form: Form


class Signups:
    """The signups of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[dict[str, Any]], int]:
        """Give an account's signups by the columns of `SignupRow`, and the number of all that match."""
        return await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))

    async def form(self, widget_id: int) -> Form | None:
        """Give the form of a widget; None when there is none, or when it cannot work."""
        row = await self._database.read(lambda: widgets.working(widget_id))
        return _form(widget_id, row) if row else None

    async def sign_up(self, form: Form, email: str, ip: str) -> int | None:
        """Note that an address was typed in; give the id that its confirmation bears.

        None means that no mail may go to it now. ``email`` is an address as `is_email` wants it.
        """
        address = suppression_key(email)
        return await self._database.write(lambda: self._signing_up(form, address, ip))

    async def withdraw(self, signup_id: int) -> None:
        """Forget a signup whose mail could not be accepted, so that it can be tried again at once."""
        await self._database.write(lambda: records.remove(signup_id))

    async def find(self, signup_id: int) -> Pending | None:
        """Give a signup; None when it is too old, or its form is gone."""
        return await self._database.read(lambda: self._finding(signup_id))

    async def confirm(self, signup_id: int, ip: str) -> Pending | None:
        """Subscribe the owner of an address; None as of `find`. The second time nothing changes."""
        try:
            return await self._database.write(lambda: self._confirming(signup_id, ip))
        except UnknownListsError:
            return None

    def _signing_up(self, form: Form, email: str, ip: str) -> Unit[int | None]:
        if (yield from self._is_throttled(form.widget_id, email)):
            return None
        now = self._clock.now_ms()
        [contact_id] = yield from subscriptions.apply(
            form.account_id, [Entry(email)], [], ids=self._ids, now_ms=now
        )
        states = yield from memberships.states(form.list_id, [contact_id])
        if contact_id in states and states[contact_id].is_counted:
            return None
        # The contact's row is held now: of two that came at once, the later one sees the first.
        if (yield from self._is_throttled(form.widget_id, email)):
            return None
        row = SignupRow(
            id=self._ids.next_id(),
            account_id=form.account_id,
            widget_id=form.widget_id,
            list_id=form.list_id,
            contact_id=contact_id,
            email=email,
            signup_key=secrets.token_hex(KEY_BYTES),
            signup_ms=now,
            signup_ip=ip,
        )
        yield from records.add(row)
        yield from records.set_pending(form.account_id, contact_id, is_pending=True)
        return row.id

    def _is_throttled(self, widget_id: int, email: str) -> Unit[bool]:
        now = self._clock.now_ms()
        recent = yield from records.recent(email, now - MAILS_MS)
        return len(recent) >= MOST_MAILS or any(
            each == widget_id and at_ms > now - PAUSE_MS for each, at_ms in recent
        )

    def _finding(self, signup_id: int) -> Unit[Pending | None]:
        row = yield from records.find(signup_id)
        return (yield from self._pending(row))

    def _pending(self, row: SignupRow | None) -> Unit[Pending | None]:
        if row is None or (not row.confirm_ms and self._clock.now_ms() - row.signup_ms > LIFE_MS):
            return None
        widget = yield from widgets.working(row.widget_id)
        if widget is None:
            return None
        return Pending(email=row.email, is_confirmed=row.confirm_ms > 0, form=_form(row.widget_id, widget))

    def _confirming(self, signup_id: int, ip: str) -> Unit[Pending | None]:
        row = yield from records.claim(signup_id)
        pending = yield from self._pending(row)
        if row is None or pending is None or pending.is_confirmed:
            return pending
        now = self._clock.now_ms()
        # Into the list that the form named when it was filled in, for that is what was agreed to.
        added = [ListAction(row.list_id, SubscriptionAction.ADD_FORCE)]
        [contact_id] = yield from subscriptions.apply(
            row.account_id, [Entry(row.email)], added, ids=self._ids, now_ms=now
        )
        yield from records.confirm(signup_id, now, ip)
        yield from records.set_pending(row.account_id, contact_id, is_pending=False)
        yield from records.let_bulk_through(row.account_id, row.email)
        return msgspec.structs.replace(pending, is_confirmed=True)


def _form(widget_id: int, row: WidgetRow) -> Form:
    said = row.properties
    local, _, domain = row.sender_email.rpartition("@")
    return Form(
        widget_id=widget_id,
        account_id=row.account_id,
        list_id=said["list_id"],
        sender_email=f"{ROBOT}@{domain}" if local == "*" else row.sender_email,
        sender_name=said["sender_name"] or row.sender_name,
        language=said["locale"][:2].lower(),
        subject=said["subject"],
        reply_to=said["reply_to"],
        template_id=said["template_id"] or 0,
        notes=row.shown,
        is_sandboxed=bool(said.get("is_sandboxed", 0)),
    )
