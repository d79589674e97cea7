from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from aerogram.delivery.connections.timeouts import Timeouts


def pytest_asyncio_loop_factories(config, item):
    """Every scenario holds on both loops."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture
def quick():
    """Timeouts short enough to be waited for."""
    return Timeouts(
        connect=2.0,
        greeting=0.3,
        hello=0.3,
        handshake=0.5,
        mail=0.3,
        rcpt=0.3,
        data=0.3,
        data_block=0.3,
        final=0.3,
        quit=0.3,
    )


@pytest.fixture
def patient():
    """Timeouts that a busy machine keeps."""
    return Timeouts(
        connect=20.0, greeting=20.0, hello=20.0, mail=20.0, rcpt=20.0, data=20.0, final=20.0, quit=5.0
    )


@dataclass
class Certificate:
    """A self-signed certificate for 127.0.0.1 and localhost."""

    server: ssl.SSLContext
    trusting: ssl.SSLContext


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sink.example")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem, private = folder / "cert.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem, private)
    return Certificate(server, ssl.create_default_context(cafile=pem))
