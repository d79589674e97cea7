"""Signing keys: made, kept and published."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from aerogram.wire.dkim.keys import Algorithm, KeyRefusedError, SigningKey, dns_strings
from aerogram.wire.errors import AddressError

RSA = SigningKey.generate_rsa("s1")
ED25519 = SigningKey.generate_ed25519("s2")


@pytest.mark.parametrize("key", [RSA, ED25519])
def test_a_key_survives_being_kept(key):
    for again in (SigningKey.from_pem("s9", key.to_pem()), SigningKey.from_der("s9", key.to_der())):
        assert again.algorithm is key.algorithm
        assert again.dns_value() == key.dns_value()
        assert again.sign(b"x") == key.sign(b"x")


def test_the_record_of_an_rsa_key_holds_a_public_key_info():
    version, kind, public = RSA.dns_value().split("; ")
    assert (version, kind, RSA.algorithm) == ("v=DKIM1", "k=rsa", Algorithm.RSA_SHA256)
    assert len(base64.b64decode(public.removeprefix("p="))) == 294


def test_the_record_of_an_ed25519_key_holds_the_bare_key():
    version, kind, public = ED25519.dns_value().split("; ")
    assert (version, kind, ED25519.algorithm) == ("v=DKIM1", "k=ed25519", Algorithm.ED25519_SHA256)
    assert len(base64.b64decode(public.removeprefix("p="))) == 32


def test_a_key_knows_where_it_is_published():
    assert RSA.dns_name("Bücher.example") == "s1._domainkey.xn--bcher-kva.example"


def test_a_long_record_is_cut_into_strings_for_dns():
    strings = dns_strings(RSA.dns_value())
    assert [len(string) <= 255 for string in strings] == [True, True]
    assert "".join(strings) == RSA.dns_value()


def _pem(private, encryption=NoEncryption()):  # noqa: B008 (it has no state)
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize(
    ("pem", "sentence"),
    [
        (b"no key", "not a private key in PEM"),
        (_pem(ec.generate_private_key(ec.SECP256R1())), "RSA or an Ed25519"),
        (_pem(rsa.generate_private_key(65537, 1024), BestAvailableEncryption(b"x")), "encrypted"),
    ],
)
def test_what_cannot_sign_mail_is_refused(pem, sentence):
    with pytest.raises(KeyRefusedError, match=sentence):
        SigningKey.from_pem("s1", pem)


def test_bytes_that_are_no_key_are_refused():
    with pytest.raises(KeyRefusedError, match="not a private key in DER"):
        SigningKey.from_der("s1", b"\x30\x00")


# An RSA key of 768 bits, in DER; libraries do not make such small ones any more.
SMALL = base64.b64decode(
    "MIIBygIBAAJhAK8rA22DKt6+pvvnVCxOEGgk1vCT/+OIIFTGxkWOB4WSqlY0d0rdA/BkKCIVkz0HSnkN/SLvgCc9pRLd/S5q"
    "Cogev1REudDJeVuVQ+Q8KCWpiaN0jApzzhkCOH5ZdJjGnQIDAQABAmAcRIS5F4HDkGDCJgKfY7miFM/a4wdYYI9XHvzAHLt6"
    "AsEaSD04B5KrKH6RgYnRP2uwslViOhetGfPAzw7psn7uWeTlirvPtVwaxGId6IbgUT9BdavzFtD/qGzwkCPY8sECMQDkbZ0m"
    "TZjse1ecOfT4cCdys5qR1iYpus2PdwQoV2c+ZiiAGZaRo2VOOTFpkZg5+/MCMQDET6vJIqG66cki6unKRlysP7AywWyrrSzD"
    "MtnSGU82diAB7c4ktGzlR8EmqrUIpy8CMBaAldKIImBpZiAFtZQjuD8cYkWriubheA6B8u7mbU1AUw0LeEGwjvI9wBheN1i+"
    "8QIwbm9zcF8vJHtIT4BfrQ8QK0ZY1PTDMYDmYZlFuE/MpBKnxu4EvdlSOVm4aww1c3y5AjEAoUDxlowDAiFlwmW62QqmvQ74"
    "3fV7p/3FaYIVGSqmqH3rEzysIQCScPqRLEPQnq8a"
)


def test_a_key_too_small_to_count_is_refused():
    with pytest.raises(KeyRefusedError, match="1024 to 4096 bits, this one has 768"):
        SigningKey.from_der("s1", SMALL)


def test_a_selector_is_a_name_in_dns():
    with pytest.raises(AddressError):
        SigningKey.generate_ed25519("s 1; v=x")
