"""A test suite asks the inbox over HTTP, and strangers are refused."""

import threading

import httpx2 as httpx
import pytest

from aerogram.model.member import Role
from support.actors import looking_into
from support.inbox import MemoryInbox, letter
from support.web import InboxServer


async def authenticate(name, password, peer_ip):
    return {
        ("key", "secret"): looking_into(1),
        ("ada@example.org", "pass:word"): looking_into(1, 2),
        ("eve@example.org", "editor"): looking_into(1, role=Role.EDITOR),
        ("new@example.org", "nowhere"): (),
    }.get((name, password))


@pytest.fixture(scope="module")
def kept():
    return MemoryInbox()


@pytest.fixture(scope="module")
def server(kept):
    with InboxServer(kept, authenticate=authenticate, allowed_hosts=["mail.test"]) as running:
        yield running


@pytest.fixture
def inbox(kept):
    kept._kept.clear()
    return kept


@pytest.fixture
def client(server, inbox):
    with httpx.Client(base_url=server.url, trust_env=False) as opened:
        yield opened


@pytest.fixture
def three(inbox):
    html = '<p>Hello <img src="cid:logo"> <script>x()</script></p>\n'
    full = letter(
        "Order", "plain\n", html, files=(("a b.html", "text/html", b"<b>"),), images=(("logo", b"PNG"),)
    )
    inbox.keep(11, full, subject="Order", recipient="ada@example.org", attachment_count=2)
    inbox.keep(12, letter("Reset"), subject="Reset", recipient="bob@example.org", account_id=2)
    inbox.keep(13, letter("News"), subject="News", recipient="ada@example.org", sender="news@example.com")
    return full


def test_the_list_is_newest_first(client, three):
    answer = client.get("/inbox/api/messages")
    assert answer.headers["content-type"] == "application/json"
    assert [row["id"] for row in answer.json()] == [13, 12, 11]
    assert answer.json()[2] == {
        "id": 11,
        "from": "shop@example.com",
        "to": "ada@example.org",
        "subject": "Order",
        "time": "2026-11-21T11:36:40.000Z",
        "size": len(three),
        "attachment_count": 2,
    }


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("limit=2", [13, 12]),
        ("limit=1&before=13", [12]),
        ("after=11", [13, 12]),
        ("to=ADA@", [13, 11]),
        ("from=news", [13]),
        ("subject=reset", [12]),
        ("query=bob", [12]),
        ("query=nothing", []),
    ],
)
@pytest.mark.usefixtures("three")
def test_the_list_is_filtered(client, query, ids):
    assert [row["id"] for row in client.get(f"/inbox/api/messages?{query}").json()] == ids


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "before=-1", "limit=", "before=99999999999999999999"]
)
def test_a_wrong_number_is_refused_with_a_sentence(client, query):
    answer = client.get(f"/inbox/api/messages?{query}")
    assert answer.status_code == 400
    assert "must be a whole number from" in answer.json()["error"]


@pytest.mark.usefixtures("three")
def test_one_mail_is_shown_as_it_reads(client):
    mail = client.get("/inbox/api/messages/11").json()
    assert mail["text"] == "plain\n"
    assert "Hello" in mail["html"]
    assert {"name": "Subject", "value": "Order"} in mail["headers"]
    assert [(file["name"], file["type"], file["inline"]) for file in mail["attachments"]] == [
        ("part-1.png", "image/png", True),
        ("a b.html", "text/html", False),
    ]
    assert mail["timeline"][0]["text"] == "Accepted through SMTP and written to disk."
    assert "C: MAIL FROM" in mail["timeline"][0]["conversation"]
    assert client.get(mail["attachments"][0]["url"]).content == b"PNG"


def test_the_raw_mail_is_what_would_have_been_sent(client, three):
    answer = client.get("/inbox/api/messages/11/raw")
    assert answer.content == three
    assert answer.headers["content-type"] == "message/rfc822"
    assert answer.headers["content-disposition"].startswith('attachment; filename="11.eml"')


@pytest.mark.usefixtures("three")
def test_a_file_is_downloaded_and_never_displayed(client):
    answer = client.get("/inbox/api/messages/11/attachments/1")
    assert answer.content == b"<b>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="a b.html"')
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.usefixtures("three")
def test_the_html_comes_under_a_policy_that_lets_it_do_nothing(client):
    answer = client.get("/inbox/api/messages/11/html")
    assert "data:image/png;base64,UE5H" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "sandbox" in answer.headers["content-security-policy"]
    with_images = client.get("/inbox/api/messages/11/html?images=1")
    assert "img-src data: http: https:" in with_images.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["99", "99/raw", "99999999999999999999", "12/html", "11/attachments/7", "99/html"]
)
@pytest.mark.usefixtures("three")
def test_what_is_not_there_is_told(client, path):
    answer = client.get(f"/inbox/api/messages/{path}")
    assert answer.status_code == 404
    assert answer.json()["error"]


@pytest.mark.usefixtures("three")
def test_mail_is_forgotten_one_by_one_or_all_at_once(client):
    assert client.delete("/inbox/api/messages/12").status_code == 204
    assert client.delete("/inbox/api/messages/12").status_code == 404
    assert [row["id"] for row in client.get("/inbox/api/messages").json()] == [13, 11]
    assert client.delete("/inbox/api/messages").status_code == 204
    assert client.get("/inbox/api/messages").json() == []


@pytest.mark.usefixtures("three")
def test_waiting_answers_at_once_when_the_mail_is_there(client):
    assert client.get("/inbox/api/wait?to=ada&subject=news").json()["id"] == 13


def test_waiting_answers_as_soon_as_the_mail_comes(client, inbox):
    inbox.keep(20, letter("Old"), subject="Code")
    threading.Timer(0.3, inbox.keep, (21, letter("New", "Your code is 4711\n")), {"subject": "Code"}).start()
    mail = client.get(
        "/inbox/api/wait?to=ada@example.org&subject=code&after=20&timeout=20", timeout=30
    ).json()
    assert mail["id"] == 21
    assert "4711" in mail["text"]


def test_waiting_ends_with_the_time(client):
    answer = client.get("/inbox/api/wait?to=nobody&timeout=0")
    assert answer.status_code == 404
    assert answer.json() == {"error": "No matching message arrived within 0 s."}


def test_waiting_ends_when_the_server_stops():
    answers = []
    with InboxServer(MemoryInbox()) as stopping, httpx.Client(trust_env=False, timeout=30) as waiting:
        waiting.get(f"{stopping.url}/inbox/api/messages")
        waiter = threading.Thread(
            target=lambda: answers.append(waiting.get(f"{stopping.url}/inbox/api/wait?timeout=60"))
        )
        waiter.start()
        while not stopping.is_waited_for():
            waiter.join(0.01)
        stopping.stop()
        waiter.join(20)
    assert [answer.status_code for answer in answers] == [503]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8025", "127.0.0.1.evil.example", "", "[::1", "localhost@evil"]
)
@pytest.mark.parametrize("path", ["/", "/inbox/list", "/inbox/api/messages", "/inbox/api/wait?timeout=0"])
def test_a_site_that_points_its_name_here_is_refused(client, host, path):
    answer = client.get(path, headers={"Host": host})
    assert answer.status_code == 403
    assert "is not allowed" in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8025", "127.0.0.1", "[::1]:8025", "mail.test:80"])
def test_this_machine_is_known_by_its_names(client, host):
    assert client.get("/inbox/api/messages", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.usefixtures("three")
def test_another_site_can_change_nothing(client, headers):
    assert client.delete("/inbox/api/messages", headers=headers).status_code == 403
    assert len(client.get("/inbox/api/messages").json()) == 3


def test_another_site_cannot_read_but_may_link(client):
    embedded = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    assert client.get("/inbox/api/messages", headers=embedded).status_code == 403
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/", headers=followed).status_code == 200


@pytest.mark.usefixtures("three")
def test_the_own_page_may_change(client, server):
    assert (
        client.delete("/inbox/api/messages/11", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204
    )
    assert client.delete("/inbox/api/messages/12", headers={"Origin": server.url}).status_code == 204


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_who_comes_through_a_proxy_must_sign_in(client, header):
    answer = client.get("/inbox/api/messages", headers={header: "203.0.113.9"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")
    signed_in = client.get("/inbox/api/messages", headers={header: "203.0.113.9"}, auth=("key", "secret"))
    assert signed_in.status_code == 200


@pytest.mark.usefixtures("three")
def test_a_password_shows_the_mail_of_its_accounts_only(client):
    assert [row["id"] for row in client.get("/inbox/api/messages", auth=("key", "secret")).json()] == [13, 11]
    everything = client.get("/inbox/api/messages", auth=("ada@example.org", "pass:word")).json()
    assert [row["id"] for row in everything] == [13, 12, 11]
    assert client.get("/inbox/api/messages/12", auth=("key", "secret")).status_code == 404
    assert client.delete("/inbox/api/messages", auth=("key", "secret")).status_code == 204
    assert [row["id"] for row in client.get("/inbox/api/messages").json()] == [12]


@pytest.mark.usefixtures("three")
def test_an_editor_reads_mail_and_does_not_forget_it(client):
    eve = ("eve@example.org", "editor")
    assert [row["id"] for row in client.get("/inbox/api/messages", auth=eve).json()] == [13, 11]
    for path in ("/inbox/api/messages", "/inbox/api/messages/11"):
        answer = client.delete(path, auth=eve)
        assert answer.status_code == 403
        assert answer.json()["error"] == "ann@example.org has the role editor; this needs the role owner."
    assert len(client.get("/inbox/api/messages").json()) == 3


def test_who_is_a_member_of_nothing_is_told_so(client):
    answer = client.get("/", auth=("new@example.org", "nowhere"))
    assert answer.status_code == 403
    assert "You are not a member of any account." in answer.text
    assert client.head("/inbox/api/messages", auth=("new@example.org", "nowhere")).status_code == 403


@pytest.mark.parametrize(
    "header", ["Basic a2V5Ondyb25n", "Basic !!!", "Basic /w==", b"Basic \xff", "Bearer x", "Basic", ""]
)
def test_a_wrong_password_is_refused(client, header):
    answer = client.get("/inbox/api/messages", headers={"Authorization": header})
    assert answer.status_code == 401


@pytest.mark.usefixtures("three")
def test_every_answer_has_the_headers_that_protect(client):
    for path in (
        "/",
        "/inbox/list",
        "/inbox/api/messages",
        "/inbox/api/messages/11/html",
        "/inbox/api/messages/99",
    ):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"].partition("script-src")[2]


@pytest.mark.usefixtures("three")
def test_the_list_of_the_page_is_sent_only_when_it_changed(client, inbox):
    first = client.get("/inbox/list")
    again = client.get("/inbox/list", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    inbox.keep(14, letter("More"), subject="More")
    assert client.get("/inbox/list", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


@pytest.mark.usefixtures("three")
def test_a_page_about_a_mail_that_is_gone_says_so(client):
    answer = client.get("/?id=99")
    assert answer.status_code == 404
    assert "Message not found" in answer.text


def test_static_files_are_kept_for_ever_and_nothing_else_is_a_file(client):
    page = client.get("/").text
    start = page.index("/inbox/static/inbox.css?v=")
    answer = client.get(page[start : page.index('"', start)])
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["cache-control"]
    assert client.get("/inbox/static/app.py").status_code == 404
    assert client.get("/inbox/static/..%2Fapp.py").status_code == 404


@pytest.mark.parametrize(("mode", "words"), [("direct", "directly"), ("relay", "relay")])
def test_a_server_that_delivers_has_no_inbox(mode, words):
    with InboxServer(MemoryInbox(), mode=mode) as delivering, httpx.Client(trust_env=False) as asking:
        assert words in asking.get(f"{delivering.url}/").text
        answer = asking.get(f"{delivering.url}/inbox/api/messages")
        assert answer.status_code == 404
        assert "there is no inbox" in answer.json()["error"]
