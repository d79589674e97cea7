"""Probes of the REST API, the Content API and the pages."""

import itertools
import json

from support.content_examples import BOUNDARY, PNG, form
from support.limits.callers import of_rest, request

LABELS, TOKENS, IMAGES = "/v1/REST/labels", "/v1/REST/tokens", "/v1/data/images"
FORM_HEADERS = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
_numbers = itertools.count(1)


def _a_name():
    return f"n{next(_numbers)}"


def _sent(method, path, body_of):
    """A probe that makes one request."""
    return lambda server, number: of_rest(request(server, method, path, body_of(number)))


def _padded(path, start=b"{}"):
    """A probe that sends a JSON body of so many bytes."""
    return _sent("POST", path, lambda number: start + b" " * (number - len(start)))


def _announced(path, media_type="application/json"):
    """A probe that announces a body of so many bytes; the server refuses it before it comes."""

    def probe(server, number):
        if number % 2 == 0:
            return "200, after half a gigabyte"
        wanted = _made(server, "/v3/REST/contactslist", {"Name": _a_name()})
        headers = {"Content-Type": media_type}
        return of_rest(request(server, "POST", path.format(wanted["ID"]), headers=headers, announced=number))

    return probe


def _filled(path, body_of):
    """A probe that creates objects until there are so many."""

    def probe(server, number):
        _, listed = request(server, "GET", f"{path}?countOnly=1")
        answered = ""
        for _ in range(number - json.loads(listed)["Total"]):
            answered = of_rest(request(server, "POST", path, body_of()))
        return answered

    return probe


def _made(server, path, body):
    status, answer = request(server, "POST", path, body)
    assert status < 300, answer
    return json.loads(answer)["Data"][0]


def _template_part(path_of):
    def probe(server, number):
        template = _made(server, "/v3/REST/template", {"Name": _a_name(), "OwnerType": "apikey"})
        path, body = path_of(template["ID"], "x" * number)
        return of_rest(request(server, "POST", path, body))

    return probe


def _template_body(path_of, body):
    def probe(server, number):
        template = _made(server, "/v3/REST/template", {"Name": _a_name(), "OwnerType": "apikey"})
        return of_rest(request(server, "POST", path_of(template["ID"]), body + b" " * (number - len(body))))

    return probe


def _list_actions(server, number):
    contact = _made(server, "/v3/REST/contact", {"Email": f"{_a_name()}@example.net"})
    wanted = _made(server, "/v3/REST/contactslist", {"Name": _a_name()})
    actions = [{"ListID": wanted["ID"], "Action": "addforce"}] * number
    path = f"/v3/REST/contact/{contact['ID']}/managecontactslists"
    return of_rest(request(server, "POST", path, {"ContactsLists": actions}))


def _value(server, number):
    name = _a_name()
    _made(server, "/v3/REST/contactmetadata", {"Name": name, "Datatype": "str", "NameSpace": "static"})
    contact = _made(server, "/v3/REST/contact", {"Email": f"{_a_name()}@example.net"})
    body = {"Data": [{"Name": name, "Value": "x" * number}]}
    return of_rest(request(server, "PUT", f"/v3/REST/contactdata/{contact['ID']}", body))


def _labelled(server, number):
    labels = [_made(server, LABELS, {"Name": _a_name()})["ID"] for _ in range(number)]
    return of_rest(request(server, "POST", "/v1/REST/templates", {"Name": _a_name(), "LabelIDs": labels}))


def _segment(expression_of):
    """A probe that creates a segment."""
    return lambda server, number: of_rest(
        request(
            server,
            "POST",
            "/v3/REST/contactfilter",
            {"Name": _a_name(), "Expression": expression_of(number)},
        )
    )


def _uploaded(form_of):
    """A probe that uploads an image."""
    return lambda server, number: of_rest(request(server, "POST", IMAGES, form_of(number), FORM_HEADERS))


def _metadata(size):
    written = json.dumps({"Name": _a_name(), "Status": "open"}).encode()
    return written + b" " * (size - len(written))


def _parts(number):
    others = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="x"\r\n\r\nx\r\n' % BOUNDARY.encode()
        for _ in range(number - 2)
    )
    return others + form()


def _inbox_page(server, number):
    return of_rest(request(server, "GET", f"/inbox/api/messages?limit={number}"))


def _text(number):
    return {"Email": f"{_a_name()}@example.net", "Name": "x" * number}


REST = {
    "rest-body": _padded("/v3/REST/contact", b'{"Email":"big@example.net"}'),
    "rest-many-contacts": _padded(
        "/v3/REST/contact/managemanycontacts", b'{"Contacts":[{"Email":"many@example.net"}]}'
    ),
    "rest-csv": _announced("/v3/DATA/contactslist/{}/CSVData/text:plain", "text/plain"),
    "rest-content": _template_body(
        lambda template: f"/v3/REST/template/{template}/detailcontent", b'{"Text-part":"x"}'
    ),
    "template-part": _template_part(
        lambda template, text: (f"/v3/REST/template/{template}/detailcontent", {"Text-part": text})
    ),
    "rest-parameters": lambda server, number: of_rest(
        request(server, "GET", "/v3/REST/contact?" + "&".join(["Limit=1"] * number))
    ),
    "rest-text": _sent("POST", "/v3/REST/contact", _text),
    "rest-list-actions": _list_actions,
    "preferences": _filled("/v3/REST/preferences", lambda: {"Key": _a_name(), "Value": "x"}),
    "senders": _filled("/v3/REST/sender", lambda: {"Email": f"{_a_name()}@example.org"}),
    "metasenders": _filled("/v3/REST/metasender", lambda: {"Email": f"{_a_name()}@example.org"}),
    "contact-property": _value,
    "segment-length": _segment("age>1".ljust),
    "segment-words": _segment(lambda number: "NOT " * (number - 3) + "age>1"),
    "segment-levels": _segment(
        lambda number: (
            "age=1 AND (age=1 OR (" * ((number - 1) // 2)
            + ("age=1 AND (age=1 OR age=1)" if number % 2 else "age=1 AND age=1")
            + "))" * ((number - 1) // 2)
        )
    ),
    "segment-conditions": _segment(lambda number: " AND ".join(["age>1"] * number)),
    "segment-depth": _segment(lambda number: "(" * (number - 1) + "age>1" + ")" * (number - 1)),
    "segment-number": _segment(lambda number: "age>" + "1" * number),
}
CONTENT = {
    "rest-body": _padded(LABELS, b'{"Name":"big"}'),
    "rest-content": _template_body(
        lambda template: f"/v1/REST/templates/{template}/contents", b'{"Locale":"en_US","TextPart":"x"}'
    ),
    "template-part": _template_part(
        lambda template, text: (
            f"/v1/REST/templates/{template}/contents",
            {"Locale": "en_US", "TextPart": text},
        )
    ),
    "content-tokens": _filled(TOKENS, lambda: {"Name": _a_name(), "Permissions": ["read_template"]}),
    "labels": _filled(LABELS, lambda: {"Name": _a_name()}),
    "label-uses": _labelled,
    "image": _uploaded(lambda number: form(PNG.ljust(number, b"\0"))),
    "form-parts": _uploaded(_parts),
    "form-metadata": _uploaded(lambda number: form(metadata=_metadata(number))),
}
PAGES = {"inbox-page": _inbox_page}
