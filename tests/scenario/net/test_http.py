"""The guarded HTTP client against real sockets."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from aerogram.net.http import Answered, HttpCaller, Unanswered
from support.receiver import Receiver


@pytest.fixture
async def receiver():
    started = await Receiver().start()
    yield started
    await started.stop()


@pytest.fixture
async def caller():
    made = HttpCaller(allow_private=True)
    yield made
    await made.close()


@pytest.fixture
async def hasty():
    """A caller whose time limit is waited for."""
    made = HttpCaller(allow_private=True, total_seconds=1.0)
    yield made
    await made.close()


def naming(addresses):
    """DNS of the test: a name has the addresses it is given; each lookup is noted."""

    async def resolve(host, port):
        resolve.lookups.append(host)
        answer = addresses[host]
        return answer.pop(0) if answer and isinstance(answer[0], list) else answer

    resolve.lookups = []
    return resolve


async def test_a_post_arrives_as_it_was_made(receiver, caller):
    answer = await caller.post(receiver.url("/a?b=c"), b"{}", {"Content-Type": "application/json"})
    assert answer == Answered(200)
    (request,) = receiver.requests
    assert request.line == "POST /a?b=c HTTP/1.1"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == "2"
    assert request.body == b"{}"
    assert "authorization" not in request.headers


async def test_credentials_of_the_url_are_sent_as_basic_authorization(receiver, caller):
    await caller.post(receiver.url(userinfo="user:p%40ss@"), b"{}", {})
    assert receiver.requests[0].headers["authorization"] == "Basic dXNlcjpwQHNz"
    assert "user" not in receiver.requests[0].line


@pytest.mark.parametrize("status", [200, 201, 204, 400, 404, 500, 503])
async def test_every_status_is_an_answer(receiver, caller, status):
    receiver.answer = lambda _: status
    assert await caller.post(receiver.url(), b"{}", {}) == Answered(status)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(receiver, caller, status):
    location = receiver.url("/elsewhere")
    receiver.answer = lambda _: (
        f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    assert await caller.post(receiver.url(), b"{}", {}) == Answered(status)
    assert [request.path for request in receiver.requests] == ["/hook"]


async def test_connections_are_used_again(receiver, caller):
    for _ in range(5):
        await caller.post(receiver.url(), b"{}", {})
    assert receiver.connections == 1


async def test_cookies_are_not_kept(receiver, caller):
    receiver.answer = lambda _: b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"
    await caller.post(receiver.url(), b"{}", {})
    await caller.post(receiver.url(), b"{}", {})
    assert "cookie" not in receiver.requests[1].headers


async def test_the_environments_proxy_is_not_used(receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    caller = HttpCaller(allow_private=True)
    assert await caller.post(receiver.url(), b"{}", {}) == Answered(200)
    await caller.close()


# Faults of the receiver


async def test_a_receiver_that_never_answers_is_left_after_the_time_limit(receiver, hasty):
    receiver.answer = lambda _: None
    answer = await hasty.post(receiver.url(), b"{}", {})
    assert answer == Unanswered("No answer within 1 seconds.")


async def test_a_receiver_that_drips_headers_is_left_after_the_time_limit(hasty):
    left = asyncio.Event()

    async def drip(reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\n")
        with contextlib.suppress(ConnectionError):
            while await reader.read(1000):
                while not reader.at_eof():
                    writer.write(b"X-A: b\r\n")
                    await writer.drain()
                    await asyncio.sleep(0.02)
        writer.close()
        left.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answer = await hasty.post(f"http://127.0.0.1:{port}/", b"{}", {})
    await left.wait()
    server.close()
    assert answer == Unanswered("No answer within 1 seconds.")


async def test_a_closed_port_is_told_in_words(caller, receiver):
    await receiver.stop()
    answer = await caller.post(receiver.url(), b"{}", {})
    assert isinstance(answer, Unanswered)
    assert answer.reason.startswith("No connection: ")


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"220 mail.example.net ESMTP\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 200_000,
        b"\x00" * 1000,
        b"HTTP/1.1 99 OK\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 3,
    ],
    ids=["nothing", "SMTP", "no status", "bad length", "endless header", "zeros", "status 99", "only 100"],
)
async def test_what_is_not_http_is_told_in_words(receiver, caller, garbage):
    receiver.answer = lambda _: garbage
    assert isinstance(await caller.post(receiver.url(), b"{}", {}), Unanswered)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 1000000000\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n40000\r\n",
        b"Content-Encoding: gzip\r\n\r\n",
    ],
    ids=["long", "chunked", "until it closes"],
)
async def test_a_status_counts_however_long_its_body_is(receiver, caller, head):
    receiver.answer = lambda _: b"HTTP/1.1 200 OK\r\n" + head + b"a" * 200_000
    assert await caller.post(receiver.url(), b"{}", {}) == Answered(200)
    # The rest of that body is not read, so its connection cannot be used again.
    assert await caller.post(receiver.url(), b"{}", {}) == Answered(200)
    assert receiver.connections == 2


# The guard


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]", "0.0.0.0"],
)
async def test_private_hosts_are_not_called(receiver, host):
    caller = HttpCaller()
    answer = await caller.post(receiver.url(host=host), b"{}", {})
    await caller.close()
    assert answer.is_forbidden
    assert receiver.connections == 0


async def test_a_doubtful_url_is_not_called(receiver, caller):
    answer = await caller.post(f"http://2130706433:{receiver.port}/", b"{}", {})
    assert answer.is_forbidden
    assert receiver.connections == 0


async def test_metadata_services_are_not_called_even_where_private_addresses_are(caller):
    answer = await caller.post("http://169.254.169.254/latest/meta-data/", b"{}", {})
    assert answer.is_forbidden


async def test_a_name_with_a_private_address_is_not_called(receiver):
    caller = HttpCaller(resolve=naming({"intranet.example": ["127.0.0.1"]}))
    answer = await caller.post(receiver.url(host="intranet.example"), b"{}", {})
    await caller.close()
    assert answer.is_forbidden
    assert "127.0.0.1" not in answer.reason
    assert receiver.connections == 0


async def test_a_name_that_changes_its_mind_after_the_check_gains_nothing(receiver, monkeypatch):
    """DNS rebinding: the second answer would be loopback, so it must never be asked for."""
    connected = []

    async def connect(self, host, port, *_):
        connected.append(host)
        raise __import__("httpcore2").ConnectError("not in a test")

    monkeypatch.setattr("httpcore2.AnyIOBackend.connect_tcp", connect)
    resolve = naming({"rebind.example": [["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]]})
    caller = HttpCaller(resolve=resolve)
    first = await caller.post(receiver.url(host="rebind.example"), b"{}", {})
    second = await caller.post(receiver.url(host="rebind.example"), b"{}", {})
    await caller.close()
    assert connected == ["93.184.216.34"]
    assert resolve.lookups == ["rebind.example", "rebind.example"]
    assert (first.is_forbidden, second.is_forbidden) == (False, True)


async def test_a_name_is_called_at_its_checked_address_and_keeps_its_host_header(receiver):
    resolve = naming({"app.example": ["127.0.0.1"]})
    caller = HttpCaller(allow_private=True, resolve=resolve)
    assert await caller.post(receiver.url(host="app.example"), b"{}", {}) == Answered(200)
    await caller.close()
    assert receiver.requests[0].headers["host"] == f"app.example:{receiver.port}"


async def test_a_dead_first_address_does_not_hide_a_living_second_one(receiver):
    resolve = naming({"app.example": ["127.0.0.2", "127.0.0.1"]})
    caller = HttpCaller(allow_private=True, resolve=resolve)
    assert await caller.post(receiver.url(host="app.example"), b"{}", {}) == Answered(200)
    await caller.close()


async def test_the_machines_own_address_is_not_called_by_whatever_name(receiver, monkeypatch):
    """A public address of this machine would bypass its firewall; the test uses loopback as one."""
    monkeypatch.setattr("aerogram.net.guard.why_blocked", lambda *_, **__: "")
    caller = HttpCaller(resolve=naming({"self.example": ["127.0.0.1"]}))
    answer = await caller.post(receiver.url(host="self.example"), b"{}", {})
    await caller.close()
    assert answer.is_forbidden
    assert receiver.requests == []


async def test_a_name_without_address_is_told_in_words(caller):
    made = HttpCaller(resolve=naming({"nowhere.example": []}))
    answer = await made.post("http://nowhere.example/", b"{}", {})
    await made.close()
    assert answer == Unanswered("The host name has no address.")


async def test_dns_that_hangs_is_left_after_the_time_limit():
    async def resolve(host, port):
        await asyncio.Event().wait()

    caller = HttpCaller(resolve=resolve, total_seconds=0.1)
    assert isinstance(await caller.post("http://slow.example/", b"{}", {}), Unanswered)
    await caller.close()


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for app.example, as (server context, client context)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("app.example"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path_factory.mktemp("tls") / "pair.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=pem)


async def test_tls_names_and_checks_the_host_and_not_the_address(certificate):
    server, client = certificate
    receiver = await Receiver().start(server)
    named = []
    server.sni_callback = lambda _, name, __: named.append(name)
    resolve = naming({"app.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]})
    caller = HttpCaller(allow_private=True, resolve=resolve, tls=client)
    right = await caller.post(receiver.url(scheme="https", host="app.example"), b"{}", {})
    wrong = await caller.post(receiver.url(scheme="https", host="other.example"), b"{}", {})
    await caller.close()
    await receiver.stop()
    assert right == Answered(200)
    assert isinstance(wrong, Unanswered)
    assert "certificate" in wrong.reason
    assert named == ["app.example", "other.example"]
    assert len(receiver.requests) == 1


async def test_a_certificate_of_an_unknown_authority_is_not_trusted(certificate):
    server, _ = certificate
    receiver = await Receiver().start(server)
    caller = HttpCaller(allow_private=True)
    answer = await caller.post(receiver.url(scheme="https"), b"{}", {})
    await caller.close()
    await receiver.stop()
    assert isinstance(answer, Unanswered)
    assert receiver.requests == []
