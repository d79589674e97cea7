"""The HTTP door on a real socket, in the test's own loop."""

import asyncio
import contextlib
import functools
import socket
import ssl

import httpx2
import msgspec
import uvicorn

from aerogram.app.job_kinds import EXPORT_SOURCES, HANDLERS
from aerogram.app.rest_services import account_services, content_services
from aerogram.audience.jobs.contact_jobs import ContactJobs
from aerogram.audience.services import audience_of
from aerogram.audience.signups import Signups
from aerogram.campaigns.campaigns import Campaigns
from aerogram.campaigns.drafts import Drafts
from aerogram.content import templates
from aerogram.content.signup_tokens import SignupSigner
from aerogram.content.templates import StoredTemplate
from aerogram.content.tokens import KEY_PURPOSE, LinkSigner
from aerogram.doors.front import Services, build_app
from aerogram.doors.images.app import ImageDoor
from aerogram.doors.signup.app import REQUESTS_A_MINUTE, SignupDoor
from aerogram.doors.tracking.app import Tracking
from aerogram.identity.attempts import LoginAttempts
from aerogram.identity.rate import RateLimiter
from aerogram.jobs.exports.exports import Exports
from aerogram.jobs.jobs import Jobs
from aerogram.jobs.runner import JobRunner
from aerogram.model.account import NO_DEFAULTS, CredentialKind, Principal
from aerogram.net.dns_answers import NoSuchName
from aerogram.reporting.engagement.geo import Countries
from aerogram.reporting.engagement.recorder import Engagements
from aerogram.reporting.messages import Messages
from aerogram.reporting.webhooks.webhooks import Webhooks
from aerogram.senders.categories import MonitoringCategories
from aerogram.senders.valid_senders import ValidSenders
from aerogram.store.ground import Ground
from aerogram.submission.accept import Acceptor
from aerogram.submission.authorize import Authorizer

ACCOUNT, STRANGER = 11, 12
KEY, SECRET = "key-of-ann", "secret-of-ann"
STRANGERS_KEY, STRANGERS_SECRET = "key-of-bob", "secret-of-bob"
PUBLIC_URL = "https://mail.example.com"
_NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""The door speaks no TLS; without this each client would read the certificates of the world first."""


class Keys:
    """Two accounts with one key pair each."""

    def __init__(self):
        self._accounts = {(KEY, SECRET): ACCOUNT, (STRANGERS_KEY, STRANGERS_SECRET): STRANGER}
        self.is_down = None
        self.defaults = NO_DEFAULTS
        self.kind = CredentialKind.API_KEY

    def cached(self, *_):
        return None

    async def check(self, key, secret):
        if self.is_down is not None:
            raise self.is_down
        account_id = self._accounts.get((key, secret))
        if account_id is None:
            return None
        return Principal(
            account_id=account_id,
            kind=self.kind,
            label=f"API key {key}",
            defaults=self.defaults,
        )

    async def is_suspended(self, *_):
        return False


class NoTokens:
    """No token opens anything."""

    async def check(self, _):
        return None


class Names:
    """The DNS that the door asks: it is empty until a test gives it a `resolver`."""

    resolver = None

    async def texts(self, name):
        return await self.resolver.texts(name) if self.resolver else NoSuchName()

    async def addresses(self, host):
        return await self.resolver.addresses(host) if self.resolver else NoSuchName()


Template = functools.partial(StoredTemplate, id=1, name="receipt")
"""A stored template, as the Send API wants it."""


class Templates(templates.Templates):
    """The stored templates, and before them those that a test puts into ``known``, by account and id."""

    def __init__(self, database, ids, clock):
        super().__init__(database, ids, clock)
        self.known = {}

    async def find(self, account_id, template_id):
        return self.known.get((account_id, template_id)) or await super().find(account_id, template_id)

    async def find_by_name(self, account_id, name):
        known = (found for (owner, _), found in self.known.items() if owner == account_id)
        found = next((each for each in known if each.name == name), None)
        return found or await super().find_by_name(account_id, name)


class Quiet(uvicorn.Server):
    """A server that leaves the signals of the test process alone."""

    @contextlib.contextmanager
    def capture_signals(self):
        yield


@contextlib.asynccontextmanager
async def serving(app, lifespan="on"):
    """Serve an ASGI application on a free port of loopback; gives the base URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    # asyncio does it only for sockets that name their protocol; without it each answer waits for an ACK.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app, http="httptools", ws="none", lifespan=lifespan, log_config=None, access_log=False
    )
    server = Quiet(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


class Door:
    """All that a test of the HTTP door may want to touch."""

    def __init__(self, database, blobs, ids, clock, sealer, keys=None, rules=()):
        self.keys = keys or Keys()
        self.content = msgspec.structs.replace(
            content_services(database, blobs, sealer, ids, clock, self._check_room),
            templates=Templates(database, ids, clock),
        )
        self.templates = self.content.templates
        self.categories = MonitoringCategories(database, clock)
        self.authorizer = Authorizer(ValidSenders(database, clock), self.categories, rules)
        self.samples = []
        self.names = Names()
        self.sample_fault = ""
        self.failing_checks = {}
        self.accept_fault = None
        self.database = database
        self.acceptor = Acceptor(
            database, blobs, ids, clock, check_room=self._check_room, on_accepted=lambda _: None
        )
        self.webhooks = Webhooks(database, sealer, ids, clock)
        ground = Ground(database, blobs, ids, clock, self._check_room)
        self.job_runner = JobRunner(ground, HANDLERS)
        self.jobs = Jobs(ground, self.job_runner.wake)
        self.exports = Exports(self.jobs, ground, EXPORT_SOURCES)
        self.contact_jobs = ContactJobs(self.jobs, database)
        self.audience = audience_of(database, blobs, ids, clock, sealer)
        self.engaged = []
        self.engagements = Engagements(database, clock, Countries(), self.engaged.extend)
        self.signer = LinkSigner(sealer.derived_key(KEY_PURPOSE))
        self.signup_signer = SignupSigner(b"k" * 32, PUBLIC_URL)
        self.app = build_app(
            Services(
                authenticator=self.keys,
                attempts=LoginAttempts(clock),
                rate=RateLimiter(None, clock),
                authorizer=self.authorizer,
                content=self.content,
                acceptor=self.acceptor,
                webhooks=self.webhooks,
                audience=self.audience,
                messages=Messages(database),
                drafts=Drafts(database, ids, clock),
                campaigns=Campaigns(database),
                jobs=self.jobs,
                exports=self.exports,
                contact_jobs=self.contact_jobs,
                send_sample=self._send_sample,
                account=account_services(
                    database, sealer, ids, clock, self.names, hostname="mail.example.com"
                ),
                clock=clock,
                public_url=PUBLIC_URL,
                version="0.0.0",
                checks={"store": self._check},
                counts=lambda: {"accepted": 3, "delivered": 2},
                queue_depth=self._queue_depth,
                signup_url=self.signup_signer.form_url,
                tracking=Tracking(self.engagements, self.signer),
                images=ImageDoor(self.content.images),
                signup=SignupDoor(
                    Signups(database, ids, clock),
                    self.signup_signer,
                    self.templates,
                    self.authorizer,
                    self.acceptor,
                    RateLimiter(REQUESTS_A_MINUTE, clock),
                ),
            )
        )

    def _check_room(self):
        if self.accept_fault is not None:
            raise self.accept_fault

    async def _send_sample(self, actor, callback_id):
        self.samples.append((actor.account_id, callback_id))
        return self.sample_fault

    async def _check(self):
        if self.failing_checks:
            raise self.failing_checks["store"]

    async def _queue_depth(self):
        return 5


def a_client(url, auth=(KEY, SECRET), **options):
    """An HTTP client of the door."""
    return httpx2.AsyncClient(base_url=url, auth=auth, trust_env=False, verify=_NO_AUTHORITIES, **options)
