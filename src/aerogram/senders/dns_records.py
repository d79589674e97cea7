"""The DNS records that a sending domain must publish, exactly as they are to be entered (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.wire.dkim.keys import dns_strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.store.records.senders.dkim_keys import DkimKeyRow

UNNAMED_HOST: Final = "localhost"


class DnsRecord(NamedTuple):
    """One TXT record. ``name`` is fully qualified without the final dot; ``value`` is unquoted."""

    purpose: str
    name: str
    value: str
    advice: str

    def zone_line(self) -> str:
        """Write it as a line of a zone file, with long values split into strings (RFC 7208 §3.3)."""
        strings = " ".join(f'"{string}"' for string in dns_strings(self.value))
        return f"{self.name}. 3600 IN TXT {strings}"


def records_for(domain: str, keys: Sequence[DkimKeyRow], hostname: str) -> list[DnsRecord]:
    """List the records that make receivers trust mail from a domain: DKIM, SPF and DMARC."""
    dkim = [
        DnsRecord(
            purpose=f"DKIM ({key.algorithm})",
            name=f"{key.selector}._domainkey.{domain}",
            value=key.public_value,
            advice="Proves that the mail is signed by this domain (RFC 6376).",
        )
        for key in keys
    ]
    return [*dkim, _spf(domain, hostname), _dmarc(domain)]


def spf_host(domain: str, hostname: str) -> str:
    """Return the host that a domain's SPF record allows; ``hostname`` is this installation's name."""
    return "mail." + domain if hostname == UNNAMED_HOST else hostname


def spf_value(domain: str, hostname: str) -> str:
    """Write the SPF record for a domain that has no other."""
    return f"v=spf1 a:{spf_host(domain, hostname)} ~all"


def _spf(domain: str, hostname: str) -> DnsRecord:
    host = spf_host(domain, hostname)
    if hostname == UNNAMED_HOST:
        advice = f"Replace {host} with the name of the host that sends, and set hostname to it too."
    else:
        advice = f"Says that {host} may send for this domain (RFC 7208)."
    return DnsRecord(
        purpose="SPF",
        name=domain,
        value=spf_value(domain, hostname),
        advice=f"{advice} A domain has only one SPF record: if there is one, add the a: term to it.",
    )


def _dmarc(domain: str) -> DnsRecord:
    return DnsRecord(
        purpose="DMARC",
        name=f"_dmarc.{domain}",
        value=f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}",
        advice=(
            "Asks receivers for reports and changes nothing yet (RFC 9989). When the reports show that all"
            " mail passes, raise p=none to p=quarantine and then to p=reject."
        ),
    )
