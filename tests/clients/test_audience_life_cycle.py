"""A year in the life of an audience, by Mailjet's SDKs: a list, one contact, many, a file, a segment, an end."""

import uuid

import pytest
from mailjet_rest.errors import DoesNotExistError

from clients.conftest import https_of
from clients.sample import Sample
from support.waiting import wait_for

pytestmark = pytest.mark.timeout(300)


class Python:
    """Calls by mailjet-rest: each gives status and rows, or the body where there are none."""

    def __init__(self, mailjet):
        self._mailjet = mailjet

    def __call__(self, method, resource, own_id=None, action=None, body=None, params=None):
        action, _, job = (action or "").partition("/")
        endpoint = getattr(self._mailjet, f"{resource}_{action}" if action else resource)
        name = {"post": "create", "put": "update"}.get(method, method)
        extra = {} if body is None else {"data": body}
        extra |= {"action_id": job} if job else {}
        try:
            answer = getattr(endpoint, name)(id=own_id, filters=params, **extra)
        except DoesNotExistError:
            return 404, None
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return answer.status_code, _rows(answer.json()) if answer.content and is_json else answer.text

    @staticmethod
    def shows(text, answer):
        return text in answer


class Node:
    """The same by node-mailjet, which makes an empty object of an answer that is no JSON."""

    @staticmethod
    def shows(_, answer):
        return answer == {}

    def __init__(self, run, **access):
        self._run, self._access = run, access

    def __call__(self, method, resource, own_id=None, action=None, body=None, params=None):
        told = self._run(
            "call_mailjet.js",
            **self._access,
            method=method,
            resource=resource,
            id=own_id,
            action=action,
            body=body,
            params=params,
        )
        return told["status"], _rows(told.get("body"))


def _rows(body):
    return body.get("Data", body) if isinstance(body, dict) else body


@pytest.fixture(params=["python", "node"])
def call(request, post):
    """The capturing and the relaying server, one on each engine, by each of the two SDKs."""
    server = post.server
    if request.param == "python":
        return Python(request.getfixturevalue("sdk")(server, version="v3"))
    settings = server.settings
    run = request.getfixturevalue("run")
    return Node(run, host=https_of(server), key=settings["api_key"], secret=settings["secret_key"])


def test_an_audience_is_gathered_selected_and_dissolved(call):
    mark = uuid.uuid4().hex[:12]
    _, [news] = call("post", "contactslist", body={"Name": f"News {mark}"})
    age = f"age{mark}"
    assert call("post", "contactmetadata", body={"Name": age, "Datatype": "int"})[0] == 201
    ana = Sample().recipient
    managed = {"Email": ana, "Action": "addforce", "Properties": {age: 17}}
    assert call("post", "contactslist", news["ID"], "managecontact", body=managed)[0] == 201
    _, [link] = call("get", "listrecipient", params={"ContactEmail": ana, "ContactsList": news["ID"]})
    assert call("put", "listrecipient", link["ID"], body={"IsUnsubscribed": True})[0] == 200

    many = [{"Email": f"m{number}.{mark}@example.net", "Properties": {age: number}} for number in range(40)]
    body = {"Action": "addnoforce", "Contacts": many}
    status, [job] = call("post", "contactslist", news["ID"], "managemanycontacts", body=body)
    assert status == 201

    def done_of_many():
        _, [row] = call("get", "contactslist", news["ID"], f"managemanycontacts/{job['JobID']}")
        return row if row["Status"] == "Completed" else None

    assert wait_for(done_of_many, "the end of the job")["Count"] == 40

    lines = [f"f{number}.{mark}@example.net,{50 + number}" for number in range(20)]
    csv = "\n".join([f"email,{age}", *lines, "not an address,1"])
    status, uploaded = call("post", "contactslist", news["ID"], "csvdata", body=csv)
    assert status == 200
    asked = {"ContactsListID": news["ID"], "DataID": uploaded["ID"], "Method": "addforce"}
    status, [imported] = call("post", "csvimport", body=asked)
    assert status == 201

    def done_of_file():
        _, [row] = call("get", "csvimport", imported["ID"])
        return row if row["Status"] == "Completed" else None

    assert wait_for(done_of_file, "the end of the import")["Errcount"] == 1

    status, refused = call("get", "batchjob", imported["ID"], "csverror")
    assert status == 200
    assert call.shows("not an address", refused)
    assert call.shows("###", refused)

    expression = f"({age}>=18) AND (IsProvided({age}))"
    status, [adults] = call(
        "post", "contactfilter", body={"Name": f"Adults {mark}", "Expression": expression}
    )
    assert (status, adults["Expression"]) == (201, expression)
    _, [preview] = call("get", "contactfilter", adults["ID"], "preview")
    assert preview["ContactCount"] == 22 + 20
    _, [told] = call("get", "contactslist", news["ID"])
    assert told["SubscriberCount"] == 40 + 20

    assert call("delete", "contactfilter", adults["ID"])[0] == 204
    assert call("delete", "contactmetadata", f"static|{age}")[0] == 204
    assert call("delete", "contactslist", news["ID"])[0] == 204
    assert call("get", "contactslist", news["ID"])[1][0]["IsDeleted"] is True
