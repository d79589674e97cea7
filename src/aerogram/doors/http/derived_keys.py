"""Idempotency keys that nobody chose: Mailjet's Python SDK sends a digest of the content with every request.

Such a key says what is in a request and not which request it is. The second of two mails that are meant to be
alike (an alert that recurs) would never be sent, and two that differ in their CustomID alone, which the
digest leaves out, would be taken for a misuse. Mailjet sends them all, so these keys count as none.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

SDK_AGENT: Final = b"mailjet-apiv3-python"
"""How the SDK's User-Agent begins, unless an application sets its own."""
_LEFT_OUT: Final = frozenset({"CustomID", "EventPayload", "SandboxMode"})
"""What the SDK leaves out of its digest (mailjet-rest 1.9)."""

_is_digest: Final = re.compile(r"[0-9a-f]{64}").fullmatch


def is_derived(key: str, body: bytes, user_agent: bytes) -> bool:
    """Tell whether a key is a digest that the SDK made: by its name, or as this very digest."""
    if not _is_digest(key):
        return False
    return user_agent.startswith(SDK_AGENT) or key == _digest_of(body)


def _digest_of(body: bytes) -> str:
    """Digest a request as the SDK does: SHA-256 over JSON with sorted names; "" when the body is no JSON."""
    try:
        text = json.dumps(_stripped(json.loads(body)), sort_keys=True)
    except (ValueError, RecursionError):
        return ""
    return hashlib.sha256(text.encode()).hexdigest()


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stripped(each) for name, each in value.items() if name not in _LEFT_OUT}
    return [_stripped(each) for each in value] if isinstance(value, list) else value
