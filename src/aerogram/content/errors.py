"""Errors of composing a content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import AerogramError

if TYPE_CHECKING:
    from aerogram.model.outcome import FailureState


class ComposeError(AerogramError):
    """A stored content cannot be composed. The error is permanent and needs a person's attention."""


class ConversionError(ComposeError):
    """The mail must be converted for the next hop, and cannot or must not be; no retry can help."""


class TemplateRenderError(ComposeError):
    """A template cannot be rendered with the values of one recipient; only its sender can correct it.

    ``state`` distinguishes an error in the template language from an empty template.
    """

    def __init__(self, state: FailureState, words: str) -> None:
        super().__init__(words)
        self.state: Final = state
