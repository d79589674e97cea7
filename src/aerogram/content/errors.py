"""What can be wrong with a content that is to become a mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import AerogramError

if TYPE_CHECKING:
    from aerogram.model.outcome import FailureState


class ComposeError(AerogramError):
    """A stored content cannot become a mail; it would fail again, so a person must look at it."""


class TemplateRenderError(ComposeError):
    """A template gives no mail with the values of one recipient; the sender's affair, nobody else's.

    ``state`` tells a fault in the language from a template with nothing in it.
    """

    def __init__(self, state: FailureState, words: str) -> None:
        super().__init__(words)
        self.state: Final = state
