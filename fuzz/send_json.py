"""Fuzz the bodies of the Send APIs: calls made by grammar, damaged, read and composed as the endpoints do.

A body fails when reading raises anything but `RefusedCallError`, when its answer cannot be written as JSON, or when
what was accepted cannot be composed.
"""

# ruff: noqa: INP001, PLR2004 - a script, whose numbers are odds

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Final

import msgspec
from loop import main, mutated

from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.v3 import call as v3
from aerogram.doors.http.send.v3.properties import MESSAGE as V3_MESSAGE
from aerogram.doors.http.send.v31 import answer
from aerogram.doors.http.send.v31 import call as v31
from aerogram.doors.http.send.v31.properties import MESSAGE as V31_MESSAGE
from aerogram.model.message import Accepted
from aerogram.wire.mime.parts import Parts
from aerogram.wire.mime.writing.build import build
from support.authorised import v3_submissions, v31_submissions
from support.calls import a_caller, a_message
from support.v3_calls import a_v3_message

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

TEXTS: Final = ("", "a@example.com", "A <a@example.com>, b@example.com", "\u00fcn\u00ef@example.com", "a\r\nb", "\0", "\ud800", "\U0001f600", "YQ==",
    "text/plain", "enabled", "{{var:a}}", "1", "x" * 70_000)  # fmt: skip
NUMBERS: Final = (0, 1, -1, 2**31, 2**63, 10**400, 0.5, 1e308, -0.0)
KEYS: Final = (
    "Email",
    "Name",
    "ContentType",
    "Content-type",
    "Filename",
    "Base64Content",
    "content",
    "ContentID",
    "Vars",
    "X-A",
    "Reply-To",
    "",
)
PIECES: Final = (
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"null",
    b"1e999",
    b"\\ud800",
    b"\\u0000",
    b"\xff",
    b"NaN",
    b"[" * 2_000,
    b'{"a":' * 600,
    b"9" * 500,
)


class SendJson:
    """Bodies; the first byte of a seed says which version reads them."""

    name = "send_json"
    noun = "bodies"

    def make(self, rng: random.Random) -> bytes:
        """Make a body; every second is then damaged."""
        is_v3 = rng.random() < 0.5
        table = V3_MESSAGE if is_v3 else V31_MESSAGE
        some = {rng.choice((*table.rows, "Subjet")): a_value(rng, 3) for _ in range(rng.randrange(4))}
        message = (a_v3_message() if is_v3 else a_message()) | some
        body: Any = message if is_v3 else {"Messages": [message] * rng.randrange(1, 3)}
        if not is_v3 and rng.random() < 0.3:
            body |= {"Globals": a_value(rng, 2), "SandboxMode": a_value(rng, 1)}
        data = json.dumps(body).encode()
        return mutated(rng, data, PIECES) if rng.random() < 0.5 else data

    def test(self, rng: random.Random, given: bytes) -> Iterable[str]:  # noqa: ARG002 - the signature of a target
        """Answer it as both versions do."""
        return (f"v3 {answered_by_v3(given)}", f"v3.1 {answered_by_v31(given)}")


def answered_by_v3(body: bytes) -> str:
    """Give what became of a body of v3."""
    try:
        call = v3.read_call(body)
        messages = call.parsed_messages(dict.fromkeys(call.template_keys()))
        for each in v3_submissions(messages, a_caller(), ""):
            compose(each.body)
    except RefusedCallError as error:
        json.dumps(str(error)).encode()
        return "refused"
    return "accepted"


def answered_by_v31(body: bytes) -> str:
    """Give what became of a body of v3.1."""
    try:
        call = v31.read_call(body)
    except RefusedCallError as refused:
        json.loads(answer.encoded_error(refused.error))
        return "refused"
    became = "accepted"
    for parsed in call.parsed_messages(dict.fromkeys(call.template_keys())):
        if parsed.errors:
            json.loads(answer.encoded([answer.refused(parsed.errors)]))
            became = "with errors"
            continue
        (submission,) = v31_submissions([parsed], a_caller(), "")
        receipts = [Accepted(one.email, 1, "") for one in submission.recipients]
        json.loads(answer.encoded([answer.sent(parsed, receipts, "")]))
        compose(submission.body)
    return became


def compose(body: bytes) -> None:
    """Compose what was accepted."""
    parts = msgspec.json.decode(body, type=Parts)
    build(parts, message_id="1@example.com", date_ms=0, boundary_seed=b"1")


def a_value(rng: random.Random, depth: int) -> Any:
    """Make a value of JSON."""
    kind = rng.randrange(6 if depth else 4)
    if kind <= 1:
        return rng.choice(TEXTS)
    if kind == 2:
        return rng.choice(NUMBERS)
    if kind == 3:
        return rng.choice((True, False, None))
    if kind == 4:
        return [a_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {rng.choice(KEYS): a_value(rng, depth - 1) for _ in range(rng.randrange(5))}


if __name__ == "__main__":
    sys.exit(main(SendJson(), "Fuzz the bodies of the Send APIs."))
