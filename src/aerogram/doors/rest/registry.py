"""All that the REST surface serves. What is declared here is served, described and tested; nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from aerogram.doors.rest.resources.apikey import apikey
from aerogram.doors.rest.resources.apikeyaccess import apikeyaccess
from aerogram.doors.rest.resources.apikeyaccessgrantor import apikeyaccessgrantor
from aerogram.doors.rest.resources.apikeytotals import apikeytotals
from aerogram.doors.rest.resources.apitoken import apitoken
from aerogram.doors.rest.resources.apppreferences import apppreferences
from aerogram.doors.rest.resources.campaign import campaign
from aerogram.doors.rest.resources.dns import dns
from aerogram.doors.rest.resources.eventcallbackurl import eventcallbackurl
from aerogram.doors.rest.resources.message import Message, Messages
from aerogram.doors.rest.resources.messagehistory import History, MessageHistory
from aerogram.doors.rest.resources.messageinformation import messageinformation
from aerogram.doors.rest.resources.messagestate import messagestate
from aerogram.doors.rest.resources.metadata import metadata
from aerogram.doors.rest.resources.metasender import metasender
from aerogram.doors.rest.resources.myprofile import myprofile
from aerogram.doors.rest.resources.parseroute import parseroute
from aerogram.doors.rest.resources.preferences import preferences
from aerogram.doors.rest.resources.sender import sender
from aerogram.doors.rest.resources.template import template
from aerogram.doors.rest.resources.user import user

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.content.templates import Templates
    from aerogram.doors.rest.account_services import AccountServices
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
    account: AccountServices
    public_url: str
    """The base of links in answers and mails, as ``https://mail.example.com``, without a slash at its end."""


def resources(services: RestServices) -> list[Resource]:
    """Bind every resource to its collection."""
    messages = Messages(services.database)
    bound = [
        Message(messages),
        MessageHistory(History(services.database)),
        eventcallbackurl(services.subscriptions, services.send_sample),
        template(services.templates),
        messageinformation(messages, services.clock),
        messagestate(),
        campaign(services.database, services.clock),
        apikeytotals(services.database),
        *_of_account(services.account, services.database, services.public_url),
    ]
    return [*bound, metadata(bound)]


def _of_account(services: AccountServices, database: Database, public_url: str) -> list[Resource]:
    """Bind what an account says of itself, and its senders."""
    accounts, profiles = services.accounts, services.profiles
    return [
        sender(services.claims, services.domains),
        dns(services.domains),
        metasender(services.metasenders, accounts),
        parseroute(services.parse_routes),
        apikey(accounts, public_url),
        apikeyaccess(profiles),
        apikeyaccessgrantor(accounts, database),
        apitoken(services.tokens),
        user(profiles, accounts),
        myprofile(profiles, accounts),
        preferences(database, services.ids, accounts),
        apppreferences(database, services.ids),
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
