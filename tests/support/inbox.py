"""The capture inbox's twin in memory, and mail to put into it."""

from email.message import EmailMessage

from aerogram.base.errors import NotFoundError
from aerogram.reporting.inbox import Admit, Inbox, Listed, Opened, Scope, Search, accounts_of
from aerogram.reporting.timeline import Logged, accepted, described

CONVERSATION = """S: 220 localhost ESMTP Aerogram
C: EHLO app.example
S: 250-localhost
S: 250-PIPELINING
S: 250 SIZE 15728640
C: AUTH PLAIN ***
S: 235 2.7.0 Authentication successful
C: MAIL FROM:<shop@example.com>
S: 250 2.1.0 Ok
C: RCPT TO:<ada@example.org>
S: 250 2.1.5 Ok
C: DATA
S: 354 End data with <CR><LF>.<CR><LF>
C: (2149 bytes)
S: 250 2.0.0 Ok: queued
C: QUIT
S: 221 2.0.0 Bye"""


class MemoryInbox(Inbox):
    """`Inbox` in a dictionary."""

    def __init__(self) -> None:
        self._kept: dict[int, Opened] = {}

    def keep(
        self,
        message_id: int,
        mime: bytes,
        *,
        account_id: int = 1,
        sender: str = "shop@example.com",
        recipient: str = "ada@example.org",
        subject: str = "",
        at_ms: int = 1_795_261_000_000,
        door: str = "smtp",
        transcript: str = CONVERSATION,
        attachment_count: int = 0,
        events: tuple[Logged, ...] = (),
    ) -> None:
        listed = Listed(
            id=message_id,
            account_id=account_id,
            sender=sender,
            recipient=recipient,
            subject=subject,
            at_ms=at_ms,
            size=len(mime),
            attachment_count=attachment_count,
        )
        self._kept[message_id] = Opened(
            listed=listed,
            uuid=f"{message_id:032x}",
            reverse_path=sender,
            mime=mime,
            timeline=(accepted(door, at_ms - 40, transcript), *map(described, events)),
        )

    async def newest(self, scope: Scope, search: Search, limit: int) -> list[Listed]:
        rows = (opened.listed for _, opened in sorted(self._kept.items(), reverse=True))
        return [row for row in rows if _sees(scope, row) and _matches(search, row)][:limit]

    async def open(self, scope: Scope, message_id: int, admit: Admit | None = None) -> Opened:
        opened = self._kept.get(message_id)
        if opened is None or not _sees(scope, opened.listed):
            raise NotFoundError(f"There is no message {message_id} in the inbox.")
        if admit is not None:
            await admit(len(opened.mime))
        return opened

    async def discard(self, scope: Scope, message_id: int) -> None:
        await self.open(scope, message_id)
        del self._kept[message_id]

    async def clear(self, scope: Scope) -> None:
        self._kept = {key: opened for key, opened in self._kept.items() if not _sees(scope, opened.listed)}


def _sees(scope: Scope, row: Listed) -> bool:
    accounts = accounts_of(scope)
    return accounts is None or row.account_id in accounts


def _matches(search: Search, row: Listed) -> bool:
    pairs = (
        (search.to, row.recipient),
        (search.sender, row.sender),
        (search.subject, row.subject),
        (search.query, f"{row.recipient}\n{row.sender}\n{row.subject}"),
    )
    return search.after < row.id < search.before and all(
        wanted.lower() in found.lower() for wanted, found in pairs
    )


def letter(
    subject: str = "Hello",
    text: str | None = "Hello, Ada.\n",
    html: str | None = None,
    files: tuple[tuple[str, str, bytes], ...] = (),
    images: tuple[tuple[str, bytes], ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """Make a mail; ``files`` are (name, type, bytes), ``images`` (content id, PNG bytes)."""
    mail = EmailMessage()
    mail["From"] = "The shop <shop@example.com>"
    mail["To"] = "Ada <ada@example.org>"
    mail["Subject"] = subject
    mail["Date"] = "Sat, 21 Nov 2026 11:36:40 +0000"
    mail["Message-ID"] = "<1@example.com>"
    for name, value in headers:
        mail[name] = value
    if text is not None:
        mail.set_content(text)
    if html is not None and text is not None:
        mail.add_alternative(html, subtype="html")
    elif html is not None:
        mail.set_content(html, subtype="html")
    for content_id, content in images:
        body = mail.get_body(("html",))
        body.add_related(content, "image", "png", cid=f"<{content_id}>")
    for name, content_type, content in files:
        maintype, _, subtype = content_type.partition("/")
        mail.add_attachment(content, maintype, subtype, filename=name)
    return mail.as_bytes()
