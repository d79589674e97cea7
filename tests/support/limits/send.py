"""Probes of both versions of the Send API."""

import base64

from support.limits.callers import SENDER, of_send, request

FILE = {"ContentType": "text/plain", "Filename": "a.txt", "Base64Content": "YQ=="}
INLINED = FILE | {"ContentID": "a"}
V3_FILE = {"Content-type": "text/plain", "Filename": "a.txt", "content": "YQ=="}


def _base64(size):
    return base64.b64encode(bytes(size)).decode()


def _nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


def _v31(**properties):
    return {
        "From": {"Email": SENDER},
        "To": [{"Email": "bob@example.net"}],
        "Subject": "x",
        "TextPart": "x",
    } | properties


def _v3(**properties):
    return {
        "FromEmail": SENDER,
        "Recipients": [{"Email": "bob@example.net"}],
        "Subject": "x",
        "Text-part": "x",
    } | properties


def _message(properties_of):
    """A probe that sends one message over v3.1."""
    return lambda server, number: of_send(
        request(server, "POST", "/v3.1/send", {"Messages": [_v31(**properties_of(number))]})
    )


def _v3_message(properties_of):
    """A probe that sends one message over v3."""
    return lambda server, number: of_send(request(server, "POST", "/v3/send", _v3(**properties_of(number))))


def _body(path, start):
    """A probe that sends a body of so many bytes."""

    def probe(server, number):
        return of_send(request(server, "POST", path, start + b" " * (int(number) - len(start))))

    return probe


def _messages(server, number):
    call = {"Messages": [_v31()] * number}
    return of_send(request(server, "POST", "/v3.1/send", call))


def _v3_messages(server, number):
    return of_send(request(server, "POST", "/v3/send", {"Messages": [_v3()] * number}))


def _people(number):
    return [{"Email": f"r{each}@example.net"} for each in range(number)]


def _idempotent(path, message, letter):
    def probe(server, number):
        return of_send(request(server, "POST", path, message, {"Idempotency-Key": letter * number}))

    return probe


def _stored(path, call_of):
    """A probe whose messages each store a file of the globals; ``number`` is one less or more than what fits."""
    return lambda server, number: of_send(request(server, "POST", path, call_of(number)))


V31 = {
    "send-body": _body("/v3.1/send", b'{"Messages":[]}'),
    "send-attached": _message(lambda number: {"Attachments": [FILE | {"Base64Content": _base64(number)}]}),
    "send-attachments": _message(lambda number: {"Attachments": [FILE] * number}),
    "send-v31-messages": _messages,
    "send-v31-recipients": _message(lambda number: {"To": _people(number)}),
    "send-headers": _message(lambda number: {"Headers": {f"X-{each}": "x" for each in range(number)}}),
    "send-variables": _message(lambda number: {"Variables": {f"v{each}": 1 for each in range(number)}}),
    "send-variables-depth": _message(lambda number: {"Variables": {"v": _nested(number - 1)}}),
    "send-campaign": _message(lambda number: {"CustomCampaign": "x" * number}),
    "send-subject": _message(lambda number: {"Subject": "x" * number}),
    "send-url-tags": _message(lambda number: {"URLTags": "a=" + "x" * (number - 2)}),
    "idempotency-key": _idempotent("/v3.1/send", {"Messages": [_v31()]}, "a"),
}
V3 = {
    "send-body": _body("/v3/send", b"{}"),
    "send-attached": _v3_message(lambda number: {"Attachments": [V3_FILE | {"content": _base64(number)}]}),
    "send-attachments": _v3_message(lambda number: {"Attachments": [V3_FILE] * number}),
    "send-v3-messages": _v3_messages,
    "send-v3-recipients": _v3_message(lambda number: {"Recipients": _people(number)}),
    "send-headers": _v3_message(lambda number: {"Headers": {f"X-{each}": "x" for each in range(number)}}),
    "send-variables": _v3_message(lambda number: {"Vars": {f"v{each}": 1 for each in range(number)}}),
    "send-variables-depth": _v3_message(lambda number: {"Vars": {"v": _nested(number - 1)}}),
    "send-campaign": _v3_message(lambda number: {"Mj-campaign": "x" * number}),
    "send-subject": _v3_message(lambda number: {"Subject": "x" * number}),
    "idempotency-key": _idempotent("/v3/send", _v3(), "b"),
}
