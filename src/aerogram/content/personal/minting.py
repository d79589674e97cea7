"""The addresses in one letter that lead back to this service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.content.tokens import UNSUBSCRIBE

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.content.tokens import LinkSigner
    from aerogram.model.message import Letter


class LinkMint:
    """Mints addresses; ``base_url(account_id, from_email)`` tells where links in such mail lead.

    It gives a URL without a slash at its end, and must be callable from any thread.
    """

    def __init__(self, signer: LinkSigner, base_url: Callable[[int, str], str]) -> None:
        self._signer: Final = signer
        self._base_url: Final = base_url

    def links_of(self, letter: Letter) -> LetterLinks:
        """Give the addresses of a letter."""
        base = self._base_url(letter.account_id, letter.from_email)
        return LetterLinks(self._signer, base, letter.message_id)


class LetterLinks:
    """The addresses of one letter, each minted when it is asked for."""

    __slots__ = ("_base", "_message_id", "_signer")

    def __init__(self, signer: LinkSigner, base: str, message_id: int) -> None:
        self._signer = signer
        self._base = base
        self._message_id = message_id

    @property
    def own(self) -> str:
        """How the addresses begin that must not be followed through the counter of clicks."""
        return self._base + UNSUBSCRIBE

    def click(self, url: str) -> str:
        """Give what stands for a link."""
        return self._signer.click_url(self._base, self._message_id, url)

    def opening(self) -> str:
        """Give the picture that tells of an opening."""
        return self._signer.open_url(self._base, self._message_id)

    def unsubscribe(self, language: str = "") -> str:
        """Give the page to unsubscribe, in a language (``fr``; "" for none)."""
        return self._signer.unsubscribe_url(self._base, self._message_id, language)
