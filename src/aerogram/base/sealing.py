"""Secrets at rest: seal those that must be read back, digest those that are only compared.

Both use one master key of 32 bytes. API secrets are long and random, so a fast keyed hash is the right digest
(a slow one would cost 100 ms per login); passwords of people use argon2 instead.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from aerogram.base.errors import SettingsError

KEY_BYTES = 32


class Sealer:
    """Seals and digests with keys derived from the master key."""

    def __init__(self, master_key: str) -> None:
        """Use a master key from `new_master_key`. Raises `SettingsError` for an invalid key."""
        try:
            material = base64.urlsafe_b64decode(master_key.strip())
        except ValueError as error:
            raise SettingsError("master_key: the value is not URL-safe base64.") from error
        if len(material) != KEY_BYTES:
            raise SettingsError(f"master_key: the value must be {KEY_BYTES} bytes in URL-safe base64.")
        self._material = material
        self._fernet = Fernet(base64.urlsafe_b64encode(_derive(material, b"aerogram seal")))
        self._digest_key = _derive(material, b"aerogram digest")

    def seal(self, text: str) -> str:
        """Encrypt and authenticate a text."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, token: str) -> str:
        """Decrypt a token of `seal`. Raises `SettingsError` if it was sealed with another master key."""
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken as error:
            raise SettingsError("master_key: a stored secret was sealed with another key.") from error

    def digest(self, secret: str) -> str:
        """Return the keyed hash of a random secret, in hexadecimal."""
        return hmac.digest(self._digest_key, secret.encode(), hashlib.sha256).hex()

    def derived_key(self, purpose: str) -> bytes:
        """Derive a key of 32 bytes for one purpose, independent of all others (HKDF, RFC 5869)."""
        return _derive(self._material, b"aerogram key " + purpose.encode())

    def fingerprint(self) -> str:
        """Return a value that identifies the master key without revealing it."""
        return self.digest("fingerprint")[:16]


def new_master_key() -> str:
    """Generate a master key."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _derive(material: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(material)
