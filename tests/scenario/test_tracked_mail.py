"""A tracked mail, by each door: nothing but its links differs, each click leads on and is recorded once."""

import base64
import email
import email.policy
import json
import re
import smtplib
import urllib.error
import urllib.request
from email.message import EmailMessage

import pytest

from support.server import running
from support.waiting import wait_for

LINKS = [f"https://shop.example/item?id={number}&from=mail#part-{number}" for number in range(8)]
LINKS += ["http://münchen.example/straße?q=ä", "https://shop.example/plain"]
UNTOUCHED = """<a href="mailto:help@shop.example">Write</a> <a href="#top">Up</a> <a href="tel:+4930123">Call</a>
<a data-no-track href="https://shop.example/login?once=1">Sign in</a>
<!-- <a href="https://shop.example/comment">no link</a> -->
<img src="https://shop.example/1x1.gif" width="1" height="1" alt="">"""
HTML = (
    "<!doctype html>\n<html><BODY class='a  b'>\n"
    + "".join(f'<p>\t<A  HREF="{link.replace("&", "&amp;")}"\n title="x">Item</A></p>\n' for link in LINKS)
    + UNTOUCHED
    + "\n</BODY></html>\n"
)
_TRACKED = re.compile(r"https?://[^\"' ]+/c/[\w-]+/([\w-]+)")
_PIXEL = re.compile(r'<img src="(https?://[^"]+/o/[\w-]+\.gif)"[^>]*>')


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tracked")
    with running(folder, trusted_senders="@example.com", trusted_networks="127.0.0.0/8") as process:
        yield process


def api(server, path, body=None):
    pair = f"{server.settings['api_key']}:{server.settings['secret_key']}".encode()
    headers = {
        "Authorization": f"Basic {base64.b64encode(pair).decode()}",
        "Content-Type": "application/json",
    }
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers)) as answer:
        return json.load(answer)


def by_v31(server):
    message = {
        "From": {"Email": "shop@example.com"},
        "To": [{"Email": "ann@example.net"}],
        "Subject": "Ten links",
        "HTMLPart": HTML,
        "TrackOpens": "enabled",
        "TrackClicks": "enabled",
    }
    return api(server, "/v3.1/send", {"Messages": [message]})["Messages"][0]["To"][0]["MessageID"]


def by_v3(server):
    message = {
        "FromEmail": "shop@example.com",
        "Recipients": [{"Email": "ann@example.net"}],
        "Subject": "Ten links",
        "Html-part": HTML,
        "Mj-trackopen": 2,
        "Mj-trackclick": 2,
    }
    return api(server, "/v3/send", message)["Sent"][0]["MessageID"]


def by_smtp(server):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.com", "ann@example.net", "Ten links"
    mail["X-Mailjet-TrackOpen"] = mail["X-Mailjet-TrackClick"] = "1"
    mail.set_content("Look at our shop.")
    mail.add_alternative(HTML, subtype="html", cte="quoted-printable")
    with smtplib.SMTP("127.0.0.1", server.smtp_port) as client:
        client.ehlo()
        client.mail("shop@example.com")
        client.rcpt("ann@example.net")
        uuid = client.data(mail.as_bytes(policy=email.policy.SMTP))[1].decode().rpartition(" ")[2]
    return api(server, f"/v3/REST/message/{uuid}")["Data"][0]["ID"]


def html_of(server, message_id):
    def captured():
        try:
            with urllib.request.urlopen(f"{server.url}/inbox/api/messages/{message_id}/raw") as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            error.close()
            return None

    raw = wait_for(captured, "the mail in the inbox")
    [part] = [each for each in email.message_from_bytes(raw).walk() if each.get_content_type() == "text/html"]
    return part.get_payload(decode=True).decode().replace("\r\n", "\n")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def answer_to(url):
    try:
        with urllib.request.build_opener(_NoRedirects).open(url, timeout=10) as answer:
            return answer.status, answer.headers.get_content_type()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, error.headers["Location"]


def history(server, message_id):
    rows = api(server, f"/v3/REST/messagehistory/{message_id}")["Data"]
    return sorted(row["EventType"] for row in rows)


def original(match):
    encoded = match[1]
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode().replace("&", "&amp;")


@pytest.mark.parametrize("door", [by_v31, by_v3, by_smtp])
def test_only_links_differ_and_each_click_is_recorded_once(server, door):
    message_id = door(server)
    html = html_of(server, message_id)
    [pixel] = _PIXEL.findall(html)
    tracked = [found[0] for found in _TRACKED.finditer(html)]
    assert _TRACKED.sub(original, _PIXEL.sub("", html)) == HTML
    assert len(tracked) == len(LINKS)

    assert answer_to(pixel) == (200, "image/gif")
    targets = [answer_to(link) for link in tracked]
    assert [status for status, _ in targets] == [302] * len(LINKS)
    assert [target for _, target in targets[:8]] == LINKS[:8]
    done = ["clicked"] * len(LINKS) + ["opened", "sent"]
    wait_for(lambda: len(history(server, message_id)) >= len(done), "what readers did")
    assert history(server, message_id) == done


def test_a_link_that_was_not_signed_or_was_altered_leads_nowhere(server):
    html = html_of(server, by_v31(server))
    link = next(_TRACKED.finditer(html))[0]
    [pixel] = _PIXEL.findall(html)
    base, _, target = link.rpartition("/")
    elsewhere = base64.urlsafe_b64encode(b"https://evil.example/").rstrip(b"=").decode()
    token = base.rpartition("/")[2]
    altered = [
        base.replace(token, token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :])
        for at in range(len(token))
    ]
    wrong = [f"{base}/{elsewhere}", f"{base}/{target}A", f"{base}/", base, f"{server.url}/c/{target}"]
    wrong += [f"{each}/{target}" for each in altered]
    wrong += [pixel.replace("/o/", "/o/A"), pixel.replace(".gif", "A.gif"), f"{server.url}/o/.gif"]
    assert {url: answer_to(url)[0] for url in wrong} == dict.fromkeys(wrong, 404)
