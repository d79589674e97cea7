"""Servers for all clients: one captures, on SQLite, one of its kind reports to a site; one relays, on PostgreSQL.

They end with the last of these tests, so that they take no time from the others.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import json
import os
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mailjet_rest import Client

from clients.anymail_mail import a_mail
from support import required
from support.certificates import make_pair
from support.django_site import TrackingSite
from support.ports import free_port
from support.server import running
from support.signatures import Verifier
from support.sinks import Sink
from support.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.certificates import Pair
    from support.server import ServerProcess


_SCRIPTS = Path(__file__).with_name("node")


@pytest.fixture(scope="package")
def certificate(tmp_path_factory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("tls"))


class Capturing:
    """A server in capture mode; what arrives is read from its inbox over HTTP."""

    def __init__(self, server: ServerProcess) -> None:
        self.server = server

    def mail_to(self, recipient: str) -> bytes:
        """Wait for a mail to this recipient; give its bytes."""
        listed = wait_for(lambda: self._find(recipient), f"a mail to {recipient} in the inbox")
        return self._get(f"/inbox/api/messages/{listed['id']}/raw")

    def _find(self, recipient: str) -> dict[str, object] | None:
        listed = json.loads(self._get("/inbox/api/messages"))
        return next((each for each in listed if recipient in str(each["to"])), None)

    def _get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.server.url + path, timeout=10) as answer:
            return answer.read()


class Relaying:
    """A server whose next hop for every domain is a sink."""

    def __init__(self, server: ServerProcess, sink: Sink) -> None:
        self.server = server
        self.sink = sink
        self._verifier = Verifier(server, "example.com")

    def mail_to(self, recipient: str) -> bytes:
        """Wait for a mail to this recipient; give its bytes, whose signatures are good."""
        content = self.sink.mail_to(recipient).content
        self._verifier.assert_signed(content, "rsa-sha256", "ed25519-sha256")
        return content


@contextlib.contextmanager
def _served(folder, certificate: Pair, **settings: str) -> Iterator[ServerProcess]:
    common = {
        "https": f"127.0.0.1:{free_port()}",
        "tls_cert": str(certificate.certificate),
        "tls_key": str(certificate.key),
        "hostname": "mail.example.com",
        "trusted_senders": "@example.com",
    }
    with running(folder / "data", **common, **settings) as server:
        yield server


@pytest.fixture(scope="package")
def capturing(tmp_path_factory, certificate) -> Iterator[Capturing]:
    with _served(tmp_path_factory.mktemp("capturing"), certificate) as server:
        yield Capturing(server)


@pytest.fixture(scope="package")
def relaying(tmp_path_factory, certificate, postgresql_server) -> Iterator[Relaying]:
    with Sink() as sink:
        folder = tmp_path_factory.mktemp("relaying")
        settings = {
            "deliver": "direct",
            "routes": f"*=127.0.0.1:{sink.port}",
            "rate_limit": "none",
            "database_url": postgresql_server.new_database(),
        }
        with _served(folder, certificate, **settings) as server:
            yield Relaying(server, sink)


@pytest.fixture(scope="package")
def site() -> Iterator[TrackingSite]:
    """A Django site whose Anymail is told what happens at `reporting`."""
    with TrackingSite() as running_site:
        yield running_site


@pytest.fixture(scope="package")
def reporting(tmp_path_factory, certificate, site) -> Iterator[Capturing]:
    """A server that captures and reports to the site."""
    settings = {"allow_private_callbacks": "true", "rate_limit": "none"}
    with _served(tmp_path_factory.mktemp("reporting"), certificate, **settings) as server:
        key = (server.settings["api_key"], server.settings["secret_key"])
        with contextlib.closing(Client(auth=key, version="v3", api_url=f"{server.url}/")) as client:
            for kind in ("sent", "blocked", "open", "click", "unsub"):
                client.eventcallbackurl.create(data={"EventType": kind, "Url": site.url}).raise_for_status()
        yield Capturing(server)


@pytest.fixture
def mail(reporting):
    """Make a mail of Anymail's kind that goes to `reporting`."""
    return functools.partial(a_mail, reporting.server)


@pytest.fixture(params=["capturing", "relaying"])
def post(request) -> Capturing | Relaying:
    """Each way a mail can end: in the inbox, and at a next hop."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def sdk():
    """Make a client of the Send API for a server."""
    opened = []

    def make(server, secret=None, version="v3.1"):
        key = (server.settings["api_key"], secret or server.settings["secret_key"])
        client = Client(auth=key, version=version, api_url=f"{server.url}/")
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.fixture(scope="package")
def node():
    """Node, with the locked packages in place."""
    found = required.program("node")
    with (_SCRIPTS / "package.json").open() as lock:
        # One worker of the tests installs; the others wait.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (_SCRIPTS / "node_modules").is_dir():
            subprocess.run(
                [required.program("npm"), "ci", "--no-audit", "--no-fund"], cwd=_SCRIPTS, check=True
            )
    return found


@pytest.fixture
def run(node, certificate):
    """Run one of the scripts; give what it prints."""

    def run_script(script, **given):
        done = subprocess.run(
            [node, script],
            cwd=_SCRIPTS,
            input=json.dumps(given),
            env=os.environ | {"NODE_EXTRA_CA_CERTS": str(certificate.certificate)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run_script


def https_of(server):
    """Give host and port of a server's HTTPS, by the name in its certificate."""
    return server.settings["https"].replace("127.0.0.1", "localhost")
