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
    from aerogram.audience.services import Audience
    from aerogram.base.clock import Clock
    from aerogram.campaigns.services import CampaignServices
    from aerogram.content.services import ContentServices
    from aerogram.doors.rest.resource import Resource
    from aerogram.doors.rest.resources.messages.eventcallbackurl import SendSample
    from aerogram.doors.rest.route import Route
    from aerogram.identity.services import IdentityServices
    from aerogram.jobs.services import JobServices
    from aerogram.reporting.services import ReportingServices
    from aerogram.senders.services import SenderServices


class RestServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services that the resources and routes need."""

    clock: Clock
    identity: IdentityServices
    senders: SenderServices
    content: ContentServices
    audience: Audience
    campaigns: CampaignServices
    jobs: JobServices
    reporting: ReportingServices
    send_sample: SendSample
    public_url: str
    """The base URL of links in responses and mails, as ``https://mail.example.com``; no trailing slash."""


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
    messages = MessageRows(services.reporting.messages)
    exports = ExportActions(services.jobs.exports, services.public_url)
    bound = [
        Message(messages, exports.of(JobKind.EXPORT_MESSAGES, Message.filters, of_messages)),
        MessageHistory(History(services.reporting.messages)),
        eventcallbackurl(services.reporting.webhooks, services.send_sample),
        template(services.content.templates),
        messageinformation(messages, services.clock),
        messagestate(),
        campaign(services.campaigns.campaigns, services.clock),
        apikeytotals(services.reporting.messages),
        *(drafts(services.campaigns.drafts) for drafts in _DRAFTS),
        *(plain(services.content.records) for plain in _PLAIN),
        *_of_audience(services, exports),
        *_of_account(services),
    ]
    return [*bound, metadata(bound)]


def _of_audience(services: RestServices, exports: ExportActions) -> list[Resource]:
    """Bind the resources of contacts and lists, with their bulk actions."""
    audience = services.audience
    jobs = services.jobs.jobs
    bulk = JobActions(jobs, audience.jobs, services.public_url)
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
        widget(services.content.records, services.content.signup_links.form_url),
        batchjob(jobs, audience.jobs),
        csvimport(jobs, audience.jobs),
    ]


def _of_account(services: RestServices) -> list[Resource]:
    """Bind the resources of the account and its senders."""
    identity, senders = services.identity, services.senders
    accounts, profiles = identity.accounts, identity.profiles
    return [
        sender(senders.claims, senders.dns),
        dns(senders.dns),
        metasender(senders.metasenders, accounts),
        parseroute(senders.parse_routes),
        apikey(accounts, services.public_url),
        apikeyaccess(profiles),
        apikeyaccessgrantor(accounts, senders.claims),
        apitoken(identity.api_tokens),
        user(profiles, accounts),
        myprofile(profiles, accounts),
        preferences(identity.preferences, accounts),
        apppreferences(identity.preferences),
    ]


def routes(services: RestServices) -> list[Route]:
    """Bind every route that is not a resource."""
    jobs = services.jobs
    return [
        *contact_erasure(services.audience),
        *DataFiles(jobs.jobs, jobs.exports, services.audience.jobs).routes(),
        *_of_content(services),
    ]


def _of_content(services: RestServices) -> list[Route]:
    """Bind the Content API."""
    content = services.content
    templates = TemplateRoutes(content.templates, content.labels)
    return [
        *templates.routes(),
        *ContentRoutes(content.versions, templates).routes(),
        *TokenRoutes(services.identity.content_tokens, services.clock).routes(),
        *LabelRoutes(content.labels).routes(),
        *ImageRoutes(content.images, content.labels, services.public_url).routes(),
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
