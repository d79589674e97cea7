"""Email addresses: syntax, local part and domain, and normalised forms.

The rules are those of RFC 5321 §4.1.2, with RFC 6531 for addresses beyond ASCII, as a submission service
needs them: tolerant of domains (``localhost``, ``.test`` and single labels pass, because delivery finds out
whether they accept mail) and strict about characters. Dots may stand anywhere in a local part (``a..b``, ``a.``,
``.a``): large providers have given out such mailboxes; on the wire they are written with quotes, as the RFCs
say (`wire_form`). Some forms are refused although an RFC allows them:
address literals (``a@[192.0.2.1]``) and domains that end in a number, which would evade every rule by domain;
and angle brackets in quoted local parts, which many parsers misread.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from aerogram.wire.errors import AddressError

MAX_LOCAL_PART: Final = 64
"""Octets (RFC 5321 §4.5.3.1.1)."""
MAX_DOMAIN: Final = 253
"""Octets: 255 in RFC 5321 §4.5.3.1.2, less two for DNS's length octet and root label (RFC 1035 §2.3.4)."""
MAX_EMAIL: Final = 254
"""Octets: a path has 256, with its angle brackets (RFC 5321 §4.5.3.1.3)."""

_ATEXT: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
_NOT_ONLY_DOTS: Final = r"(?!\.+@)"
_LABEL: Final = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_DOMAIN: Final = rf"(?:{_LABEL}\.)*(?![0-9]+\Z){_LABEL}"
_is_plain: Final = re.compile(
    rf"(?=.{{1,{MAX_LOCAL_PART}}}@){_NOT_ONLY_DOTS}[.{_ATEXT[1:]}+@{_DOMAIN}\Z"
).match
_is_domain: Final = re.compile(rf"{_DOMAIN}\Z").match
# Beyond ASCII every printable character is atext (RFC 6531 §3.3); isprintable() is checked too.
_ATEXT_UTF8: Final = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f])"
_is_local_part: Final = re.compile(rf"(?!\.+\Z)(?:\.|{_ATEXT_UTF8})+\Z").match
_is_dot_string: Final = re.compile(rf"{_ATEXT_UTF8}+(?:\.{_ATEXT_UTF8}+)*\Z").match
_is_quoted_string: Final = re.compile(r'"(?:[^"\\<>]|\\[^<>])*"\Z').match
_QUOTED_PAIR: Final = re.compile(r"\\(.)")


def is_email(text: str) -> bool:
    """Tell whether ``text`` is an address (addr-spec) that mail can have as sender or recipient."""
    if _is_plain(text) is not None:
        return len(text) <= MAX_EMAIL
    return _is_unusual_email(text)


def _is_unusual_email(text: str) -> bool:
    """Check quoted local parts, local parts beyond ASCII (EAI) and domains beyond ASCII."""
    local, at, domain = text.rpartition("@")
    if not at or len(text) > MAX_EMAIL or not text.isprintable():
        return False
    if _is_local_part(local) is None and _is_quoted_string(local) is None:
        return False
    try:
        octets = len(local.encode())
        domain_octets = len(ascii_domain(domain))
    except AddressError:
        return False
    return octets <= MAX_LOCAL_PART and octets + 1 + domain_octets <= MAX_EMAIL


def split_email(email: str) -> tuple[str, str]:
    """Split at the last ``@`` into local part and domain, both as written.

    Raises `AddressError` when one of them is missing.
    """
    local, _, domain = email.rpartition("@")
    if not local or not domain:
        raise AddressError(f"{email[:80]!r} is not an email address.")
    return local, domain


def ascii_domain(domain: str) -> str:
    """Return a domain in lower case and, beyond ASCII, as A-labels (RFC 5891), without a final dot.

    Raises `AddressError` for text that cannot be a domain of mail.
    """
    if _is_domain(domain) is not None and len(domain) <= MAX_DOMAIN:
        return domain.lower()
    if domain.isascii() or len(domain) > MAX_DOMAIN:
        raise AddressError(f"{domain[:80]!r} is not a domain name.")
    return _a_labels(domain)


@lru_cache(maxsize=1024)
def _a_labels(domain: str) -> str:
    # Loading the Unicode tables takes longer than everything else here, and most processes never need them.
    import idna  # noqa: PLC0415

    try:
        found = idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise AddressError(f"{domain[:80]!r} is not an internationalised domain name.") from error
    if _is_domain(found) is None or len(found) > MAX_DOMAIN:
        raise AddressError(f"{domain[:80]!r} is not a domain name.")
    return found.lower()


def shown_domain(domain: str) -> str:
    """Return a domain as people write it: A-labels as U-labels; a domain without them unchanged."""
    if "xn--" not in domain.lower():
        return domain
    import idna  # noqa: PLC0415 - as above

    try:
        return idna.decode(domain)
    except (idna.IDNAError, UnicodeError):
        return domain


def normalised(email: str) -> str:
    """Return the form to send with: the domain in ASCII and lower case, the local part as written."""
    local, domain = split_email(email)
    return f"{local}@{ascii_domain(domain)}"


def wire_form(email: str) -> str:
    """Return the form for headers and the envelope: an oddly dotted local part in quotes.

    ``a..b@example.net`` is outside the grammar (RFC 5322 §3.4.1, RFC 5321 §4.1.2) and ``"a..b"@example.net`` is
    the same mailbox within it. Servers of such mailboxes take the quoted form, and others parse no other.
    """
    if not (".." in email or ".@" in email or email.startswith(".")):
        return email
    local, at, domain = email.rpartition("@")
    if _is_dot_string(local) is not None or _is_local_part(local) is None:
        return email
    return f'"{local}"{at}{domain}'


def suppression_key(email: str) -> str:
    """Return the form under which an address is suppressed and looked up, regardless of case.

    ``"a..b"`` has the key of ``a..b``.

    RFC 5321 §2.4 lets a host distinguish ``Ann`` from ``ann``. No large host does, and a person who opted out
    must not be mailed because of a capital letter.
    """
    if email.startswith('"'):
        email = _without_quotes(email)
    return unicodedata.normalize("NFC", normalised(email).lower())


def mailbox_key(email: str) -> str:
    r"""Return what is equal for two addresses of the same mailbox, over whichever door they came.

    Case does not distinguish mailboxes, and neither does quoting that is not needed: ``"ann"`` and ``"a\nn"`` are
    ``ann`` (RFC 5321 §4.1.2, its last paragraphs), as in `aerogram.wire.smtp.paths`. Cheap for plain addresses.
    """
    if not email.startswith('"'):
        return email.lower() if email.isascii() else suppression_key(email)
    return suppression_key(_least_quoted(email))


def _least_quoted(email: str) -> str:
    local, at, domain = email.rpartition("@")
    content = _QUOTED_PAIR.sub(r"\1", local[1:-1])
    if _is_local_part(content) is not None:
        return f"{content}{at}{domain}"
    escaped = content.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"{at}{domain}'


def _without_quotes(email: str) -> str:
    """Undo `wire_form`; other quoted local parts keep their quotes."""
    local, at, domain = email.rpartition("@")
    bare = f"{local[1:-1]}{at}{domain}"
    return bare if wire_form(bare) == email else email


def needs_smtputf8(email: str) -> bool:
    """Tell whether the address needs SMTPUTF8 (RFC 6531): its local part is not ASCII."""
    return not email.isascii() and not email.rpartition("@")[0].isascii()
