"""Specifications of endpoints as series of calls, each with the status and the shape of its answer."""

from typing import Any

import msgspec

from support.endpoint_objects import Objects
from support.wire_shapes import assert_shape, error_a

REST = "/v3/REST"
INVALID = "Object properties invalid"
MISSING = error_a(404, "Object not found")


class Call(msgspec.Struct, frozen=True):
    """A call, the status of its answer, and the shape of its body; without a shape the body is empty.

    Names in braces are objects that `support.endpoint_objects` makes. A body of bytes is sent as it is.
    """

    method: str
    path: str
    status: int
    shape: Any = None
    body: Any = None


def taken(name, value, key):
    """Give the refusal of a second object with a key that must be unique."""
    return error_a(400, f'MJ18 A {name} resource with value "{value}" for {key} already exists.')


async def assert_answers(calls, door, client):
    """Make the calls in their order and compare each answer with what is said of it."""
    objects = Objects(door, client)
    for call in calls:
        path, body = await objects.filled(call.path), await objects.filled(call.body)
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        answer = await client.request(call.method, path, **(content if body is not None else {}))
        assert answer.status_code == call.status, (call.method, path, answer.text)
        if call.shape is None:
            assert answer.content == b"", (call.method, path)
        else:
            assert_shape(answer.json(), call.shape, f"{call.method} {path}")
