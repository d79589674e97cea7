"""Opens and clicks: the pixels and links of mails that were really sent are requested again and again."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import re
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.http_load import Answers
from bench.programs import find
from bench.samples import Sample
from support.sinks import Sink
from support.waiting import wait_for

if TYPE_CHECKING:
    from bench.meter import Meter
    from support.server import ServerProcess

MAILS: Final = 200
LINKS: Final = 3
"""Links of each mail."""
IN_CALL: Final = 50
"""Mails of one call."""
KINDS: Final = {"opens": "/o/", "clicks": "/c/"}
RECORDED: Final = {"opens": "open", "clicks": "click"}
"""What `/metrics` calls them."""
_SCRIPT: Final = Path(__file__).with_name("follow.lua")


def mail_with_links(server: ServerProcess, hop: int) -> list[str]:
    """Send tracked mails to a port of loopback; return the paths of all their links."""
    links = "".join(f'<a href="https://shop.example/{each}?from=mail">{each}</a>' for each in range(LINKS))
    messages = [
        {
            "From": {"Email": "alice@example.org"},
            "To": [{"Email": f"bob{number}@example.net"}],
            "Subject": "bench",
            "HTMLPart": f"<html><body><p>{links}</p></body></html>",
            "TrackOpens": "enabled",
            "TrackClicks": "enabled",
        }
        for number in range(MAILS)
    ]
    with Sink(hop) as sink:
        for start in range(0, MAILS, IN_CALL):
            call = {"Messages": messages[start : start + IN_CALL]}
            _asked(server, "/v3.1/send", json.dumps(call).encode())
        wait_for(lambda: len(sink.mails) == MAILS, "all tracked mails")
        contents = [mail.content for mail in sink.mails]
    return [
        path for content in contents for path in re.findall(r'"https?://[^/"]+(/[oc]/[^"]+)', _html(content))
    ]


def measure(
    subject: str, server: ServerProcess, meter: Meter, paths: list[str], kind: str, clients: int, seconds: int
) -> Sample:
    """Request the links of one of `KINDS`. The clock stops when the store has all events; latencies are of requests."""
    tool = find("wrk")
    if tool is None:
        raise RuntimeError("Only wrk requests links; it is not installed.")
    chosen = sorted({path for path in paths if path.startswith(KINDS[kind])})
    if len(chosen) != MAILS * (LINKS if kind == "clicks" else 1):
        raise RuntimeError(f"the mails have {len(chosen)} different links for {kind}")
    file = server.data.parent / f"{kind}.txt"
    file.write_text("\n".join(chosen))
    before, cpu_before = _recorded(server, kind), meter.cpu_seconds()
    began = time.monotonic()
    command = [tool, "-t1", f"-c{clients}", f"-d{seconds}s", "-s", _SCRIPT, server.url, "--", file]
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=seconds + 30, check=True
    )
    answers = Answers(**json.loads(done.stdout.splitlines()[-1]))
    if answers.refused or answers.broken:
        raise RuntimeError(f"not every link was a success: {answers}")
    wait_for(lambda: _recorded(server, kind) - before >= answers.requests, "the events of all requests")
    lasted = time.monotonic() - began
    cpu = (meter.cpu_seconds() - cpu_before) / answers.requests * 1000
    return Sample(
        f"{kind}, {clients} clients",
        subject,
        answers.requests / lasted,
        cpu,
        meter.peak_mebibytes(),
        p50_ms=answers.p50_ms,
        p99_ms=answers.p99_ms,
    )


def _recorded(server: ServerProcess, kind: str) -> int:
    """Return how many opens or clicks the store has."""
    found = re.search(rf'"{RECORDED[kind]}"}} ([0-9.e+]+)', _asked(server, "/metrics"))
    return int(float(found[1])) if found else 0


def _html(content: bytes) -> str:
    mail: Any = email.message_from_bytes(content, policy=email.policy.default)
    html: str = mail.get_body(("html",)).get_content()
    return html


def _asked(server: ServerProcess, path: str, body: bytes | None = None) -> str:
    key = f"{server.settings['api_key']}:{server.settings['secret_key']}"
    headers = {"Authorization": "Basic " + base64.b64encode(key.encode()).decode()}
    with urllib.request.urlopen(urllib.request.Request(server.url + path, body, headers)) as answer:
        text: str = answer.read().decode()
    return text
