"""``/openapi.json``: the OpenAPI 3.1 description, generated from the declarations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.doors.asgi.answers import JSON, Answer, send_answer
from aerogram.doors.asgi.scope import SAFE_METHODS
from aerogram.doors.http import errors, idempotency
from aerogram.doors.http.openapi_answers import SCHEMAS, responses
from aerogram.doors.http.openapi_rest import path_of, paths_of, schema_of
from aerogram.doors.http.send.v3.schema import REQUEST as SEND_V3_REQUEST
from aerogram.doors.http.send.v3.schema import RESPONSE as SEND_V3_RESPONSE
from aerogram.doors.http.send.v31.schema import REQUEST as SEND_REQUEST
from aerogram.doors.http.send.v31.schema import RESPONSE as SEND_RESPONSE
from aerogram.identity.gate import Public

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.doors.asgi.scope import Receive, Scope, Send
    from aerogram.doors.rest.resource import Resource
    from aerogram.doors.rest.route import Route

Json = dict[str, Any]


class OpenApi:
    """Serves the description, which is generated once."""

    guard = Public("It describes the API and reveals nothing about any account.")

    def __init__(
        self, resources: Iterable[Resource], routes: Iterable[Route], public_url: str, version: str
    ) -> None:
        described = description(resources, routes, public_url, version)
        self._answer = Answer(200, msgspec.json.encode(described), JSON, is_shared=True)

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        """Answer one request."""
        is_read = scope["method"] in SAFE_METHODS
        await send_answer(scope, send, self._answer if is_read else errors.shape_a(405, "Method not allowed"))


def description(
    resources: Iterable[Resource], routes: Iterable[Route], public_url: str, version: str
) -> Json:
    """Describe both versions of the Send API, all resources and all routes."""
    paths: Json = {
        "/v3.1/send": {"post": _send_v31()},
        "/v3/send": {"post": _send_v3("sendV3")},
        "/v3/send/message": {"post": _send_v3("sendMessageV3")},
    }
    schemas = dict(SCHEMAS)
    for resource in resources:
        schemas[resource.class_name] = schema_of(resource)
        paths |= paths_of(resource)
    for route in routes:
        for path, operations in path_of(route).items():
            paths.setdefault(path, {}).update(operations)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Aerogram", "version": version, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": public_url}],
        "security": [{"basic": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": responses(),
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }  # fmt: skip


def _send_v31() -> Json:
    answers = {
        "200": "Every message was accepted.",
        "400": "Some messages were rejected and the others accepted; or the whole call was rejected.",
        "401": "The credentials are wrong.",
        "403": "The only message was rejected because of its sender.",
        "422": "The idempotency key was used for another request; nothing was accepted.",
        "503": "Nothing was accepted; try again after Retry-After.",
    }
    responses: Json = {
        status: {"description": text, "content": _json(SEND_RESPONSE)} for status, text in answers.items()
    }
    for status in ("200", "400"):
        responses[status]["headers"] = idempotency.REPLAYED_HEADER
    return {
        "operationId": "sendV31",
        "summary": "Send up to 50 messages.",
        "parameters": [idempotency.PARAMETER],
        "requestBody": {"required": True, "content": _json(SEND_REQUEST)},
        "responses": responses,
    }


def _send_v3(operation_id: str) -> Json:
    refusals = {
        "400": "Nothing was sent because of this error; ErrorInfo names the message of a bulk call.",
        "403": "Nothing was sent because a sender does not belong to the account.",
        "413": "Nothing was sent because the call is too large.",
        "422": "Nothing was sent because the idempotency key was used for another request.",
        "500": "Nothing was sent because Vars contains a null.",
        "503": "Nothing was sent; try again after Retry-After.",
    }
    refused = _json({"$ref": "#/components/schemas/Error"})
    return {
        "operationId": operation_id,
        "summary": "Send up to 100 messages, all or none.",
        "parameters": [idempotency.PARAMETER],
        "requestBody": {"required": True, "content": _json(SEND_V3_REQUEST)},
        "responses": {
            "200": {
                "description": "All messages were accepted.",
                "headers": idempotency.REPLAYED_HEADER,
                "content": _json(SEND_V3_RESPONSE),
            },
            "401": {"description": "The credentials are wrong."},
            **{status: {"description": text, "content": refused} for status, text in refusals.items()},
        },
    }


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}
