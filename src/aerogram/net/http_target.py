"""Strict parsing of the URLs that our own HTTP client calls.

When two parsers disagree about a URL, one host is checked and another is called. So there is one parser here,
for a subset without ambiguous spellings, and the client uses its result instead of the text: a scheme, a
host, a port, a request target and a credential.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from typing import Final
from urllib.parse import unquote_to_bytes

import idna
import msgspec

from aerogram.base.errors import RefusedError

MAX_URL_LENGTH: Final = 2_048
"""As long as the request lines that common servers and proxies accept."""
MAX_HOST_LENGTH: Final = 253
"""RFC 1035 §2.3.4: 255 octets on the wire, which are 253 characters."""
MAX_PORT: Final = 65_535
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
BLOCKED_PORTS: Final = frozenset(
    (
        *(1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103),
        *(104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513),
        *(514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719),
        *(1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679),
        *(6697, 10080),
    )
)
"""Ports of other protocols, whose servers might execute lines of a request (WHATWG Fetch, "bad port")."""

_VISIBLE_ASCII: Final = re.compile(r"[!-~]+")
_SCHEME: Final = re.compile(r"(https?)://", re.IGNORECASE)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMERIC_LABEL: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


class BadUrlError(RefusedError):
    """The URL cannot be called; the sentence says why, and repeats no part of the URL."""


class HttpTarget(msgspec.Struct, frozen=True, kw_only=True):
    """Where a request goes. ``host`` is a lower-case name or an address without brackets."""

    scheme: str
    host: str
    port: int
    path: str
    """The request target: path and query, starting with a slash (RFC 9112 §3.2.1)."""
    authorization: str = ""
    """The value of the Authorization header (RFC 7617), "" for none."""

    @property
    def authority(self) -> str:
        """The value of the Host header; logs name the target by it, as it holds no secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str) -> HttpTarget:
    """Parse an http or https URL that may have ``user:password@`` and a port. Raises `BadUrlError`."""
    if len(url) > MAX_URL_LENGTH:
        raise BadUrlError(f"The URL is longer than {MAX_URL_LENGTH} characters.")
    scheme_match = _SCHEME.match(url)
    if not scheme_match:
        raise BadUrlError("The URL must start with http:// or https://.")
    # RFC 3986 §3.2: the authority ends at the first slash, question mark or number sign.
    authority, separator, rest = _split_authority(url[scheme_match.end() :])
    if separator == "#" or "#" in rest:
        raise BadUrlError("The URL has a #fragment; remove it.")
    if rest and not _VISIBLE_ASCII.fullmatch(rest):
        raise BadUrlError("The path of the URL is not ASCII; percent-encode spaces and other characters.")
    if "\\" in url:
        raise BadUrlError("The URL has a backslash; write it as %5C.")
    userinfo, at, host_and_port = authority.rpartition("@")
    if "@" in userinfo:
        raise BadUrlError("The URL has more than one @ before its host; write an @ in the password as %40.")
    scheme = scheme_match[1].lower()
    host, port = _split_port(host_and_port, DEFAULT_PORTS[scheme])
    return HttpTarget(
        scheme=scheme,
        host=_host(host),
        port=port,
        path=(separator + rest) if separator == "/" else f"/{separator}{rest}",
        authorization=_basic(userinfo) if at else "",
    )


def _split_authority(text: str) -> tuple[str, str, str]:
    end = next((at for at, character in enumerate(text) if character in "/?#"), len(text))
    return text[:end], text[end : end + 1], text[end + 1 :]


def _split_port(host_and_port: str, default: int) -> tuple[str, int]:
    if host_and_port.startswith("["):
        host, closed, rest = host_and_port.partition("]")
        if not closed or (rest and not rest.startswith(":")):
            raise BadUrlError("Write an IPv6 address in brackets, as [2001:db8::1]:8080.")
        host, colon, digits = host + closed, rest[:1], rest[1:]
    else:
        host, colon, digits = host_and_port.partition(":")
    if not colon:
        return host, default
    if not (digits.isascii() and digits.isdigit() and 1 <= int(digits[:6]) <= MAX_PORT):
        raise BadUrlError(f"The port is not a number from 1 to {MAX_PORT}.")
    port = int(digits)
    if port in BLOCKED_PORTS:
        raise BadUrlError(f"Port {port} is blocked: it belongs to another protocol.")
    return host, port


def _host(text: str) -> str:
    if text.startswith("["):
        return _ipv6(text[1:-1])
    if not text.isascii():
        text = _ascii_name(text)
    name = text.lower()
    labels = name.split(".")
    # The WHATWG rule: a host whose last label looks like a number is an IPv4 address, or invalid. This covers
    # decimal, octal, hexadecimal and shortened spellings, which resolvers still accept.
    if _NUMERIC_LABEL.fullmatch(labels[-1] or labels[-2:][0]):
        return _ipv4(name)
    if len(name) > MAX_HOST_LENGTH or not all(map(_LABEL.fullmatch, labels)):
        raise BadUrlError(
            "The host is not a valid name: use letters, digits and hyphens between single dots."
        )
    return name


def _ipv4(text: str) -> str:
    try:
        return str(ipaddress.IPv4Address(text))
    except ValueError:
        raise BadUrlError("Write an IPv4 address as four decimal numbers, as 192.0.2.1.") from None


def _ipv6(text: str) -> str:
    if "%" in text:
        raise BadUrlError("The IPv6 address in the URL has a zone; remove it.")
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise BadUrlError("The address in brackets is not an IPv6 address.") from None


def _ascii_name(text: str) -> str:
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError:
        raise BadUrlError("The host is not a valid internationalised domain name.") from None


def _basic(userinfo: str) -> str:
    """Return the URL's credential, percent-decoded (RFC 3986 §3.2.1), as a header value (RFC 7617)."""
    user, _, password = userinfo.partition(":")
    if userinfo and not _VISIBLE_ASCII.fullmatch(userinfo):
        raise BadUrlError("Percent-encode all but plain ASCII in the user name and the password of the URL.")
    decoded_user, decoded_password = unquote_to_bytes(user), unquote_to_bytes(password)
    if b":" in decoded_user:
        raise BadUrlError("The user name in the URL has a colon; remove it.")
    credential = decoded_user + b":" + decoded_password
    if any(byte < 0x20 or byte == 0x7F for byte in credential):  # noqa: PLR2004 - RFC 7617 §2: no control characters
        raise BadUrlError("The user name or the password in the URL has a control character.")
    return "Basic " + base64.b64encode(credential).decode("ascii")
