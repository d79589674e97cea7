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
from aerogram.audience import build as audience
from aerogram.campaigns import build as campaigns
from aerogram.content import build as content
from aerogram.content.templates import templates
from aerogram.content.templates.templates import StoredTemplate
from aerogram.doors.front import Doors, build_app
from aerogram.doors.http import build as http
from aerogram.doors.http.services import HttpServices
from aerogram.doors.images.app import ImageDoor
from aerogram.doors.signup import build as signup
from aerogram.doors.tracking.app import Tracking
from aerogram.identity import build as identity
from aerogram.jobs import build as jobs
from aerogram.model.account import NO_DEFAULTS, CredentialKind, Principal
from aerogram.net.dns_answers import NoSuchName
from aerogram.queue.depth import Depth
from aerogram.reporting import build as reporting
from aerogram.senders import build as senders
from aerogram.store.ground import Ground
from aerogram.submission import build as submission

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
        self.database = database
        self.names = Names()
        self.samples, self.engaged = [], []
        self.sample_fault = ""
        self.failing_checks = {}
        self.processes = ()
        self.accept_fault = None
        self.templates = Templates(database, ids, clock)
        ground = Ground(database, blobs, ids, clock, sealer, self._check_room)
        of_identity = identity.build(ground, rate_limit=None)
        of_senders = senders.build(
            ground, self.names, hostname="mail.example.com", public_url=PUBLIC_URL, is_signing=False
        )
        of_content = msgspec.structs.replace(
            content.build(ground, public_url=PUBLIC_URL), templates=self.templates
        )
        of_jobs = jobs.build(ground, HANDLERS, EXPORT_SOURCES)
        self.audience = audience.build(ground, of_jobs.jobs)
        of_submission = submission.build(ground, of_senders, on_accepted=lambda _: None, rules=rules)
        of_reporting = reporting.build(ground, None, geoip_database=None, on_engaged=self.engaged.extend)
        self.categories = of_senders.categories
        self.authorizer, self.acceptor = of_submission.authorizer, of_submission.acceptor
        self.job_runner = of_jobs.runner
        self.engagements, self.signer = of_reporting.engagements, of_content.links
        apis = http.build(
            HttpServices(
                identity=msgspec.structs.replace(of_identity, authenticator=self.keys),
                senders=of_senders,
                content=of_content,
                audience=self.audience,
                campaigns=campaigns.build(ground),
                jobs=of_jobs,
                reporting=of_reporting,
                submission=of_submission,
                send_sample=self._send_sample,
                clock=clock,
                public_url=PUBLIC_URL,
                version="0.0.0",
                checks={"store": self._check},
                counts=lambda: {"accepted": 3, "delivered": 2},
                queue_depth=self._queue_depth,
                reader_lags=self._reader_lags,
                processes=lambda: self.processes,
            )
        )
        self.app = build_app(
            Doors(
                apis=apis,
                tracking=Tracking(self.engagements, self.signer),
                images=ImageDoor(of_content.images),
                signup=signup.build(clock, self.audience, of_content, of_submission),
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
        return Depth(5, 2.5, is_at_least=False)

    async def _reader_lags(self):
        return {"webhooks": 2.5}


def a_client(url, auth=(KEY, SECRET), **options):
    """An HTTP client of the door."""
    return httpx2.AsyncClient(base_url=url, auth=auth, trust_env=False, verify=_NO_AUTHORITIES, **options)
