"""``/v3/REST/sender``: addresses that an account may send from, and their validation.

(compatibility: senders#sender, senders#validation)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.compound import Json
from aerogram.doors.rest.fields.kinds import Choice, Constant, Flag, Integer, InvalidValueError, Moment, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Page, Query, Row, combined
from aerogram.doors.rest.resource import Action, ChangeableResource, by_id
from aerogram.doors.rest.sender_fields import SenderAddress, by_sender
from aerogram.model.account import Area, Level
from aerogram.model.sender import ACTIVE, DELETED, INACTIVE, UNKNOWN_TYPE
from aerogram.senders.claims import AlreadyActiveError, ClaimedError
from aerogram.senders.pattern import ascii_domain_of, domain_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.model.actor import Actor
    from aerogram.senders.claims import SenderClaims
    from aerogram.senders.domain_dns import SendingDomains

NO_DNS: Final = -1
"""DNSID of a sender whose domain has no keys (compatibility: senders#sender)."""
_STATUSES: Final = {word.lower(): word for word in (ACTIVE, INACTIVE, DELETED)}
_SHOWS_DELETED: Final = "shows_deleted"
_REFUSALS: Final[Mapping[str, str]] = {
    status: f"There is an already existing {status.lower()} sender with the same email."
    ' You can use "validate" action in order to activate it.'
    for status in (INACTIVE, DELETED)
}


def _status(text: str) -> str:
    word = _STATUSES.get(text.strip().lower())
    if word is None:
        raise InvalidValueError(f"one of {', '.join(_STATUSES.values())}")
    return word


def _domain(text: str) -> str:
    return ascii_domain_of(filters.words(text).strip())


class _SettledStatus(Choice):
    """The status of a sender, as validation set it."""

    def is_echo(self, value: Any, own: Any) -> bool:
        """Accept the same status in any case."""
        return str(value).lower() == str(own).lower()


class Sender(ChangeableResource):
    """An address, or a whole domain as ``*@domain``. Only an Active sender may be used."""

    name = "sender"
    class_name = "Sender"
    area = Area.SENDERS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    unique_key = "Email"
    keys = (by_id, by_sender())
    fields = (
        Moment("CreatedAt", "created_ms", read_only=True),
        Reference("DNSID", "dns_id", "dns", unset=NO_DNS, read_only=True),
        SenderAddress("Email", "email", required=True),
        Choice("EmailType", "email_type", ("transactional", "bulk", UNKNOWN_TYPE), default=UNKNOWN_TYPE),
        Constant("Filename", ""),
        Integer("ID", "id", read_only=True),
        Flag("IsDefaultSender", "is_default", default=False),
        Text("Name", "name", default=""),
        _SettledStatus("Status", "status", tuple(_STATUSES.values()), read_only=True),
    )
    filters = (
        Filter("DnsID", "dns_id", filters.integer, "ID of the domain's DNS"),
        Filter("Domain", "domain", _domain, "the domain, after the @"),
        Filter("Email", "email", filters.lowered, "address, or *@domain, in any case"),
        Filter(
            "IsDomainSender",
            "is_domain",
            filters.bit,
            "true: whole domains only; false: single addresses only",
        ),
        Filter(
            "LocalPart", "local_part", filters.lowered, "the local part, before the @; * for whole domains"
        ),
        Filter("ShowDeleted", _SHOWS_DELETED, filters.flag, "true: deleted senders too"),
        Filter("Status", "status", _status, "Active, Inactive or Deleted"),
    )

    def completed(self, row: Row, values: dict[str, Any]) -> dict[str, Any]:
        """Revive a deleted sender by any PUT, even without new values (compatibility: senders#sender)."""
        return {**values, "status": INACTIVE} if row["status"] == DELETED else values


class Claims:
    """The claimed senders as a collection."""

    def __init__(self, claims: SenderClaims, dns: SendingDomains) -> None:
        self._claims = claims
        self._dns = dns

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return senders as rows."""
        conditions = combined(query.conditions)
        dns_ids = await self._dns.ids(actor)
        _resolve(conditions, dns_ids)
        rows, total = await self._claims.page(actor, query.request(conditions))
        return Page([_row(row, dns_ids) for row in rows], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Claim a sender."""
        try:
            added = await self._claims.add(actor, values)
        except ClaimedError as error:
            raise _claimed(values["email"], error.status) from None
        return _row(added._asdict(), await self._dns.ids(actor))

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change the properties of a sender, and revive a deleted one."""
        if "email" in values:
            raise errors.RestError(400, "Not allowed to change email address")
        written = {name: value for name, value in values.items() if name != "status"}
        changed = await self._claims.change(actor, row["id"], written)
        return {**row, **changed._asdict()}

    async def remove(self, actor: Actor, row: Row) -> None:
        """Mark a sender as deleted."""
        await self._claims.remove(actor, row["email"])


_VALIDATION: Final = (
    Json("Errors", "errors", read_only=True),
    Text("GlobalError", "error", read_only=True),
    Text("ValidationMethod", "method", read_only=True),
)


def sender(claims: SenderClaims, dns: SendingDomains) -> Sender:
    """Bind the resource to the claims and the DNS of their domains."""

    async def validate(actor: Actor, row: Row, _: Row) -> list[Row]:
        try:
            found = await claims.validate(actor, row["email"])
        except AlreadyActiveError as error:
            raise errors.RestError(400, str(error)) from None
        found_errors = {"DNSValidationError": found.dns_error, "FileValidationError": ""}
        return [msgspec.structs.asdict(found) | {"errors": found_errors}]

    action = Action(
        "validate",
        "Validate the sender by the TXT record of its domain, or by an active *@domain sender.",
        validate,
        level=Level.WRITE,
        response_fields=_VALIDATION,
        is_repeated=True,
    )
    return Sender(Claims(claims, dns), (action,))


def _resolve(conditions: dict[str, Any], dns_ids: Mapping[str, int]) -> None:
    """Translate conditions for the store; lists hide deleted senders."""
    shows_deleted = conditions.pop(_SHOWS_DELETED, False)
    if not shows_deleted and conditions.keys().isdisjoint({"id", "status"}) and not _is_key(conditions):
        conditions["not_status"] = DELETED
    dns_id = conditions.pop("dns_id", None)
    if dns_id is not None:
        domain = next((name for name, found in dns_ids.items() if found == dns_id), None)
        if domain is None or conditions.setdefault("domain", domain) != domain:
            conditions["nothing"] = True


def _is_key(conditions: Mapping[str, Any]) -> bool:
    """Return whether the query names one address, which also finds a deleted sender."""
    return conditions.keys() == {"email"}


def _row(stored: Mapping[str, Any], dns_ids: Mapping[str, int]) -> dict[str, Any]:
    return {
        **stored,
        "is_default": bool(stored["is_default"]),
        "dns_id": dns_ids.get(domain_of(stored["email"])),
    }


def _claimed(email: str, status: str) -> errors.RestError:
    if status in _REFUSALS:
        return errors.RestError(400, _REFUSALS[status])
    return errors.taken(Sender.class_name, email, "Email")
