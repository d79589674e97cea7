"""Template errors, in Mailjet's words, with their position."""

from __future__ import annotations

from typing import Final, NamedTuple

from aerogram.base.errors import AerogramError

MAX_NEAR: Final = 80
"""Characters of the tag that an error quotes."""
ENDING_SHOWN: Final = 10
"""Characters of the end of the source that Mailjet quotes when a statement is not closed."""


class TemplateError(AerogramError):
    """A template cannot be compiled or rendered; it would fail again with the same values.

    ``message`` is Mailjet's text; ``line`` and ``column`` (from 1) are the position of the error. ``reason`` is our
    explanation where Mailjet's text gives none, else "".
    """

    def __init__(self, message: str, *, line: int, column: int, reason: str = "") -> None:
        place = f"line {line}, column {column}"
        super().__init__(f"{message} ({place}: {reason})" if reason else f"{message} ({place})")
        self.message: Final = message
        self.line: Final = line
        self.column: Final = column
        self.reason: Final = reason


class Place(NamedTuple):
    """A range of a source, in the tag that begins at ``opening``. Lines are counted only for an error."""

    source: str
    opening: int
    start: int
    end: int

    @property
    def near(self) -> str:
        """The tag up to the end of the range, as errors quote it."""
        return self.source[max(self.opening, self.end - MAX_NEAR) : self.end]

    def expression_error(self, words: str) -> TemplateError:
        """Return the error of an expression that cannot be parsed or evaluated."""
        return self._error(f"expression parsing error ## {words} ## near ## {self.near} ##")

    def unknown(self, identifier: str) -> TemplateError:
        """Return the error of an undefined name."""
        return self.expression_error(f"Unknown identifier: {identifier}")

    def not_an_array(self, expression: str) -> TemplateError:
        """Return the error of a loop over a value that is not an array."""
        return self._error(f'"{expression}" is not an array value')

    def invalid(self, reason: str) -> TemplateError:
        """Return the error of a misplaced statement."""
        return self._error(f"not valid template ## near ## {self.near} ##", reason)

    def unclosed(self, reason: str) -> TemplateError:
        """Return the error of an unclosed statement; Mailjet quotes the end of the source."""
        return self._error(f"not valid template ## near ## {self.source[-ENDING_SHOWN:]} ##", reason)

    def exceeded(self, words: str) -> TemplateError:
        """Return the error of a template that exceeds its budget, in our own words."""
        return self._error(f"template limit exceeded ## {words} ## near ## {self.near} ##")

    def _error(self, message: str, reason: str = "") -> TemplateError:
        line = self.source.count("\n", 0, self.start) + 1
        column = self.start - self.source.rfind("\n", 0, self.start)
        return TemplateError(message, line=line, column=column, reason=reason)
