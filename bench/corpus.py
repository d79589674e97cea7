"""Sends a folder of mails through Aerogram and a stock Postfix, and tells what arrived.

::

    PYTHONPATH=src:tests python -m bench.corpus FOLDER

Each file is submitted over SMTP, without and with tracking. Aerogram signs it and relays it to a private Postfix,
which relays it to a sink. The report says how many were accepted, which were refused and why, whose body arrived
byte for byte or with the same decoded content, and which signatures dkimpy verifies behind Postfix.

Line ends become CRLF, an mbox line at the top is dropped, and From is replaced (or added): its address may send.
With ``--seven-bit`` Postfix's next hop does not announce 8BITMIME, and Aerogram runs with ``convert_to_7bit``.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import re
import smtplib
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import dkim

from bench.arrived import same_content, same_text
from bench.meter import Meter
from bench.postfix import Postfix, why_not
from support.narrow_hops import SevenBitHop
from support.server import running
from support.signatures import Verifier
from support.sinks import Sink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.server import ServerProcess

SENDER = b"corpus@example.org"
TRACKED = b"X-Mailjet-TrackOpen: 1\r\nX-Mailjet-TrackClick: 1\r\n"
AS_OF_OTHERS = "local_header_rewrite_clients =\n"
"""Treat loopback as any other client; by default Postfix completes bare names (``To: joe``) for programs on its own
machine, which no signature survives."""
PATIENCE = 60.0
"""Seconds without an arrival after which what is missing counts as lost."""
_FIELD = re.compile(rb"(?im)^from[ \t]*:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


@dataclass
class Report:
    """What became of the mails of one pass."""

    title: str
    counts: collections.Counter = field(default_factory=collections.Counter)
    lines: list[str] = field(default_factory=list)

    def note(self, what: str, name: str = "", why: object = "") -> None:
        self.counts[what] += 1
        if name:
            self.lines.append(f"{what}: {name}: {why}"[:220])

    def show(self) -> None:
        print(f"\n{self.title}")
        for what, count in sorted(self.counts.items(), key=lambda each: -each[1]):
            print(f"{count:6}  {what}")
        print(*(f"        {line}" for line in self.lines), sep="\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.corpus", description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a folder of .eml files, searched with its subfolders")
    parser.add_argument("--seven-bit", action="store_true", help="the last hop takes 7-bit mail only")
    parser.add_argument("--most", type=int, default=100_000, help="how many files to send (all)")
    chosen = parser.parse_args()
    if obstacle := why_not():
        print(obstacle)
        return 2
    mails = dict(list(_mails(chosen.folder))[: chosen.most])
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="aerogram-corpus-")))
        folder.chmod(0o755)
        sink = stack.enter_context(SevenBitHop() if chosen.seven_bit else Sink())
        meter = stack.enter_context(contextlib.closing(Meter("postfix")))
        port = stack.enter_context(
            Postfix(folder / "postfix").relaying(sink.port, meter, further=AS_OF_OTHERS)
        )
        settings = {
            "deliver": "relay",
            "relay_url": f"smtp://127.0.0.1:{port}",
            "trusted_networks": "127.0.0.0/8",
            "rate_limit": "none",
            "log_level": "warning",
            "convert_to_7bit": str(chosen.seven_bit).lower(),
        }
        server = stack.enter_context(running(folder / "data", **settings))
        server.answer_of("sender", "add", "@example.org")
        server.answer_of("domain", "add", "example.org")
        for title, fields, may_differ in (("without tracking", b"", False), ("with tracking", TRACKED, True)):
            _pass(Report(title), server, sink, mails, fields, may_differ=may_differ)
    return 0


def _mails(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*.eml")):
        data = re.sub(rb"\r\n|\r|\n", b"\r\n", path.read_bytes())
        if re.match(rb">?From [^\r\n]*\r\n", data):
            data = data.partition(b"\r\n")[2]
        head, end, body = data.partition(b"\r\n\r\n")
        head = _FIELD.sub(b"", head + b"\r\n")
        own = b"From: Corpus <%b>\r\n" % SENDER
        yield path.name, own + head + (end and b"\r\n") + body


def _pass(
    report: Report,
    server: ServerProcess,
    sink: Sink,
    mails: dict[str, bytes],
    fields: bytes,
    *,
    may_differ: bool,
) -> None:
    sink.mails.clear()
    sent = _submit(report, server, mails, fields)
    _wait(sink, len(sent))
    arrived = {mail.recipients[0]: mail.content for mail in sink.mails}
    verifier = Verifier(server, "example.org")
    for recipient, name in sent.items():
        mail = arrived.get(recipient)
        if mail is None:
            report.note("not arrived", name, _fate(server, recipient))
            continue
        report.note("arrived")
        _compare(report, name, mails[name], mail, may_differ=may_differ)
        _verify(report, name, verifier, mail)
    report.show()


def _submit(report: Report, server: ServerProcess, mails: dict[str, bytes], fields: bytes) -> dict[str, str]:
    """Submit all; return the files' names by recipient."""
    sent = {}
    client = smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=60)
    for number, (name, mail) in enumerate(mails.items()):
        recipient = f"m{number}{'t' if fields else ''}@example.net"
        try:
            client.sendmail(SENDER.decode(), [recipient], fields + mail, mail_options=["BODY=8BITMIME"])
        except smtplib.SMTPResponseException as refused:
            text = refused.smtp_error.decode("utf-8", "replace")
            report.note("refused", name, f"{refused.smtp_code} {text}")
        except smtplib.SMTPServerDisconnected:
            report.note("disconnected", name, "the connection was closed")
            client = smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=60)
        else:
            report.note("accepted")
            sent[recipient] = name
    client.quit()
    return sent


def _wait(sink: Sink, count: int) -> None:
    seen, changed = -1, time.monotonic()
    while len(sink.mails) < count and time.monotonic() < changed + PATIENCE:
        if len(sink.mails) != seen:
            seen, changed = len(sink.mails), time.monotonic()
        time.sleep(0.2)


def _fate(server: ServerProcess, recipient: str) -> str:
    found = server.answer_of("queue", "ls", "--state", "bounced,blocked,held,queued", "--limit", "100000")
    return next(
        (each["last_reply"] for each in found["messages"] if each["to"] == recipient),
        "the server does not know it",
    )


def _compare(report: Report, name: str, sent: bytes, arrived: bytes, *, may_differ: bool) -> None:
    if sent.partition(b"\r\n\r\n")[2].rstrip(b"\r\n") == arrived.partition(b"\r\n\r\n")[2].rstrip(b"\r\n"):
        report.note("body byte for byte")
    elif difference := (same_text if may_differ else same_content)(sent, arrived):
        report.note("body differs", name, difference)
    else:
        report.note("text equal after decoding" if may_differ else "body encoded again, same decoded content")


def _verify(report: Report, name: str, verifier: Verifier, mail: bytes) -> None:
    try:
        headers = [value for key, value in dkim.DKIM(mail).headers if key.lower() == b"dkim-signature"]
        own = [number for number, value in enumerate(headers) if b"d=example.org;" in value]
        results: object = [dkim.DKIM(mail).verify(idx=number, dnsfunc=verifier.look_up) for number in own]
    except Exception as error:  # noqa: BLE001 - what the verifier cannot read is not verified
        results = repr(error)
    if results == [True, True]:
        report.note("both signatures verified")
    else:
        report.note("signature not verified", name, results)


if __name__ == "__main__":
    sys.exit(main())
