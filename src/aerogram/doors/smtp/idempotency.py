"""The header ``X-Idempotency-Key``: a repeated mail is not sent twice."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from aerogram.doors.smtp.controls import ControlsError
from aerogram.model.idempotency import KEY_RULE, IdempotencyKey, is_key, stored_key
from aerogram.wire.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.model.actor import Actor
    from aerogram.submission.once import KeyReusedError
    from aerogram.wire.smtp.server.events import Envelope

HEADER: Final = "X-Idempotency-Key"

_NAME: Final = HEADER.lower()
_DIGEST: Final = 32


def key_of(actor: Actor, controls: Mapping[str, str], envelope: Envelope) -> IdempotencyKey | None:
    """Return the key of a mail; None if it has none. Raises `ControlsError` for a malformed key.

    ``controls`` are those of its `Scan`. Two mails are the same if reverse-path and recipients are equal, in any
    order. Their bytes are not compared: a client that retries usually composes the mail again, with another Date,
    Message-ID and boundaries, so a comparison would treat every retry as a new mail.
    """
    key = controls.get(_NAME)
    if key is None:
        return None
    if not is_key(key):
        raise ControlsError(f"The {HEADER} header is malformed: {KEY_RULE}")
    forward_paths = sorted({recipient.forward_path for recipient in envelope.recipients})
    # No path contains a line break, so different envelopes give different texts.
    written = "\n".join(("smtp", envelope.reverse_path, *forward_paths))
    fingerprint = hashlib.blake2b(written.encode("utf-8", "surrogateescape"), digest_size=_DIGEST)
    own = stored_key(key, is_sandboxed=actor.is_sandboxed)
    return IdempotencyKey(actor.account_id, own, fingerprint.hexdigest())


def reused(error: KeyReusedError) -> Reply:
    """Build the reply for a key that was used with another envelope."""
    return Reply(550, "5.5.4", str(error))
