"""Ways to smuggle a header, a recipient or a part into a mail, and what tells whether one of them worked.

Every payload tries to add something that stands nowhere else in the tests' mails: the header ``Evil``, the
address ``eve@example.org`` or a part of the type ``text/x-evil``. A door may refuse a payload or carry it
as plain text; a mail with one of the three in effect is a hole.
"""

import email
import email.parser
import email.policy
import functools
import itertools

from aerogram.wire.address import is_email

EVIL_HEADER = "evil"
EVIL_ADDRESS = "eve@example.org"
EVIL_TYPE = "text/x-evil"

STARTS = ("", "x", 'x"', "x>", "x,", "<x")
"""What comes before: nothing, plain text, and the ends of a quoted string, an address and a list item."""

LINE_ENDS = (
    *("\r\n", "\n", "\r", "\n\n", "\r\r\n", "\n\r", "\r\n\r\n", "\0", "\0\r\n", "\r\0\n"),
    *("\r\n ", "\r\n\t", "\n ", " \r\n", "\x0b", "\x0c", "\x1c", "\x1e", "\x7f", "\x85", "\u2028", "\u2029"),
    # Code points whose low bytes are CR and LF: a door that cuts them to Latin-1 makes a line end of them.
    *("\u560d\u560a", "\u010d\u010a", "\uff0d\uff0a"),
    *("%0d%0a", "%0D%0A%20", "\\r\\n", "=0D=0A", "&#13;&#10;", "\\u000d\\u000a", "\\", '"', ", ", ";"),
)
"""What is a line end, may be taken for one, or ends something else."""

ADDITIONS = (
    f"Evil: {EVIL_ADDRESS}",
    f"Bcc: {EVIL_ADDRESS}",
    f"To: {EVIL_ADDRESS}",
    f" Cc: <{EVIL_ADDRESS}>",
    "Evil : yes\r\nX: ",
    f"Content-Type: {EVIL_TYPE}\r\n\r\n",
    f"RCPT TO:<{EVIL_ADDRESS}>",
    f"<{EVIL_ADDRESS}>",
    f"{EVIL_ADDRESS},",
    f".\r\nMAIL FROM:<{EVIL_ADDRESS}>\r\n",
)
"""What it would add."""

WHOLE = (
    # Encoded words (RFC 2047) that decode to line ends, to a list of addresses and to one another.
    "=?utf-8?q?x=0D=0AEvil:_yes?=",
    "=?utf-8?b?eA0KRXZpbDogeWVz?=",
    "=?utf-8?q?x=0AEvil:_yes?= =?utf-8?q?=0D?=",
    "=?utf-8?q?=22_=3Ceve=40example.org=3E=2C?=",
    "=?utf-8?q?eve=40example.org?= <",
    "=?utf-7?q?+AA0ACg-Evil:_yes?=",
    "=?utf-16?b?DQAKAEUAdgBpAGwA?=: yes",
    "=?utf-8?q?=3D=3Fq=3Futf-8=3Fq=3F=3D0D=3D0AEvil=3A=5Fyes=3F=3D?=",
    "=?unknown?q?=0D=0AEvil:_yes?=",
    "=?utf-8?x?\r\nEvil: yes?=",
    # The grammar of addresses (RFC 5322 section 3.4): quotes, comments, groups, routes, domain literals.
    '"\\" <eve@example.org>, \\"',
    '" <eve@example.org>, "',
    "(\r\n) eve@example.org",
    "x: eve@example.org;",
    "x <a@example.net>, eve@example.org",
    "<@example.net:eve@example.org>",
    "a@example.net>\r\nRCPT TO:<eve@example.org",
    "a@example.net> NOTIFY=NEVER ORCPT=rfc822;eve@example.org",
    "a@example.net, eve@example.org",
    "a@example.net;eve@example.org",
    "a@example.net eve@example.org",
    "a@example.net%0d%0aBcc:eve@example.org",
    "a@example.net\0@example.org",
    "a@[127.0.0.1\r\nEvil: yes]",
    '"a\r\nEvil: yes"@example.net',
    '"a\\\r\nEvil: yes"@example.net',
    "a@example.net\u2028eve@example.org",
    # The grammar of parameters (RFC 2045 section 5.1, RFC 2231) and of parts.
    'x"; filename="evil.exe',
    "x; name*=utf-8''%0d%0aEvil:%20yes",
    "text/plain; charset=utf-8\r\nEvil: yes",
    f"text/plain\r\n\r\n{EVIL_TYPE}",
    f"text/plain; boundary=x\r\n\r\n--x\r\nContent-Type: {EVIL_TYPE}",
    "cid> <evil@example.org",
    # Folding: a line that a naive reader unfolds, or that another takes for a header.
    "x\r\n\tEvil: yes",
    "x\r\n \r\nEvil: yes",
    " \r\n.\r\n",
    "x" * 998 + "\r\nEvil: yes",
    "x " * 499 + "Evil: yes",
)

PAYLOADS = tuple(
    dict.fromkeys((*WHOLE, *("".join(pieces) for pieces in itertools.product(STARTS, LINE_ENDS, ADDITIONS))))
)
"""More than 2,000 texts, no two alike, always in one order."""

ADDRESSED = ("from", "sender", "reply-to", "to", "cc", "bcc", "return-path", "errors-to")
"""The headers that hold addresses."""


def as_address(payload, domain="example.net"):
    """Put a payload into an address, where the local part ends; as it is when it brings a domain of its own."""
    return payload if "@" in payload else f"a{payload}@{domain}"


def is_honest_address(payload):
    """Tell that a payload is an ordinary address, to which mail may go when it was asked for."""
    return is_email(payload)


@functools.lru_cache(maxsize=1)
def addresses(mail):
    """Give the addresses in each header that holds some, as Python's reader of mail understands them."""
    read = email.parser.BytesHeaderParser(policy=email.policy.SMTPUTF8).parsebytes(mail)
    return {
        name: [address.addr_spec for header in found for address in header.addresses]
        for name in ADDRESSED
        if (found := read.get_all(name))
    }


def smuggled(mail):
    """Name what a payload added to a mail (bytes), as Python's reader of mail sees it; [] for nothing.

    A bare CR, LF or NUL counts too: the next server might take it for a line end.
    """
    found = []
    if mail.replace(b"\r\n", b"").translate(None, b"\r\n\0") != mail.replace(b"\r\n", b""):
        found.append("a bare CR or LF, or a NUL")
    for part in email.message_from_bytes(mail, policy=email.policy.compat32).walk():
        found += [f"the header {name}" for name in part if name.strip().lower() == EVIL_HEADER]
        if part.get_content_type() == EVIL_TYPE:
            found.append(f"a part of {EVIL_TYPE}")
    found += [f"an address in {name}" for name, some in addresses(mail).items() if EVIL_ADDRESS in some]
    return found


def header_names(mail):
    """Give the names of a mail's headers as they stand in its bytes, in order, in lower case."""
    head = mail[: mail.index(b"\r\n\r\n")].decode("utf-8", "surrogateescape")
    return [line.partition(":")[0].lower() for line in head.split("\r\n") if line[0] not in " \t"]
