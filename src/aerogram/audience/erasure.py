"""Erasing a person: everything that says who it was goes at once, and a proof stays that says nothing.

What goes: the contact's address, name, values and their history; its places on lists; the recipient, the
variables and the server's replies of every mail to the address, with what its reader did and from where;
captured copies; mails that had no other recipient, with their files; what told senders of them; signups;
suppressions; the address's rows of campaigns; the lines of error files that name it; the files of all exports
of the account. What stays are the facts that statistics count: that a mail was sent, opened, bounced.

What leaves by itself, within an hour of its time: receipts of idempotent calls after a day; uploads a day
after they came or when their job ended; lines of error files that name a person in other words after a week.
What stays is what belongs to others: a mail to several people keeps its bytes, and so do the texts that the
account's own people wrote, such as a segment's expression.
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
from aerogram.store.records.contacts import contacts, erased_mail, history, signups
from aerogram.store.records.contacts import erasures as records
from aerogram.store.records.contacts.erasures import Proof
from aerogram.store.records.jobs import export_parts, jobs
from aerogram.store.records.messages import queue_admin
from aerogram.wire.address import ascii_domain, shown_domain, split_email, suppression_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.base.clock import Clock
    from aerogram.model.actor import Actor
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.records.contacts.erased_mail import FoundMessage
    from aerogram.store.sql import Database, Unit

__all__ = ["KEY_PURPOSE", "Erasures", "Proof", "is_alias"]

KEY_PURPOSE: Final = "erasure"
"""For `Sealer.derived_key`: the key of the digests."""
NAME: Final = "Anonymized"
"""What stands for the name of who was erased (compatibility: contacts#erasure)."""
PURGED_AFTER_MS: Final = 30 * 24 * 60 * 60 * SECOND
"""How long the row of an erased contact can be read by its id (compatibility: contacts#erasure)."""
_ALIAS_BYTES: Final = 20
_BATCH: Final = 500
"""Messages that one transaction blanks, so that accepting mail never waits long."""


def is_alias(email: str) -> bool:
    """Tell whether an address stands for that of somebody who was erased."""
    return email.endswith(f"@{ERASED_DOMAIN}")


class Erasures:
    """Erases contacts of any account."""

    def __init__(self, database: Database, blobs: DiskBlobs, clock: Clock, digest_key: bytes) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._digest_key = digest_key

    async def erase(self, actor: Actor, contact_id: int) -> bool:
        """Erase a contact; False when the account has none with this id, or it was erased before.

        The contact's row goes last: whoever is interrupted before calls again, and nothing is left over.
        """
        rows, _ = await self._database.read(
            lambda: contacts.LISTING.page(actor.account_id, PageRequest({"id": contact_id}, 1))
        )
        if not rows or rows[0]["is_anonymized"]:
            return False
        email = rows[0]["email"]
        # The alias is random: one that came from the address could be guessed back.
        alias = f"\\x{secrets.token_hex(_ALIAS_BYTES)}@{ERASED_DOMAIN}"
        await self._blank_mail(actor, email, alias)
        now = self._clock.now_ms()
        proof = Proof(actor.account_id, contact_id, self.digest(actor.account_id, email), now)
        is_erased = await self._database.write(lambda: _erase(proof, email, alias))
        await self._remove_exports()
        self._database.forget_overwritten()
        return is_erased

    def digest(self, account_id: int, email: str) -> str:
        """Give what stands in a proof: who asks about an address compares; nobody reads it back."""
        said = f"{account_id} {suppression_key(email)}".encode()
        return hmac.digest(self._digest_key, said, hashlib.sha256).hex()

    async def proof_of(self, actor: Actor, contact_id: int) -> Proof | None:
        """Give the proof that a contact was erased."""
        return await self._database.read(lambda: records.proof_of(actor.account_id, contact_id))

    async def proofs(self, actor: Actor, email: str) -> list[Proof]:
        """Give the proofs that an address was erased, oldest first; none when it never was."""
        digest = self.digest(actor.account_id, email)
        return await self._database.read(lambda: records.proofs_of_digest(actor.account_id, digest))

    async def newest(self, actor: Actor, most: int) -> list[Proof]:
        """Give the proofs of an account, newest first."""
        return await self._database.read(lambda: records.newest(actor.account_id, most))

    async def purge(self) -> int:
        """Delete the rows of contacts that were erased long enough ago; gives how many."""
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
        """Remove the files of exports that were detached, each before its row: the sweep of job files ends what breaks off."""
        while parts := await self._database.read(lambda: export_parts.unused(0, _BATCH)):
            for part in parts:
                await self._blobs.remove(part.blob)
            await self._database.write(lambda: export_parts.drop([part.id for part in parts]))

    async def _blank(self, own: Sequence[FoundMessage], email: str, alias: str) -> None:
        now = self._clock.now_ms()
        files = await self._database.write(lambda: _blank(own, email, alias, now))
        for name in files:
            # A kill in between leaves the rest to the sweep of orphans.
            await self._blobs.remove(name)


def _blank(own: Sequence[FoundMessage], email: str, alias: str, now_ms: int) -> Unit[list[str]]:
    message_ids = [each.id for each in own]
    yield from _cancel(message_ids, now_ms)
    files = yield from erased_mail.blank(own, alias, _spellings(email))
    contents, carriers = yield from erased_mail.notifications_of(message_ids)
    if contents:
        yield from _cancel(carriers, now_ms)
        files += yield from erased_mail.blank_notifications(message_ids, contents, carriers)
    return files


def _cancel(message_ids: Sequence[int], now_ms: int) -> Unit[None]:
    if not message_ids:
        # A selection without ids would be one of all messages.
        return
    selection = queue_admin.Selection(ids=tuple(message_ids))
    yield from queue_admin.change(queue_admin.QueueAction.CANCEL, selection, now_ms)


def _spellings(email: str) -> list[str]:
    """Give an address as other texts may write it, in small letters: its domain in ASCII, and in its letters."""
    local, domain = split_email(email)
    return sorted({folded(f"{local}@{domain}"), folded(f"{local}@{shown_domain(domain)}")})


def _erase(proof: Proof, email: str, alias: str) -> Unit[bool]:
    account_id, contact_id = proof.account_id, proof.contact_id
    # Before the contact is held: whoever confirms a signup holds it first, and the contact then.
    yield from signups.forget_address(account_id, email)
    row = yield from contacts.hold(account_id, contact_id)
    if row is None or row["is_anonymized"]:
        return False
    yield from detach(account_id, contact_id)
    yield from history.forget(account_id, contact_id)
    yield from records.forget_address(account_id, email)
    for words in _spellings(email):
        yield from jobs.forget_mentions(account_id, words)
    blanked = {
        "email": alias,
        "name": NAME,
        "properties": "",
        "unsubscribed_by": "",
        "is_anonymized": 1,
        "updated_ms": proof.erased_ms,
    }
    # Those under way begin anew, and find the person no more.
    yield from export_parts.detach(account_id)
    yield from contacts.change(account_id, contact_id, blanked)
    yield from records.prove(proof)
    return True
