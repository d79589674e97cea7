"""What `serve` prints once it is ready: its addresses, and the credentials after the first start."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.app.settings.settings import Settings
    from aerogram.app.setup import FirstSetUp

_MODES = {
    "capture": "capture: mail is kept in the local inbox, and none is sent",
    "direct": "direct: mail goes to the recipients' mail servers",
    "relay": "relay: mail is handed to the relay",
}


def welcome(settings: Settings, addresses: Mapping[str, Sequence[str]], made: FirstSetUp | None) -> str:
    """Write the lines that a person reads after the start."""
    mode = _MODES[settings.deliver]
    if settings.routes:
        mode += "; fixed routes for " + ", ".join(domain for domain, _ in settings.routes)
    lines = ["Aerogram is ready.", ""]
    lines += [_line("Inbox and API", f"http://{address}/") for address in addresses.get("http", ())]
    lines += [_line("The same over TLS", f"https://{address}/") for address in addresses.get("https", ())]
    lines += [_line("SMTP", f"{address} (STARTTLS, AUTH)") for address in addresses.get("smtp", ())]
    lines += [_line("SMTP over TLS", address) for address in addresses.get("smtps", ())]
    lines += [_line("Delivery", mode), _line("Data", str(settings.data.resolve()))]
    if made is not None:
        lines += [
            "",
            "First credentials, shown only now:",
            _line("API key", made.api_key),
            _line("Secret key", made.secret_key),
            _line("Sign in as", made.email),
            _line("Password", made.password),
            "",
        ]
        if settings.trusted_senders:
            senders = ", ".join(sender.removeprefix("*") for sender in settings.trusted_senders)
            lines.append(f"Mail may be sent from: {senders}")
        else:
            lines.append("Before you send mail, add a sender: aerogram sender add you@example.org")
    return "\n".join(lines)


def _line(label: str, value: str) -> str:
    return f"  {label + ':':<19}{value}"
