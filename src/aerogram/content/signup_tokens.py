"""The URLs of signups: a widget's form, and the confirmation page that its mail links to.

::

    <base>/signup/<token>            the form of a widget
    <base>/signup/confirm/<token>    the page on which the owner of an address confirms it

Tokens are those of `aerogram.content.tokens`, with a separate key and separate purposes.
"""

from __future__ import annotations

from typing import Final

from aerogram.content.tokens import TOKEN_CHARS, TokenSigner, packed, unpacked

KEY_PURPOSE: Final = "signups"
"""The purpose for `Sealer.derived_key` that gives the signing key."""
FORM: Final = "/signup/"
CONFIRM: Final = "/signup/confirm/"
_FOR_FORM: Final = b"form"
_FOR_CONFIRM: Final = b"confirm"


class SignupSigner(TokenSigner):
    """Mints and reads URLs; reading an invalid token returns None."""

    def __init__(self, key: bytes, base: str) -> None:
        """Use a secret key and the base of links, such as ``https://mail.example.org``."""
        super().__init__(key, _FOR_FORM, _FOR_CONFIRM)
        self._base = base

    def form_url(self, widget_id: int) -> str:
        """Mint the URL of a widget's form."""
        return f"{self._base}{FORM}{self.token(_FOR_FORM, packed(widget_id))}"

    def confirm_url(self, signup_id: int) -> str:
        """Mint the URL for a confirmation mail."""
        return f"{self._base}{CONFIRM}{self.token(_FOR_CONFIRM, packed(signup_id))}"

    def read_form(self, token: str) -> int | None:
        """Return the id of the widget."""
        return self._id(_FOR_FORM, token)

    def read_confirm(self, token: str) -> int | None:
        """Return the id of the signup."""
        return self._id(_FOR_CONFIRM, token)

    def _id(self, purpose: bytes, token: str) -> int | None:
        payload = self.payload(purpose, token) if len(token) == TOKEN_CHARS else None
        return None if payload is None else unpacked(payload)
