"""A template's life below ``/v1/`` by Mailjet's SDKs: drafted, published, locked, sent; tokens and images beside it."""

import contextlib
import email
import email.policy
import json
import urllib.request
import uuid

import pytest
from mailjet_rest import Client
from mailjet_rest.errors import ApiError

from clients.conftest import https_of
from clients.sample import SENDER, Sample
from support.content_examples import METADATA, PNG

pytestmark = pytest.mark.timeout(300)
KINDS = ("D", "P")
_NAMES = {"templates_contents": "template_contents"}
"""What mailjet-rest calls otherwise."""


class Python:
    """Calls by mailjet-rest: each gives status and rows."""

    def __init__(self, server, auth):
        self._client = Client(auth=auth, version="v1", api_url=f"{server.url}/")

    def __call__(self, method, resource, own_id=None, action="", body=None):
        *words, last = (resource, *action.split("/")) if action else (resource,)
        kind = {"action_id": last} if last in KINDS else {}
        asked = "_".join(words if kind else [*words, last])
        endpoint = getattr(self._client, _NAMES.get(asked, asked))
        name = {"post": "create", "put": "update"}.get(method, method)
        extra = {} if body is None else {"data": body}
        try:
            answer = getattr(endpoint, name)(id=own_id, **kind, **extra)
        except ApiError as error:
            # Of 409 the SDK tells no more than what requests does.
            return error.__cause__.response.status_code, None
        return answer.status_code, answer.json()["Data"] if answer.content else None

    def close(self):
        self._client.close()


class Node:
    """The same by node-mailjet."""

    def __init__(self, run, server, key, secret):
        self._run, self._access = run, {"host": https_of(server), "key": key, "secret": secret}

    def __call__(self, method, resource, own_id=None, action="", body=None):
        own = {"id": own_id, "action": action, "body": body, "version": "v1"}
        told = self._run("call_mailjet.js", **self._access, method=method, resource=resource, **own)
        rows = told.get("body")
        return told["status"], rows.get("Data") if isinstance(rows, dict) else None

    def close(self):
        pass


@pytest.fixture(params=["python", "node"])
def call(request, post):
    """The capturing and the relaying server, one on each engine, by each of the two SDKs."""
    server = post.server
    keys = (server.settings["api_key"], server.settings["secret_key"])
    if request.param == "python":
        made = Python(server, keys)
    else:
        made = Node(request.getfixturevalue("run"), server, *keys)
    yield made
    made.close()


def test_a_template_is_drafted_published_locked_and_sent(call, post, sdk):
    body = {"Name": f"Welcome {uuid.uuid4().hex}", "EditMode": 2, "Purposes": ["transactional"]}
    status, [template] = call("post", "templates", body=body)
    assert (status, template["IsPublished"]) == (201, False)
    template_id = template["ID"]
    content = {
        "Locale": "en_US",
        "Headers": {"Subject": "Hello {{var:name}}", "From": f"Shop <{SENDER}>"},
        "HtmlPart": "<h1>Hi {{var:name}}</h1>",
        "TextPart": "Hi {{var:name}}",
    }
    assert call("post", "templates", template_id, "contents", content)[0] == 201
    status, [published] = call("post", "templates", template_id, "contents/publish")
    assert (status, published["ContentType"]) == (200, "P")
    assert call("post", "templates", template_id, "contents/lock", {})[0] == 204
    changed = {"TextPart": "Never to be read"}
    assert call("put", "templates", template_id, "contents/types/D", changed)[0] == 409
    assert call("post", "templates", template_id, "contents/unlock", {})[0] == 204
    assert call("put", "templates", template_id, "contents/types/D", changed)[0] == 200
    _, [still] = call("get", "templates", template_id, "contents/types/P")
    assert still["TextPart"] == "Hi {{var:name}}"
    _, versions = call("get", "templates", template_id, "contents")
    assert [version["ContentType"] for version in versions] == ["D", "P", "D"]

    recipient = Sample().recipient
    _, [shown] = call("get", "templates", template_id)
    message = {
        "To": [{"Email": recipient}],
        "TemplateID": int(shown["ExternalID"]),
        "TemplateLanguage": True,
        "Variables": {"name": "Ann"},
    }
    sent = sdk(post.server).send.create(data={"Messages": [message]}).json()
    assert sent["Messages"][0]["Status"] == "success"
    mail = email.message_from_bytes(post.mail_to(recipient), policy=email.policy.default)
    assert mail["Subject"] == "Hello Ann"
    assert mail.get_body(("plain",)).get_content().strip() == "Hi Ann"
    assert "<h1>Hi Ann</h1>" in mail.get_body(("html",)).get_content()

    assert call("delete", "templates", template_id)[0] == 204
    assert call("get", "templates", template_id)[0] == 404


def test_a_token_that_reads_templates_makes_none(post):
    server = post.server
    with contextlib.closing(
        Python(server, (server.settings["api_key"], server.settings["secret_key"]))
    ) as owner:
        body = {"Name": f"Readers {uuid.uuid4().hex}", "Permissions": ["read_template"]}
        status, [token] = owner("post", "tokens", body=body)
        assert status == 201
        assert owner("post", "tokens", body=body)[0] == 409
        assert [row["AccessToken"] for row in owner("get", "tokens")[1]] == [None]
    with contextlib.closing(Python(server, token["AccessToken"])) as reader:
        assert reader("get", "templates")[0] == 200
        assert reader("post", "templates", body={"Name": "x"})[0] == 403
    with contextlib.closing(Python(server, "fake_test_content_token_123")) as nobody:
        assert nobody("get", "templates")[0] == 401


def test_an_image_is_uploaded_loaded_and_deleted(post):
    server = post.server
    keys = (server.settings["api_key"], server.settings["secret_key"])
    with contextlib.closing(Client(auth=keys, version="v1", api_url=f"{server.url}/")) as client:
        files = {
            "metadata": (None, json.dumps(METADATA), "application/json"),
            "file": ("logo.png", PNG, "image/png"),
        }
        answer = client.data_images.create(headers={"Content-Type": None}, files=files)
        assert answer.status_code == 201
        [image] = answer.json()["Data"]
        assert client.images.get(id=image["ID"]).json()["Data"] == [image]
        path = image["ImageUrl"][image["ImageUrl"].index("/img/") :]
        with urllib.request.urlopen(server.url + path, timeout=10) as shown:
            assert (shown.read(), shown.headers["Content-Type"]) == (PNG, "image/png")
        assert client.data_images.delete(id=image["ID"]).status_code == 204
        assert client.data_images.get().json()["Total"] == 0
