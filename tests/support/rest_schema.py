"""The description that the server gives of itself, held against what it answers."""

import functools

import jsonschema_rs

from aerogram.doors.http.openapi import description
from aerogram.doors.rest.registry import declared_resources, declared_routes


@functools.cache
def described():
    """The document of `/openapi.json`."""
    return description(declared_resources(), declared_routes(), "https://mail.example.com", "0.0.0")


@functools.cache
def _validator(method, path, status):
    document = described()
    operation = document["paths"][path][method.lower()]
    response = operation["responses"][str(status)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    schema = response["content"]["application/json"]["schema"]
    return jsonschema_rs.Draft202012Validator(schema | {"components": document["components"]})


def assert_described(method, path, answer):
    """Fail unless the description has this answer; ``path`` is as the description names it."""
    _validator(method, path, answer.status_code).validate(answer.json())
