"""Probes of mail that is accepted and then blocked: what its templates may use."""

import json
import time

from support.limits.callers import SENDER, request

_LOOP = "{% for a in var:x %}"
_END = "{% endfor %}"
WITHIN = 30.0


def _status(server, text, **variables):
    """Send a mail with the template language; give the status that it ends in, with the reason."""
    message = {
        "From": {"Email": SENDER},
        "To": [{"Email": "bob@example.net"}],
        "Subject": "x",
        "TextPart": text,
        "TemplateLanguage": True,
        "Variables": variables,
    }
    status, answer = request(server, "POST", "/v3.1/send", {"Messages": [message]})
    assert status == 200, answer
    number = json.loads(answer)["Messages"][0]["To"][0]["MessageID"]
    until = time.monotonic() + WITHIN
    while time.monotonic() < until:
        _, answer = request(server, "GET", f"/v3/REST/messagehistory/{number}")
        for event in json.loads(answer)["Data"]:
            if event["EventType"] in {"sent", "blocked"}:
                return f"{event['EventType']}, {event['State'] or event['Comment']}".strip(", ")
        time.sleep(0.05)
    raise AssertionError(f"message {number} is neither sent nor blocked")


def _source(server, number):
    return _status(server, "{{ 1 }}".ljust(number, "x"))


PROBES = {
    "template-source": _source,
    "template-output": lambda server, number: _status(
        server, "{{ var:t }}" * 5 + "x" * (number - 5_000_000), t="x" * 1_000_000
    ),
    "template-expression-depth": lambda server, number: _status(
        server, "{{ " + "(" * (number - 1) + "1" + ")" * (number - 1) + " }}"
    ),
    "template-block-depth": lambda server, number: _status(
        server, "{% if true %}" * number + "x" + "{% endif %}" * number
    ),
}
