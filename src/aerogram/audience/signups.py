"""Double opt-in: an address typed into a form is subscribed once its owner confirms.

Forms are public, so they must not serve to flood a stranger's mailbox: an address gets one mail per form
in `PAUSE_MS`, and at most `MOST_MAILS` from all forms in `MAILS_MS`. The response is the same in every case,
so that a form never reveals who is on a list.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from aerogram.audience import subscriptions
from aerogram.audience.actions import SubscriptionAction
from aerogram.audience.subscriptions import Entry, ListAction, UnknownListsError
from aerogram.base.clock import DAY, MINUTE
from aerogram.base.errors import ForbiddenError
from aerogram.store.records import sandbox
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
"""An address gets one confirmation mail per form in this time; our choice, as are the next three."""
MOST_MAILS: Final = 5
MAILS_MS: Final = DAY
LIFE_MS: Final = 30 * DAY
"""How long a confirmation link works: long enough for a holiday, short enough that consent stays recent."""
KEY_BYTES: Final = 16
"""Mailjet's SignupKey has 32 characters."""
ROBOT: Final = "noreply"
"""The local part of From for a form whose sender is a whole domain."""

log = structlog.get_logger(__name__)


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """The form of a widget and the confirmation mail it sends."""

    widget_id: int
    account_id: int
    list_id: int
    sender_email: str
    sender_name: str
    language: str
    """For example ``fr``."""
    subject: str
    """The subject of the mail; "" for the default."""
    reply_to: str
    template_id: int
    """The template of the mail; 0 for none."""
    notes: tuple[str, ...]
    """Texts of the widget's owner for the mail."""
    is_sandboxed: bool
    """Created by a sandbox key: its mail never leaves this installation."""


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """A signup as the owner of the address sees it."""

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
        """Return an account's signups with the columns of `SignupRow`, and the total number of matches."""
        return await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))

    async def form(self, widget_id: int) -> Form | None:
        """Return the form of a widget; None when there is none or it is incomplete."""
        row = await self._database.read(lambda: widgets.working(widget_id))
        return _form(widget_id, row) if row else None

    async def sign_up(self, form: Form, email: str, ip: str) -> int | None:
        """Record that an address was typed into a form; return the id for its confirmation link.

        None means that no mail may be sent to the address now. ``email`` must satisfy `is_email`.
        """
        address = suppression_key(email)
        try:
            return await self._database.write(lambda: self._signing_up(form, address, ip))
        except ForbiddenError:
            # A form of the sandbox, and the address of a contact outside of it. Strangers must not learn of that.
            log.info("signup_outside_of_sandbox", widget_id=form.widget_id)
            return None

    async def withdraw(self, signup_id: int) -> None:
        """Delete a signup whose mail was not accepted, so that it can be tried again at once."""
        await self._database.write(lambda: records.remove(signup_id))

    async def find(self, signup_id: int) -> Pending | None:
        """Return a signup; None when it has expired or its form no longer exists."""
        return await self._database.read(lambda: self._finding(signup_id))

    async def confirm(self, signup_id: int, ip: str) -> Pending | None:
        """Subscribe the owner of an address; None as for `find`. Confirming again changes nothing."""
        try:
            return await self._database.write(lambda: self._confirming(signup_id, ip))
        except (UnknownListsError, ForbiddenError):
            return None

    def _signing_up(self, form: Form, email: str, ip: str) -> Unit[int | None]:
        if (yield from self._is_throttled(form.widget_id, email)):
            return None
        now = self._clock.now_ms()
        [contact_id] = yield from subscriptions.apply(
            form.account_id,
            [Entry(email)],
            [],
            ids=self._ids,
            now_ms=now,
            is_sandboxed=form.is_sandboxed,
        )
        if form.is_sandboxed:
            yield from sandbox.touch(form.account_id, [form.list_id], is_sandboxed=True)
        states = yield from memberships.states(form.list_id, [contact_id])
        if contact_id in states and states[contact_id].is_counted:
            return None
        # The contact's row is locked here, so the second of two concurrent signups sees the first.
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
        # Use the list that the form named when it was filled in: that is the list they agreed to.
        added = [ListAction(row.list_id, SubscriptionAction.ADD_FORCE)]
        is_sandboxed = pending.form.is_sandboxed
        [contact_id] = yield from subscriptions.apply(
            row.account_id, [Entry(row.email)], added, ids=self._ids, now_ms=now, is_sandboxed=is_sandboxed
        )
        yield from records.confirm(signup_id, now, ip)
        yield from records.set_pending(row.account_id, contact_id, is_pending=False)
        if not is_sandboxed:
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
