"""The tracking and unsubscribe URLs of a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.content.tokens import UNSUBSCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.content.tokens import LinkSigner
    from aerogram.model.message import Letter


class LinkMint:
    """Mints URLs; ``base_url(account_id, from_email)`` returns the base of the links in such mail.

    The base has no trailing slash; the function must be thread-safe.
    """

    def __init__(self, signer: LinkSigner, base_url: Callable[[int, str], str]) -> None:
        self._signer: Final = signer
        self._base_url: Final = base_url

    def links_of(self, letter: Letter) -> LetterLinks:
        """Return the URLs of a letter."""
        base = self._base_url(letter.account_id, letter.from_email)
        return LetterLinks(self._signer, base, letter.message_id)


class LetterLinks:
    """The URLs of one letter, each minted on demand."""

    __slots__ = ("_base", "_message_id", "_signer")

    def __init__(self, signer: LinkSigner, base: str, message_id: int) -> None:
        self._signer = signer
        self._base = base
        self._message_id = message_id

    @property
    def own(self) -> str:
        """The prefix of URLs that must not be tracked."""
        return self._base + UNSUBSCRIBE

    def click(self, url: str) -> str:
        """Return the tracked URL of a link."""
        return self._signer.click_url(self._base, self._message_id, url)

    def opening(self) -> str:
        """Return the URL of the tracking pixel."""
        return self._signer.open_url(self._base, self._message_id)

    def unsubscribe(self, language: str = "") -> str:
        """Return the URL of the unsubscribe page, in a language (``fr``; "" for the default)."""
        return self._signer.unsubscribe_url(self._base, self._message_id, language)
