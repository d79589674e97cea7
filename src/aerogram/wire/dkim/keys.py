"""Signing keys: generate, read, write and publish them (RFC 6376 §3.6.1, RFC 8463 §4)."""

from __future__ import annotations

import base64
import enum
import hashlib
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_pem_private_key,
)

from aerogram.base.errors import RefusedError
from aerogram.wire.address import ascii_domain

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

RSA_BITS: Final = 2048
"""The size of new keys, as RFC 8301 §3.2 recommends."""
MIN_RSA_BITS: Final = 1024
"""Signatures by smaller keys do not count (RFC 8301 §3.2)."""
MAX_RSA_BITS: Final = 4096
"""The largest size that verifiers must support (RFC 8301 §3.2)."""
_PUBLIC_EXPONENT: Final = 65537
_DNS_STRING: Final = 255

_PADDING: Final = padding.PKCS1v15()
_SHA256: Final = SHA256()


class KeyRefusedError(RefusedError, ValueError):
    """The key cannot sign mail: it is unreadable, encrypted, of another kind, or too small."""


class Algorithm(enum.Enum):
    """The signing algorithms, by the values of the ``a=`` tag."""

    RSA_SHA256 = "rsa-sha256"
    ED25519_SHA256 = "ed25519-sha256"


class SigningKey:
    """A private key with the selector under which its public key is published."""

    def __init__(self, selector: str, private: PrivateKeyTypes) -> None:
        """Take a key of the cryptography package; raises `KeyRefusedError` when it cannot sign mail."""
        self.selector: Final = ascii_domain(selector)
        self._sign: Final = _signing(private)
        if isinstance(private, rsa.RSAPrivateKey):
            if not MIN_RSA_BITS <= private.key_size <= MAX_RSA_BITS:
                raise KeyRefusedError(
                    f"An RSA key for DKIM has {MIN_RSA_BITS} to {MAX_RSA_BITS} bits, this one has {private.key_size}."
                )
            self.algorithm = Algorithm.RSA_SHA256
        else:
            self.algorithm = Algorithm.ED25519_SHA256
        self._private: Final = private

    @classmethod
    def generate_rsa(cls, selector: str) -> Self:
        """Generate an RSA key of 2048 bits, which every receiver verifies."""
        return cls(selector, rsa.generate_private_key(_PUBLIC_EXPONENT, RSA_BITS))

    @classmethod
    def generate_ed25519(cls, selector: str) -> Self:
        """Generate an Ed25519 key for a second signature; not all receivers verify it yet."""
        return cls(selector, Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, selector: str, pem: bytes) -> Self:
        """Read a private key from PEM (PKCS #1 or #8, not encrypted); raises `KeyRefusedError`."""
        try:
            return cls(selector, load_pem_private_key(pem, password=None))
        except (TypeError, UnsupportedAlgorithm) as error:
            raise KeyRefusedError("The PEM key is encrypted or of an unknown kind.") from error
        except ValueError as error:
            raise _as_refused(error, "PEM") from error

    @classmethod
    def from_der(cls, selector: str, der: bytes) -> Self:
        """Read a private key from DER (PKCS #1 or #8, not encrypted); raises `KeyRefusedError`."""
        try:
            return cls(selector, load_der_private_key(der, password=None))
        except (TypeError, UnsupportedAlgorithm) as error:
            raise KeyRefusedError("The DER key is encrypted or of an unknown kind.") from error
        except ValueError as error:
            raise _as_refused(error, "DER") from error

    def to_pem(self) -> bytes:
        """Write the private key as PKCS #8 PEM, not encrypted."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def to_der(self) -> bytes:
        """Write the private key as PKCS #8 DER, not encrypted."""
        return self._private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, data: bytes) -> bytes:
        """Sign; the interpreter's lock is released during RSA arithmetic."""
        return self._sign(data)

    def dns_name(self, domain: str) -> str:
        """Return the name of the record with the public key, as ``selector._domainkey.example.com``."""
        return f"{self.selector}._domainkey.{ascii_domain(domain)}"

    def dns_value(self) -> str:
        """Return the TXT record with the public key, as ``v=DKIM1; k=rsa; p=MIIB…``."""
        public = self._private.public_key()
        if isinstance(self._private, rsa.RSAPrivateKey):
            kind, raw = "rsa", public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            kind, raw = "ed25519", public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"v=DKIM1; k={kind}; p={base64.b64encode(raw).decode()}"


def _signing(private: PrivateKeyTypes) -> Callable[[bytes], bytes]:
    """Return what signs with a key: asking for its kind each time costs more than Ed25519's hash."""
    if isinstance(private, rsa.RSAPrivateKey):
        return lambda data: private.sign(data, _PADDING, _SHA256)
    if isinstance(private, Ed25519PrivateKey):
        # Ed25519 signs the SHA-256 hash of the data (RFC 8463 §3).
        return lambda data: private.sign(hashlib.sha256(data).digest())
    raise KeyRefusedError("The key cannot sign DKIM; use an RSA or an Ed25519 key.")


def dns_strings(value: str) -> tuple[str, ...]:
    """Split a TXT value into strings of at most 255 characters (RFC 1035 §3.3, RFC 6376 §3.6.2.2)."""
    return tuple(value[at : at + _DNS_STRING] for at in range(0, len(value), _DNS_STRING))


def _as_refused(error: ValueError, form: str) -> KeyRefusedError:
    return (
        error
        if isinstance(error, KeyRefusedError)
        else KeyRefusedError(f"The key is not a private key in {form}.")
    )
