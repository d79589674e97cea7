"""All that the REST surface serves. What is declared here is served, described and tested; nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from aerogram.doors.rest.resources.eventcallbackurl import eventcallbackurl
from aerogram.doors.rest.resources.message import Message, Messages
from aerogram.doors.rest.resources.messagehistory import History, MessageHistory
from aerogram.doors.rest.resources.template import template

if TYPE_CHECKING:
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
    send_sample: SendSample


def resources(services: RestServices) -> list[Resource]:
    """Bind every resource to its collection."""
    return [
        Message(Messages(services.database)),
        MessageHistory(History(services.database)),
        eventcallbackurl(services.subscriptions, services.send_sample),
        template(services.templates),
    ]


def routes(services: RestServices) -> list[Route]:  # noqa: ARG001 - what routes will be bound to
    """Bind every route that is no resource."""
    return []


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
