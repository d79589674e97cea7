"""All that the REST surface serves. What is declared here is served, described and tested; nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from aerogram.doors.rest.resources.contact import contact
from aerogram.doors.rest.resources.contact_erasure import contact_erasure
from aerogram.doors.rest.resources.contactdata import contactdata
from aerogram.doors.rest.resources.contactfilter import contactfilter
from aerogram.doors.rest.resources.contacthistorydata import contacthistorydata
from aerogram.doors.rest.resources.contactmetadata import contactmetadata
from aerogram.doors.rest.resources.contactslist import contactslist
from aerogram.doors.rest.resources.eventcallbackurl import eventcallbackurl
from aerogram.doors.rest.resources.listrecipient import listrecipient
from aerogram.doors.rest.resources.message import Message, Messages
from aerogram.doors.rest.resources.messagehistory import History, MessageHistory
from aerogram.doors.rest.resources.template import template

if TYPE_CHECKING:
    from aerogram.audience.services import Audience
    from aerogram.base.clock import Clock
    from aerogram.content.templates import Templates
    from aerogram.doors.rest.resource import Resource
    from aerogram.doors.rest.resources.eventcallbackurl import SendSample
    from aerogram.doors.rest.route import Route
    from aerogram.reporting.webhooks.subscriptions import Subscriptions
    from aerogram.store.sql import Database


class RestServices(msgspec.Struct, frozen=True, kw_only=True):
    """What the resources and routes need of the house."""

    database: Database
    clock: Clock
    templates: Templates
    subscriptions: Subscriptions
    audience: Audience
    send_sample: SendSample


def resources(services: RestServices) -> list[Resource]:
    """Bind every resource to its collection."""
    return [
        Message(Messages(services.database)),
        MessageHistory(History(services.database)),
        eventcallbackurl(services.subscriptions, services.send_sample),
        template(services.templates),
        contact(services.audience),
        contactdata(services.audience),
        contactfilter(services.audience.segments),
        contacthistorydata(services.audience),
        contactmetadata(services.audience),
        contactslist(services.audience),
        listrecipient(services.audience),
    ]


def routes(services: RestServices) -> list[Route]:
    """Bind every route that is no resource."""
    return contact_erasure(services.audience)


class _Unbound:
    """Stands for services where only declarations are read: it has everything, and nothing in it works."""

    def __getattr__(self, _: str) -> _Unbound:
        return self


UNBOUND: Final = cast("Any", _Unbound())


def declared_resources() -> list[Resource]:
    """Give the resources for their declarations alone."""
    return resources(UNBOUND)


def declared_routes() -> list[Route]:
    """Give the routes for their declarations alone."""
    return routes(UNBOUND)
