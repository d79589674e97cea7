"""The header ``X-Idempotency-Key`` of a mail: repeating the mail does not send it twice."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from aerogram.doors.smtp.controls import ControlsError
from aerogram.model.idempotency import KEY_RULE, IdempotencyKey, is_key
from aerogram.wire.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.submission.once import KeyReusedError
    from aerogram.wire.smtp.server.events import Envelope

HEADER: Final = "X-Idempotency-Key"

_NAME: Final = HEADER.lower()
_DIGEST: Final = 32


def key_of(account_id: int, controls: Mapping[str, str], envelope: Envelope) -> IdempotencyKey | None:
    """Give the key of a mail, None when it has none. Raises `ControlsError` for a malformed one.

    ``controls`` are those of its `Scan`. Two mails are the same when reverse-path and recipients are equal,
    in whatever order, whatever their bytes: a client that tries again mostly writes the mail anew,
    with another Date, Message-ID and other boundaries, so that bytes would tell every second try
    from the first and the key would prevent nothing.
    """
    key = controls.get(_NAME)
    if key is None:
        return None
    if not is_key(key):
        raise ControlsError(f"The {HEADER} header is malformed: {KEY_RULE}")
    forward_paths = sorted({recipient.forward_path for recipient in envelope.recipients})
    # No path holds a line break, so no two envelopes are written alike.
    written = "\n".join(("smtp", envelope.reverse_path, *forward_paths))
    fingerprint = hashlib.blake2b(written.encode("utf-8", "surrogateescape"), digest_size=_DIGEST)
    return IdempotencyKey(account_id, key, fingerprint.hexdigest())


def reused(error: KeyReusedError) -> Reply:
    """Refuse a mail whose key belongs to one with another envelope."""
    return Reply(550, "5.5.4", str(error))
