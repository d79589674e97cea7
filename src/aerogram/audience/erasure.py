"""Erase a person: remove all personal data at once and keep a proof that does not identify them.

Removed at once: the contact's address, name, properties and their history; their memberships; the recipient,
variables and server replies of every mail to the address; the URLs, user agents, IP addresses and countries of
their opens and clicks; captured copies; mails without another recipient, with their files; notifications about
those mails; signups; suppressions; the address's rows of campaigns; lines of error files that contain the
address; the files of all exports of the account. The facts that statistics count remain: that a mail was sent,
opened or bounced.

Removed later, within an hour of the due time: receipts of idempotent calls, after a day; uploads, a day after
they arrived or when their job ends; lines of error files that identify a person without the address, after a
week.

Not removed, because others own it: the bytes of a mail to several people, and texts that users of the account
wrote, such as a segment's expression.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from aerogram.audience.subscriptions import detach
from aerogram.base.clock import SECOND
from aerogram.base.folding import folded
from aerogram.model.message import ERASED_DOMAIN
from aerogram.model.page import PageRequest
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import contacts, erased_mail, history, signups
from aerogram.store.records.contacts import erasures as records
from aerogram.store.records.contacts.erasures import Proof
from aerogram.store.records.jobs import export_parts, jobs
from aerogram.wire.address import ascii_domain, shown_domain, split_email, suppression_key, wire_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.base.clock import Clock
    from aerogram.model.actor import Actor
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.records.contacts.erased_mail import FoundMessage
    from aerogram.store.sql import Database, Unit

__all__ = ["KEY_PURPOSE", "Erasures", "Proof", "is_alias"]

KEY_PURPOSE: Final = "erasure"
"""The purpose for `Sealer.derived_key` that gives the key of the digests."""
NAME: Final = "Anonymized"
"""Replaces the name of an erased contact (compatibility: contacts#erasure)."""
PURGED_AFTER_MS: Final = 30 * 24 * 60 * 60 * SECOND
"""How long the row of an erased contact remains readable by id (compatibility: contacts#erasure)."""
_ALIAS_BYTES: Final = 20
_BATCH: Final = 500
"""Messages blanked in one transaction: few enough that accepting mail never waits long."""


def is_alias(email: str) -> bool:
    """Return whether an address is the alias of an erased contact."""
    return email.endswith(f"@{ERASED_DOMAIN}")


class Erasures:
    """Erases contacts of any account."""

    def __init__(self, database: Database, blobs: DiskBlobs, clock: Clock, digest_key: bytes) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._digest_key = digest_key

    async def erase(self, actor: Actor, contact_id: int) -> bool:
        """Erase a contact; False when the account has no contact with this id, or already erased it.

        The contact's row is blanked last. After an interruption, call again to erase the rest. A caller in the sandbox
        erases only a contact that was made there, with its history and memberships: the address may be on live mail.
        Raises `ForbiddenError`.
        """
        rows, _ = await self._database.read(
            lambda: contacts.LISTING.page(actor.account_id, PageRequest({"id": contact_id}, 1))
        )
        if not rows or rows[0]["is_anonymized"]:
            return False
        email = rows[0]["email"]
        if actor.is_sandboxed:
            return await self._erase_in_sandbox(actor, contact_id, email)
        alias = _new_alias()
        await self._blank_mail(actor, email, alias)
        now = self._clock.now_ms()
        proof = Proof(actor.account_id, contact_id, self.digest(actor.account_id, email), now)
        is_erased = await self._database.write(lambda: _erase(proof, email, alias))
        await self._remove_exports()
        self._database.forget_overwritten()
        return is_erased

    async def _erase_in_sandbox(self, actor: Actor, contact_id: int, email: str) -> bool:
        now = self._clock.now_ms()
        proof = Proof(actor.account_id, contact_id, self.digest(actor.account_id, email), now)
        is_erased = await self._database.write(lambda: _erase_in_sandbox(proof, _new_alias()))
        self._database.forget_overwritten()
        return is_erased

    def digest(self, account_id: int, email: str) -> str:
        """Return the keyed digest of an address that proofs store: it can be compared, not reversed."""
        return self._digest_of_key(account_id, suppression_key(email))

    def _digest_of_key(self, account_id: int, key: str) -> str:
        return hmac.digest(self._digest_key, f"{account_id} {key}".encode(), hashlib.sha256).hex()

    async def proof_of(self, actor: Actor, contact_id: int) -> Proof | None:
        """Return the proof that a contact was erased; None without one."""
        return await self._database.read(lambda: records.proof_of(actor.account_id, contact_id))

    async def proofs(self, actor: Actor, email: str) -> list[Proof]:
        """Return the proofs that an address was erased, oldest first; empty when it never was."""
        key = suppression_key(email)
        # Keys had the quotes of odd dots until revision 0019 of the store, and a digest cannot be made anew.
        digests = [self._digest_of_key(actor.account_id, each) for each in sorted({key, wire_form(key)})]
        return await self._database.read(lambda: records.proofs_of_digests(actor.account_id, digests))

    async def newest(self, actor: Actor, most: int) -> list[Proof]:
        """Return the proofs of an account, newest first."""
        return await self._database.read(lambda: records.newest(actor.account_id, most))

    async def purge(self) -> int:
        """Delete the rows of contacts erased more than `PURGED_AFTER_MS` ago; return their number."""
        until_ms = self._clock.now_ms() - PURGED_AFTER_MS
        return await self._database.write(lambda: records.purge(until_ms))

    async def _blank_mail(self, actor: Actor, email: str, alias: str) -> None:
        domain = ascii_domain(split_email(email)[1])
        after = 0
        while True:
            found = await self._database.read(
                lambda after=after: erased_mail.messages_to_domain(actor.account_id, domain, after, _BATCH)  # type: ignore[misc]
            )
            if not found:
                return
            after = found[-1].id
            own = [each for each in found if suppression_key(each.recipient) == email]
            if own:
                await self._blank(own, email, alias)

    async def _remove_exports(self) -> None:
        """Remove the files of detached exports, each before its row; after a crash the sweep of job files continues."""
        while parts := await self._database.read(lambda: export_parts.unused(0, _BATCH)):
            for part in parts:
                await self._blobs.remove(part.blob)
            await self._database.write(lambda: export_parts.drop([part.id for part in parts]))

    async def _blank(self, own: Sequence[FoundMessage], email: str, alias: str) -> None:
        now = self._clock.now_ms()
        files = await self._database.write(lambda: _blank(own, email, alias, now))
        for name in files:
            # After a crash here, the sweep of orphaned files removes the rest.
            await self._blobs.remove(name)


def _blank(own: Sequence[FoundMessage], email: str, alias: str, now_ms: int) -> Unit[list[str]]:
    message_ids = [each.id for each in own]
    files = yield from erased_mail.blank(own, alias, _spellings(email), now_ms)
    contents, notifications = yield from erased_mail.notifications_of(message_ids)
    if contents:
        files += yield from erased_mail.blank_notifications(message_ids, contents, notifications, now_ms)
    return files


def _spellings(email: str) -> list[str]:
    """Return the lower-case spellings of an address: with an ASCII and an internationalised domain, and in quotes."""
    local, domain = split_email(email)
    spelled = (f"{local}@{domain}", f"{local}@{shown_domain(domain)}")
    return sorted({folded(form(each)) for each in spelled for form in (str, wire_form)})


def _erase(proof: Proof, email: str, alias: str) -> Unit[bool]:
    account_id, contact_id = proof.account_id, proof.contact_id
    # Before the contact is locked: confirming a signup locks the signup first, then the contact.
    yield from signups.forget_address(account_id, email)
    row = yield from contacts.hold(account_id, contact_id)
    if row is None or row["is_anonymized"]:
        return False
    yield from records.forget_address(account_id, email)
    for spelling in _spellings(email):
        yield from jobs.forget_mentions(account_id, spelling)
    # Running exports start again and no longer find the person.
    yield from export_parts.detach(account_id)
    yield from _blank_contact(proof, alias)
    return True


def _erase_in_sandbox(proof: Proof, alias: str) -> Unit[bool]:
    row = yield from contacts.hold(proof.account_id, proof.contact_id)
    if row is None or row["is_anonymized"]:
        return False
    yield from sandbox.touch(proof.account_id, [proof.contact_id], is_sandboxed=True)
    yield from _blank_contact(proof, alias)
    return True


def _blank_contact(proof: Proof, alias: str) -> Unit[None]:
    account_id, contact_id = proof.account_id, proof.contact_id
    yield from detach(account_id, contact_id)
    yield from history.forget(account_id, contact_id)
    blanked = {
        "email": alias,
        "name": NAME,
        "properties": "",
        "unsubscribed_by": "",
        "is_anonymized": 1,
        "updated_ms": proof.erased_ms,
    }
    yield from contacts.change(account_id, contact_id, blanked)
    yield from sandbox.leave(account_id, [contact_id])
    yield from records.prove(proof)


def _new_alias() -> str:
    # Random: an alias derived from the address could be reversed by guessing.
    return f"\\x{secrets.token_hex(_ALIAS_BYTES)}@{ERASED_DOMAIN}"
