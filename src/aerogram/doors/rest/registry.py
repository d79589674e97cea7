"""All resources and routes of the REST API: served, described and tested from their declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from aerogram.doors.rest.data import DataFiles
from aerogram.doors.rest.resources.accounts.apikey import apikey
from aerogram.doors.rest.resources.accounts.apikeyaccess import apikeyaccess
from aerogram.doors.rest.resources.accounts.apikeyaccessgrantor import apikeyaccessgrantor
from aerogram.doors.rest.resources.accounts.apikeytotals import apikeytotals
from aerogram.doors.rest.resources.accounts.apitoken import apitoken
from aerogram.doors.rest.resources.accounts.apppreferences import apppreferences
from aerogram.doors.rest.resources.accounts.metadata import metadata
from aerogram.doors.rest.resources.accounts.myprofile import myprofile
from aerogram.doors.rest.resources.accounts.preferences import preferences
from aerogram.doors.rest.resources.accounts.user import user
from aerogram.doors.rest.resources.campaigns.axtesting import AxTesting
from aerogram.doors.rest.resources.campaigns.campaign import campaign
from aerogram.doors.rest.resources.campaigns.campaignaggregate import CampaignAggregate
from aerogram.doors.rest.resources.campaigns.campaigndraft import CampaignDraft
from aerogram.doors.rest.resources.campaigns.newsletter import Newsletter
from aerogram.doors.rest.resources.campaigns.newslettertemplate import (
    NewsletterTemplate,
    NewsletterTemplateCategory,
)
from aerogram.doors.rest.resources.campaigns.preset import Preset
from aerogram.doors.rest.resources.campaigns.template import template
from aerogram.doors.rest.resources.campaigns.workflow import Workflow
from aerogram.doors.rest.resources.contacts.contact import CONTACT_FILTERS, contact
from aerogram.doors.rest.resources.contacts.contact import stored_conditions as of_contacts
from aerogram.doors.rest.resources.contacts.contact_erasure import contact_erasure
from aerogram.doors.rest.resources.contacts.contactdata import contactdata
from aerogram.doors.rest.resources.contacts.contactfilter import contactfilter
from aerogram.doors.rest.resources.contacts.contacthistorydata import contacthistorydata
from aerogram.doors.rest.resources.contacts.contactmetadata import contactmetadata
from aerogram.doors.rest.resources.contacts.contactslist import contactslist
from aerogram.doors.rest.resources.contacts.contactslistsignup import ContactsListSignup, SignupRows
from aerogram.doors.rest.resources.contacts.listrecipient import ListRecipient, listrecipient
from aerogram.doors.rest.resources.contacts.listrecipient import stored_conditions as of_links
from aerogram.doors.rest.resources.contacts.widget import widget
from aerogram.doors.rest.resources.contacts.widgetcustomvalue import WidgetCustomValue
from aerogram.doors.rest.resources.jobs.batchjob import batchjob
from aerogram.doors.rest.resources.jobs.contact_jobs import JobActions
from aerogram.doors.rest.resources.jobs.csvimport import csvimport
from aerogram.doors.rest.resources.jobs.exports import ExportActions
from aerogram.doors.rest.resources.messages.eventcallbackurl import eventcallbackurl
from aerogram.doors.rest.resources.messages.message import Message, MessageRows
from aerogram.doors.rest.resources.messages.message import stored_conditions as of_messages
from aerogram.doors.rest.resources.messages.messagehistory import History, MessageHistory
from aerogram.doors.rest.resources.messages.messageinformation import messageinformation
from aerogram.doors.rest.resources.messages.messagestate import messagestate
from aerogram.doors.rest.resources.senders.dns import dns
from aerogram.doors.rest.resources.senders.metasender import metasender
from aerogram.doors.rest.resources.senders.parseroute import parseroute
from aerogram.doors.rest.resources.senders.sender import sender
from aerogram.doors.rest.v1.contents import ContentRoutes
from aerogram.doors.rest.v1.images import ImageRoutes
from aerogram.doors.rest.v1.labels import LabelRoutes
from aerogram.doors.rest.v1.templates import TemplateRoutes
from aerogram.doors.rest.v1.tokens import TokenRoutes
from aerogram.model.job import JobKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.audience.jobs.contact_jobs import ContactJobs
    from aerogram.audience.services import Audience
    from aerogram.base.clock import Clock
    from aerogram.campaigns.campaigns import Campaigns
    from aerogram.campaigns.drafts import Drafts
    from aerogram.doors.rest.account_services import AccountServices
    from aerogram.doors.rest.content_services import ContentServices
    from aerogram.doors.rest.resource import Resource
    from aerogram.doors.rest.resources.messages.eventcallbackurl import SendSample
    from aerogram.doors.rest.route import Route
    from aerogram.jobs.exports.exports import Exports
    from aerogram.jobs.jobs import Jobs
    from aerogram.reporting.messages import Messages
    from aerogram.reporting.webhooks.webhooks import Webhooks


class RestServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services that the resources and routes need."""

    clock: Clock
    content: ContentServices
    webhooks: Webhooks
    audience: Audience
    messages: Messages
    drafts: Drafts
    campaigns: Campaigns
    jobs: Jobs
    exports: Exports
    contact_jobs: ContactJobs
    send_sample: SendSample
    account: AccountServices
    public_url: str
    """The base URL of links in responses and mails, as ``https://mail.example.com``; no trailing slash."""
    signup_url: Callable[[int], str]
    """Returns the URL of a widget's form."""


_DRAFTS: Final = (CampaignDraft, Newsletter)
_PLAIN: Final = (
    AxTesting,
    CampaignAggregate,
    NewsletterTemplate,
    NewsletterTemplateCategory,
    Preset,
    WidgetCustomValue,
    Workflow,
)
"""Resources without rules of their own."""


def resources(services: RestServices) -> list[Resource]:
    """Bind every resource to its collection."""
    messages = MessageRows(services.messages)
    exports = ExportActions(services.exports, services.public_url)
    bound = [
        Message(messages, exports.of(JobKind.EXPORT_MESSAGES, Message.filters, of_messages)),
        MessageHistory(History(services.messages)),
        eventcallbackurl(services.webhooks, services.send_sample),
        template(services.content.templates),
        messageinformation(messages, services.clock),
        messagestate(),
        campaign(services.campaigns, services.clock),
        apikeytotals(services.messages),
        *(drafts(services.drafts) for drafts in _DRAFTS),
        *(plain(services.content.records) for plain in _PLAIN),
        *_of_audience(services, exports),
        *_of_account(services.account, services.public_url),
    ]
    return [*bound, metadata(bound)]


def _of_audience(services: RestServices, exports: ExportActions) -> list[Resource]:
    """Bind the resources of contacts and lists, with their bulk actions."""
    audience = services.audience
    bulk = JobActions(services.jobs, services.contact_jobs, services.public_url)
    return [
        contact(
            audience,
            *bulk.of_contacts(),
            *exports.of(JobKind.EXPORT_CONTACTS, CONTACT_FILTERS, of_contacts, has_properties=True),
        ),
        contactdata(audience),
        contactfilter(audience.segments),
        contacthistorydata(audience),
        contactmetadata(audience),
        contactslist(audience, *bulk.of_lists()),
        listrecipient(audience, *exports.of(JobKind.EXPORT_LIST_RECIPIENTS, ListRecipient.filters, of_links)),
        ContactsListSignup(SignupRows(audience.signups)),
        widget(services.content.records, services.signup_url),
        batchjob(services.jobs, services.contact_jobs),
        csvimport(services.jobs, services.contact_jobs),
    ]


def _of_account(services: AccountServices, public_url: str) -> list[Resource]:
    """Bind the resources of the account and its senders."""
    accounts, profiles = services.accounts, services.profiles
    return [
        sender(services.claims, services.domains),
        dns(services.domains),
        metasender(services.metasenders, accounts),
        parseroute(services.parse_routes),
        apikey(accounts, public_url),
        apikeyaccess(profiles),
        apikeyaccessgrantor(accounts, services.claims),
        apitoken(services.tokens),
        user(profiles, accounts),
        myprofile(profiles, accounts),
        preferences(services.preferences, accounts),
        apppreferences(services.preferences),
    ]


def routes(services: RestServices) -> list[Route]:
    """Bind every route that is not a resource."""
    return [
        *contact_erasure(services.audience),
        *DataFiles(services.jobs, services.exports, services.contact_jobs).routes(),
        *_of_content(services.content, services.clock, services.public_url),
    ]


def _of_content(services: ContentServices, clock: Clock, public_url: str) -> list[Route]:
    """Bind the Content API."""
    templates = TemplateRoutes(services.templates, services.labels)
    return [
        *templates.routes(),
        *ContentRoutes(services.versions, templates).routes(),
        *TokenRoutes(services.tokens, clock).routes(),
        *LabelRoutes(services.labels).routes(),
        *ImageRoutes(services.images, services.labels, public_url).routes(),
    ]


class _Unbound:
    """Stands in for the services when only declarations are read; calling it is an error."""

    def __getattr__(self, _: str) -> _Unbound:
        return self


UNBOUND: Final = cast("Any", _Unbound())


def declared_resources() -> list[Resource]:
    """Return the resources for their declarations only."""
    return resources(UNBOUND)


def declared_routes() -> list[Route]:
    """Return the routes for their declarations only."""
    return routes(UNBOUND)
