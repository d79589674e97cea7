"""What goes wrong in a template, in Mailjet's words, and where."""

from __future__ import annotations

from typing import Final, NamedTuple

from aerogram.base.errors import AerogramError

MAX_NEAR: Final = 80
"""Characters of the tag that a message quotes."""
ENDING_SHOWN: Final = 10
"""Characters of the source's end that Mailjet quotes when a statement is never closed."""


class TemplateError(AerogramError):
    """A template cannot be compiled or rendered; it would fail again with the same values.

    ``message`` is what Mailjet says, ``line`` and ``column`` (from 1) tell where the fault begins, and
    ``reason`` is a sentence of ours where Mailjet's words do not tell, else "".
    """

    def __init__(self, message: str, *, line: int, column: int, reason: str = "") -> None:
        place = f"line {line}, column {column}"
        super().__init__(f"{message} ({place}: {reason})" if reason else f"{message} ({place})")
        self.message: Final = message
        self.line: Final = line
        self.column: Final = column
        self.reason: Final = reason


class Place(NamedTuple):
    """A stretch of a source, in the tag that begins at ``opening``. Lines are counted only for an error."""

    source: str
    opening: int
    start: int
    end: int

    @property
    def near(self) -> str:
        """Give the tag up to the end of the place, as messages quote it."""
        return self.source[max(self.opening, self.end - MAX_NEAR) : self.end]

    def expression_error(self, words: str) -> TemplateError:
        """Make the error of an expression that cannot be read or calculated."""
        return self._error(f"expression parsing error ## {words} ## near ## {self.near} ##")

    def unknown(self, identifier: str) -> TemplateError:
        """Make the error of a name that has no value."""
        return self.expression_error(f"Unknown identifier: {identifier}")

    def not_an_array(self, expression: str) -> TemplateError:
        """Make the error of a loop over something that has no elements."""
        return self._error(f'"{expression}" is not an array value')

    def invalid(self, reason: str) -> TemplateError:
        """Make the error of a statement that stands where it cannot."""
        return self._error(f"not valid template ## near ## {self.near} ##", reason)

    def unclosed(self, reason: str) -> TemplateError:
        """Make the error of a statement whose end is missing: Mailjet quotes the end of the source."""
        return self._error(f"not valid template ## near ## {self.source[-ENDING_SHOWN:]} ##", reason)

    def exceeded(self, words: str) -> TemplateError:
        """Make the error of a template that asks for more than its budget. These words are ours."""
        return self._error(f"template limit exceeded ## {words} ## near ## {self.near} ##")

    def _error(self, message: str, reason: str = "") -> TemplateError:
        line = self.source.count("\n", 0, self.start) + 1
        column = self.start - self.source.rfind("\n", 0, self.start)
        return TemplateError(message, line=line, column=column, reason=reason)
