"""An example of every route of the Content API, and the objects that they need, made through the same door."""

import base64
import json

from support.rest_examples import RouteExample

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)
"""One dot."""
BOUNDARY = "a-boundary"
FORM = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
METADATA = {"Name": "logo.png", "Status": "open"}


def form(file=PNG, metadata=METADATA, boundary=BOUNDARY, file_name="logo.png"):
    """The bytes of a form; what is None is left out."""
    parts = []
    if metadata is not None:
        said = metadata if isinstance(metadata, bytes) else json.dumps(metadata).encode()
        parts.append(b'Content-Disposition: form-data; name="metadata"\r\n\r\n' + said)
    if file is not None:
        head = f'Content-Disposition: form-data; name="file"; filename="{file_name}"'
        parts.append(head.encode() + b"\r\nContent-Type: image/png\r\n\r\n" + file)
    mark = f"--{boundary}".encode()
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


async def made(client, path, body):
    """Make an object; give it as it is shown."""
    answer = await client.post(f"/v1/REST/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


async def uploaded(client, **options):
    """Upload an image; give it as it is shown."""
    answer = await client.post("/v1/data/images", content=form(**options), headers=FORM)
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


async def _none(_, __):
    return {}


async def _template(_, client):
    return {"template_id": str((await made(client, "templates", {"Name": "Of an example"}))["ID"])}


async def _drafted(door, client):
    parts = await _template(door, client)
    path = f"templates/{parts['template_id']}/contents"
    await made(client, path, {"Locale": "en_US", "HTMLPart": "<p>Hello</p>"})
    return parts | {"type": "D"}


async def _label(_, client):
    return {"label_id": str((await made(client, "labels", {"Name": "Of an example"}))["ID"])}


async def _token(_, client):
    token = {"Name": "Of an example", "Permissions": ["read_template"]}
    return {"token_id": str((await made(client, "tokens", token))["ID"])}


async def _image(_, client):
    return {"image_id": (await uploaded(client))["ID"]}


async def _file(door, client):
    return await _image(door, client) | {"content_type": "thumbnail"}


def _json(**body):
    return json.dumps(body).encode()


def _of_collection(path, body, parts, change):
    one = f"{path}/{{{next(iter(parts))}}}"
    make = parts[next(iter(parts))]
    return {
        f"GET {path}": RouteExample(parts=_none, strangers=200),
        f"POST {path}": RouteExample(parts=_none, body=body, strangers=201),
        f"GET {one}": RouteExample(parts=make),
        f"PUT {one}": RouteExample(parts=make, body=change),
        f"DELETE {one}": RouteExample(parts=make),
    }


_CONTENTS = "/v1/REST/templates/{template_id}/contents"
_TOKENS = _of_collection(
    "/v1/REST/tokens",
    _json(Name="Another", Permissions=["read_image"]),
    {"token_id": _token},
    _json(Permissions=["read_image"]),
)
del _TOKENS["GET /v1/REST/tokens/{token_id}"]

CONTENT_ROUTES = {
    **_of_collection(
        "/v1/REST/templates",
        _json(Name="Another", EditMode=2, Purposes=["transactional"]),
        {"template_id": _template},
        _json(Description="Says hello"),
    ),
    **_of_collection("/v1/REST/labels", _json(Name="Another"), {"label_id": _label}, _json(Color="#00FF00")),
    **_TOKENS,
    f"GET {_CONTENTS}": RouteExample(parts=_drafted),
    f"POST {_CONTENTS}": RouteExample(parts=_template, body=_json(Locale="en_US", TextPart="Hello")),
    f"GET {_CONTENTS}/types/{{type}}": RouteExample(parts=_drafted),
    f"PUT {_CONTENTS}/types/{{type}}": RouteExample(parts=_drafted, body=_json(TextPart="Hello")),
    f"POST {_CONTENTS}/publish": RouteExample(parts=_drafted),
    f"POST {_CONTENTS}/lock": RouteExample(parts=_drafted),
    f"POST {_CONTENTS}/unlock": RouteExample(parts=_drafted),
    **{
        f"{method} {path}{end}": RouteExample(parts=parts, body=body, strangers=strangers)
        for path in ("/v1/REST/images", "/v1/data/images")
        for method, end, parts, body, strangers in (
            ("GET", "", _none, b"", 200),
            ("GET", "/{image_id}", _image, b"", 404),
            ("PUT", "/{image_id}", _image, _json(Name="mark.png"), 404),
            ("DELETE", "/{image_id}", _image, b"", 404),
        )
    },
    "POST /v1/data/images": RouteExample(parts=_none, body=form(), headers=FORM, strangers=201),
    "PUT /v1/data/images/{image_id}/{content_type}": RouteExample(
        parts=_file, body=form(metadata=None), headers=FORM
    ),
}
"""By ``METHOD path`` of the route."""
