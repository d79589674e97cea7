"""The headers that large receivers require for bulk mail (RFC 2369, RFC 8058, Gmail's Feedback-ID).

Headers of the client are kept. With the client's own List-Unsubscribe, people unsubscribe at the client, whose page
may not support one click, so no List-Unsubscribe-Post is added.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from aerogram.content.personal.minting import LetterLinks
    from aerogram.model.message import Letter

FEEDBACK_SENDER: Final = "aerogram"
"""The last field of Feedback-ID: 5 to 15 characters, the same in all mail of a sender (Gmail's rule)."""
MAX_FEEDBACK_FIELD: Final = 64
"""Characters of a campaign's name in Feedback-ID; our choice."""
_UNFIT: Final = re.compile(r"[^A-Za-z0-9_.-]+")
_UNSUBSCRIBE: Final = frozenset({"list-unsubscribe", "x-list-unsubscribe"})


def bulk_headers(
    letter: Letter, links: LetterLinks | None, written: Collection[str]
) -> list[tuple[str, str]]:
    """Return the headers to add; ``written`` has the lower-case names of the client's headers."""
    headers: list[tuple[str, str]] = []
    if links is not None and not _UNSUBSCRIBE.intersection(written):
        headers.append(("List-Unsubscribe", f"<{links.unsubscribe()}>"))
        if "list-unsubscribe-post" not in written:
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    if "feedback-id" not in written:
        headers.append(("Feedback-ID", feedback_id(letter)))
    return headers


def feedback_id(letter: Letter) -> str:
    """Return ``campaign:account:class:sender``; without a campaign, the template id replaces it, if any."""
    campaign = _UNFIT.sub("-", letter.campaign).strip("-")[:MAX_FEEDBACK_FIELD]
    if not campaign and letter.send_options.template_id:
        campaign = f"template-{letter.send_options.template_id}"
    return f"{campaign}:{letter.account_id}:bulk:{FEEDBACK_SENDER}"
