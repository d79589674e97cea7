"""The values that a template can use in the mail of one recipient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.content.language.runtime.scope import Scope

if TYPE_CHECKING:
    from aerogram.content.personal.minting import LetterLinks
    from aerogram.model.message import Letter
    from aerogram.model.recipient_profile import RecipientProfile
    from aerogram.wire.mime.parts import Mailbox

_UNSUBSCRIBE: Final = "unsub_link"
_NOT_THERE: Final = frozenset(
    {"permalink", "share_twitter", "share_google", "share_facebook", "share_linkedin"}
)
"""Pages that this service does not have. Their URLs are empty, because an undefined name would prevent the
whole mail from being sent."""


def scope_for(
    letter: Letter, author: Mailbox, links: LetterLinks | None, known: RecipientProfile | None = None
) -> Scope:
    """Return the values of one letter: those of the content, overridden by the recipient's own.

    (compatibility: templates#values, templates#variables)
    """
    shared, own = letter.send_options.variables, letter.personal.variables
    scope = Scope(variables={**shared, **own} if own else shared, mj=_Predefined(letter, author, links))
    if known is None:
        return scope
    return msgspec.structs.replace(
        scope,
        data=known.data,
        segments=known.is_in,
        opened_since=known.has_opened,
        clicked_since=known.has_clicked,
    )


class _Predefined:
    """Returns the ``mj:`` values by first name."""

    __slots__ = ("_author", "_letter", "_links")

    def __init__(self, letter: Letter, author: Mailbox, links: LetterLinks | None) -> None:
        self._letter = letter
        self._author = author
        self._links = links

    def __call__(self, name: str) -> Any:
        match name:
            case "contact":
                return _person(self._letter.recipient, self._letter.personal.name)
            case "sender":
                return _person(self._author.email, self._author.name)
            case "template":
                return {"ID": self._letter.send_options.template_id, "name": "", "copyright": ""}
            case _ if name in _NOT_THERE:
                return ""
            case _ if name.startswith(_UNSUBSCRIBE):
                language = name.removeprefix(_UNSUBSCRIBE).removeprefix("_")
                return self._links.unsubscribe(language) if self._links is not None else ""
            case _:
                return None


def _person(email: str, name: str) -> dict[str, Any]:
    local_part, _, domain = email.rpartition("@")
    return {"email": email, "local_part": local_part, "domain": domain, "name": name}
