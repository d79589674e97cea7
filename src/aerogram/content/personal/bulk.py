"""The headers that large receivers want of bulk mail (RFC 2369, RFC 8058, Gmail's Feedback-ID).

What the client wrote stays: with a List-Unsubscribe of its own, people unsubscribe at the client's, so ours
would stand beside a page that does not know what one click means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from aerogram.content.personal.minting import LetterLinks
    from aerogram.model.message import Letter

FEEDBACK_SENDER: Final = "aerogram"
"""The last field of Feedback-ID: 5 to 15 characters, the same in all mail of a system (Gmail's rule)."""
MAX_FEEDBACK_FIELD: Final = 64
"""Characters of a campaign's name that are shown to receivers (ours)."""
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_UNSUBSCRIBE: Final = frozenset({"list-unsubscribe", "x-list-unsubscribe"})


def bulk_headers(
    letter: Letter, links: LetterLinks | None, written: Collection[str]
) -> list[tuple[str, str]]:
    """Give the headers to add; ``written`` are the names, in lower case, that the client wrote."""
    headers: list[tuple[str, str]] = []
    if links is not None and not _UNSUBSCRIBE.intersection(written):
        headers.append(("List-Unsubscribe", f"<{links.unsubscribe()}>"))
        if "list-unsubscribe-post" not in written:
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if "feedback-id" not in written:
        headers.append(("Feedback-ID", feedback_id(letter)))
    return headers


def feedback_id(letter: Letter) -> str:
    """Write ``campaign:account:class:sender``; without a campaign the template stands for it, if any."""
    campaign = _UNFIT.sub("-", letter.campaign).strip("-")[:MAX_FEEDBACK_FIELD]
    if not campaign and letter.send_options.template_id:
        campaign = f"template-{letter.send_options.template_id}"
    return f"{campaign}:{letter.account_id}:bulk:{FEEDBACK_SENDER}"
