"""``/v3/REST/dns``: the DNS records of sending domains and their checks (compatibility: senders#dns)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.fields.compound import Words
from aerogram.doors.rest.fields.kinds import Choice, Constant, Integer, InvalidValueError, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import AlwaysIs, Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, page_of
from aerogram.doors.rest.resource import Action, Resource, by_id
from aerogram.model.account import Area, Level
from aerogram.senders.dns_check import ERROR, NOT_CHECKED, NOT_FOUND, OK
from aerogram.senders.pattern import parse_domain
from aerogram.wire.errors import AddressError

if TYPE_CHECKING:
    from aerogram.model.actor import Actor
    from aerogram.senders.domain_dns import SendingDomains

_STATUSES: Final = {word.lower(): word for word in (OK, ERROR, NOT_CHECKED, NOT_FOUND)}


def by_domain(text: str) -> Condition | None:
    """Read a domain, in any case, Unicode or ASCII."""
    try:
        return Condition("domain", parse_domain(text))
    except AddressError:
        return None


def _status(text: str) -> str:
    word = _STATUSES.get(text.strip().lower())
    if word is None:
        raise InvalidValueError(f"one of {', '.join(_STATUSES.values())}")
    return word


class Dns(Resource):
    """A domain with senders of the account. The first of them creates it, and it stays."""

    name = "dns"
    class_name = "Dns"
    area = Area.SENDERS
    unique_key = "Domain"
    keys = (by_id, by_domain)
    fields = (
        Text("DKIMRecordName", "dkim_record_name", read_only=True),
        Text("DKIMRecordValue", "dkim_record_value", read_only=True),
        Choice("DKIMStatus", "dkim_status", (OK, ERROR, NOT_CHECKED), read_only=True),
        Text("Domain", "domain", read_only=True),
        Integer("ID", "id", read_only=True),
        Constant("IsCheckInProgress", False),
        Moment("LastCheckAt", "checked_ms", read_only=True),
        Text("OwnerShipToken", "ownership_token", read_only=True),
        Text("OwnerShipTokenRecordName", "ownership_record_name", read_only=True),
        Text("SPFRecordValue", "spf_record_value", read_only=True),
        Choice("SPFStatus", "spf_status", tuple(_STATUSES.values()), read_only=True),
    )
    filters = (
        AlwaysIs("IsCheckInProgress", False, "true: a check is running (none is); false: the others"),
        Filter("IsSenderIdentified", "is_identified", filters.flag, "DKIM and SPF are both OK"),
        AlwaysIs("IsYahooFBL", False, "true: in Yahoo's feedback loop (none is); false: the others"),
        Filter("MaxLastCheckAt", "checked_before_ms", filters.start_moment, "LastCheckAt earlier than this"),
        Filter("MinLastCheckAt", "checked_after_ms", filters.end_moment, "LastCheckAt later than this"),
        Filter("SPFStatus", "spf_status", _status, "OK, Error, Not found or Not checked"),
    )  # fmt: skip


class DnsOfDomains:
    """The sending domains as a collection."""

    _MATCHES: Final = {name: name for name in ("id", "domain", "spf_status", "is_identified")}

    def __init__(self, domains: SendingDomains) -> None:
        self._domains = domains

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return domains as rows."""
        rows = [_row(msgspec.structs.asdict(each)) for each in await self._domains.of_account(actor)]
        exact = []
        for condition in query.conditions:
            match condition:
                case Condition("checked_before_ms", moment):
                    rows = [row for row in rows if row["checked_ms"] < moment]
                case Condition("checked_after_ms", moment):
                    rows = [row for row in rows if row["checked_ms"] > moment]
                case _:
                    exact.append(condition)
        return page_of(rows, msgspec.structs.replace(query, conditions=tuple(exact)), self._MATCHES)


_CHECK: Final = (
    Words("DKIMErrors", "dkim_errors", read_only=True),
    Text("DKIMRecordCurrentValue", "dkim_current", read_only=True),
    Text("DKIMStatus", "dkim_status", read_only=True),
    Words("SPFErrors", "spf_errors", read_only=True),
    Words("SPFRecordsCurrentValues", "spf_current", read_only=True),
    Text("SPFStatus", "spf_status", read_only=True),
)


def dns(domains: SendingDomains) -> Dns:
    """Bind the resource to the sending domains."""

    async def check(actor: Actor, row: Row, _: Row) -> list[Row]:
        found = await domains.check(actor, row["domain"])
        return [
            {
                "dkim_errors": found.dkim.errors,
                "dkim_current": next(iter(found.dkim.current), ""),
                "dkim_status": found.dkim.status,
                "spf_errors": found.spf.errors,
                "spf_current": found.spf.current,
                "spf_status": found.spf.status,
            }
        ]

    action = Action(
        "check",
        "Check the DNS records now and store the result.",
        check,
        level=Level.WRITE,
        response_fields=_CHECK,
    )
    return Dns(DnsOfDomains(domains), (action,))


def _row(shown: dict[str, Any]) -> dict[str, Any]:
    return shown | {
        "is_identified": (shown["dkim_status"], shown["spf_status"]) == (OK, OK),
    }
