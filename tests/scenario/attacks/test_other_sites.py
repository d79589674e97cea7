"""A page of another site makes a visitor's browser call us: no door takes the browser's credentials for it."""

import base64
import importlib.util
from pathlib import Path

import pytest

from aerogram.doors.asgi import authentication
from aerogram.doors.asgi.authentication import HttpAuthenticator
from aerogram.doors.asgi.sites import REFUSAL, refuse_other_sites
from aerogram.identity.gate import ForbiddenError, Public

_PATH = Path(__file__).parents[2] / "unit" / "conventions" / "test_every_door_is_guarded.py"
_SPEC = importlib.util.spec_from_file_location("every_door", _PATH)
every_door = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(every_door)

HOST = "mail.example.org"
OTHER_SITES = {
    "fetch from another site": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
    "fetch without CORS": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
    "fetch from a sibling": {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    "a word that is not known yet": {"sec-fetch-site": "near-site"},
    "nothing in the header": {"sec-fetch-site": ""},
    "site and an origin like ours": {"sec-fetch-site": "cross-site", "origin": f"https://{HOST}"},
    "origin of another site": {"origin": "https://evil.example"},
    "origin of a sibling": {"origin": f"https://www.{HOST}"},
    "origin that begins like ours": {"origin": f"https://{HOST}.evil.example"},
    "origin that ends like ours": {"origin": f"https://evil{HOST}"},
    "origin with another port": {"origin": f"https://{HOST}:8443"},
    "origin of a sandboxed frame": {"origin": "null"},
    "origin that is empty": {"origin": ""},
    "origin with our name as user": {"origin": f"https://{HOST}@evil.example"},
    "origin that is no URL": {"origin": "https://[::1"},
}
CHANGES_FROM_OTHER_SITES = {
    "a form": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    "a form of a sibling": {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate"},
    "a form of an old browser": {"referer": "https://evil.example/page"},
    "a form of an old browser that says our name": {"referer": f"https://evil.example/{HOST}"},
}
OURS = {
    "a program": {},
    "our page": {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "origin": f"https://{HOST}"},
    "by hand": {"sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
    "our page behind a proxy that changes Host": {
        "sec-fetch-site": "same-origin",
        "origin": "https://x.example",
    },
    "our page in an old browser": {"origin": f"https://{HOST}"},
    "our page, port and all": {"origin": f"https://{HOST}:443"},
    "our page, in capitals": {"origin": f"https://{HOST.upper()}"},
    "our page in a very old browser": {"referer": f"https://{HOST}/inbox/"},
    "the fetch of a program in Node": {"sec-fetch-mode": "cors"},
}
READS = {
    "a link on another site": {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
    "a link in an old browser": {"referer": "https://news.example/"},
}


def scope_of(method, path, told):
    told = {"host": HOST, **told}
    return {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in told.items()],
        "client": ("127.0.0.1", 50000),
        "server": (HOST, 443),
        "scheme": "https",
        "root_path": "",
    }


def is_refused(method, told):
    try:
        refuse_other_sites(scope_of(method, "/", told))
    except ForbiddenError as error:
        return str(error) == REFUSAL
    return False


METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
CHANGES = METHODS[2:]


@pytest.mark.parametrize("told", OTHER_SITES.values(), ids=OTHER_SITES.keys())
def test_what_a_page_of_another_site_calls_is_refused(told):
    assert [is_refused(method, told) for method in METHODS] == [True] * len(METHODS)


@pytest.mark.parametrize("told", CHANGES_FROM_OTHER_SITES.values(), ids=CHANGES_FROM_OTHER_SITES.keys())
def test_what_it_sends_as_a_form_is_refused(told):
    assert [is_refused(method, told) for method in CHANGES] == [True] * len(CHANGES)


@pytest.mark.parametrize("told", READS.values(), ids=READS.keys())
def test_a_link_may_be_followed(told):
    assert [is_refused(method, told) for method in ("GET", "HEAD")] == [False, False]


@pytest.mark.parametrize("told", OURS.values(), ids=OURS.keys())
def test_programs_and_our_own_pages_pass(told):
    assert [is_refused(method, told) for method in METHODS] == [False] * len(METHODS)


def test_a_request_with_two_hosts_is_not_ours():
    scope = scope_of("POST", "/", {"origin": "https://evil.example"})
    scope["headers"].append((b"host", b"evil.example"))
    with pytest.raises(ForbiddenError):
        refuse_other_sites(scope)


# Every route


BASIC = "Basic " + base64.b64encode(b"ann:secret").decode()


async def status_of(method, path, told):
    began = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            began.append(message["status"])

    await every_door.APP(scope_of(method, path, {"authorization": BASIC, **told}), receive, send)
    [status] = began
    return status


@pytest.mark.parametrize(
    ("method", "path"), [pytest.param(*call[:2], id=" ".join(call[:2])) for call in every_door.calls()]
)
async def test_each_route_refuses_other_sites_before_it_looks_at_the_credentials(method, path):
    """Every service is unbound: one that is asked before the refusal is a failure, with status 500."""
    assert await status_of(method, path, OTHER_SITES["fetch from another site"]) == 403
    assert await status_of(method, path, OTHER_SITES["origin of another site"]) == 403
    if method != "GET":
        assert await status_of(method, path, CHANGES_FROM_OTHER_SITES["a form"]) == 403


async def test_the_walk_would_see_a_door_that_does_not_refuse(monkeypatch):
    monkeypatch.setattr(authentication, "refuse_other_sites", lambda _: None)
    assert await status_of("POST", "/v3.1/send", OTHER_SITES["fetch from another site"]) != 403


def test_both_ways_to_sign_in_are_checked():
    ways = {name for name in vars(HttpAuthenticator) if name.startswith("admit")}
    assert ways == {"admit", "admit_with_token"}


def test_the_endpoints_that_other_sites_may_call_count_no_credentials():
    """Tracked links and one-click unsubscription (RFC 8058), images, sign-up forms, and probes."""
    public = {
        name
        for name, endpoint in every_door.ENDPOINTS.items()
        if isinstance(getattr(endpoint, "guard", None), Public)
    }
    assert public == {"_tracking", "_images", "_signup", "/livez", "/readyz", "/openapi.json"}
