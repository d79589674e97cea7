"""Detect derived idempotency keys: Mailjet's Python SDK sends a digest of the content with every request.

Such a key identifies the content, not the request. The second of two intentionally equal mails (a recurring
alert) would never be sent, and two that differ only in CustomID, which the digest omits, would be rejected as a
reused key. Mailjet sends them all, so these keys are ignored.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Final

SDK_AGENT: Final = b"mailjet-apiv3-python"
"""Prefix of the SDK's User-Agent, unless an application sets its own."""
_LEFT_OUT: Final = frozenset({"CustomID", "EventPayload", "SandboxMode"})
"""Properties that the SDK omits from its digest (mailjet-rest 1.9)."""

_is_digest: Final = re.compile(r"[0-9a-f]{64}").fullmatch


def is_derived(key: str, body: bytes, user_agent: bytes) -> bool:
    """Return whether the SDK derived the key: by its User-Agent, or because the digest matches."""
    if not _is_digest(key):
        return False
    return user_agent.startswith(SDK_AGENT) or key == _digest_of(body)


def _digest_of(body: bytes) -> str:
    """Compute the SDK's digest: SHA-256 of JSON with sorted names; "" if the body is not JSON."""
    try:
        text = json.dumps(_stripped(json.loads(body)), sort_keys=True)
    except (ValueError, RecursionError):
        return ""
    return hashlib.sha256(text.encode()).hexdigest()


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stripped(each) for name, each in value.items() if name not in _LEFT_OUT}
    return [_stripped(each) for each in value] if isinstance(value, list) else value
