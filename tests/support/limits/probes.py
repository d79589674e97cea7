"""All probes, by limit and door; and where limits are tried that no single call can reach."""

from support.limits import rest, send, smtp

_BY_DOOR = {"SMTP": smtp.PROBES, "Send API v3.1": send.V31, "Send API v3": send.V3, "REST": rest.REST, "Content API": rest.CONTENT, "Pages": rest.PAGES}
PROBES = {(limit, door): probe for door, probes in _BY_DOOR.items() for limit, probe in probes.items()}

PASSES = {
    "smtp-auth-line": "501 5.5.2",
    "smtp-path": "550 5.7.1",
    "smtp-errors": "502",
    "send-body": "400",
}
"""What is answered at a limit, where that is an error too: 2xx elsewhere."""

ELSEWHERE = {
}
