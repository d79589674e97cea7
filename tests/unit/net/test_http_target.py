"""One strict reading of a URL."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.net.http_target import BLOCKED_PORTS, BadUrlError, HttpTarget, parse_target


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://example.com", HttpTarget(scheme="http", host="example.com", port=80, path="/")),
        ("https://example.com/", HttpTarget(scheme="https", host="example.com", port=443, path="/")),
        (
            "HTTPS://Example.COM/A?b=C",
            HttpTarget(scheme="https", host="example.com", port=443, path="/A?b=C"),
        ),
        ("http://example.com?x=1", HttpTarget(scheme="http", host="example.com", port=80, path="/?x=1")),
        ("http://app_1:8080/hook", HttpTarget(scheme="http", host="app_1", port=8080, path="/hook")),
        ("http://93.184.216.34/x", HttpTarget(scheme="http", host="93.184.216.34", port=80, path="/x")),
        (
            "https://[2606:2800:220:1::1]:8443/x",
            HttpTarget(scheme="https", host="2606:2800:220:1::1", port=8443, path="/x"),
        ),
        (
            "https://bücher.example/",
            HttpTarget(scheme="https", host="xn--bcher-kva.example", port=443, path="/"),
        ),
        (
            "https://example.com/a?to=b@c.example&at=//d",
            HttpTarget(scheme="https", host="example.com", port=443, path="/a?to=b@c.example&at=//d"),
        ),
    ],
)
def test_plain_urls_are_read(url, target):
    assert parse_target(url) == target


@pytest.mark.parametrize(
    ("url", "authorization"),
    [
        ("https://user:pass@example.com/", "Basic dXNlcjpwYXNz"),
        ("https://user@example.com/", "Basic dXNlcjo="),
        ("https://user:@example.com/", "Basic dXNlcjo="),
        ("https://:pass@example.com/", "Basic OnBhc3M="),
        ("https://us%40er:p%3Aa%2Fss@example.com/", "Basic dXNAZXI6cDphL3Nz"),
        ("https://user:pa:ss@example.com/", "Basic dXNlcjpwYTpzcw=="),
        ("https://user:p%C3%A4ss@example.com/", "Basic dXNlcjpww6Rzcw=="),
    ],
)
def test_credentials_of_a_url_become_basic_authorization(url, authorization):
    target = parse_target(url)
    assert (target.host, target.authorization) == ("example.com", authorization)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://user:pass@example.com/x", "example.com"),
        ("https://example.com:8443/x", "example.com:8443"),
        ("https://[2606:2800:220:1::1]/", "[2606:2800:220:1::1]"),
        ("http://[2606:2800:220:1::1]:81/", "[2606:2800:220:1::1]:81"),
    ],
)
def test_the_authority_names_the_host_and_no_secret(url, authority):
    assert parse_target(url).authority == authority


REFUSED = [
    # not http
    "",
    "example.com",
    "//example.com/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com:70/_x",
    "dict://example.com:11211/stat",
    "ldap://example.com/",
    "javascript:alert(1)",
    "data:text/plain,x",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "jar:http://example.com!/",
    "view-source:http://example.com",
    "http:/example.com",
    "http:example.com",
    "http:\\\\example.com",
    " http://example.com",
    "\thttp://example.com",
    "\nhttp://example.com",
    "ht\ntp://example.com",
    # no host
    "http://",
    "http:///path",
    "http://:80/",
    "http://?x",
    "http://@/",
    "http://user:pass@/",
    # addresses in spellings that only some parsers know
    "http://2130706433/",
    "http://017700000001/",
    "http://0x7f000001/",
    "http://0x7f.1/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://00000000000000000000/",
    "http://0x/",
    "http://1.2.3.4.5/",
    "http://256.256.256.256/",
    "http://127.0.0.1./",
    "http://127.0.0.1../",
    "http://127.0.0.01/",
    "http://127.0.0.0x1/",
    "http://example.0x7f/",
    "http://example.1/",
    "http://127.0.0.1%00/",
    "http://127。0。0。0x1/",
    "http://4294967297/",
    "http://169.254.43518/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://025177524776/",
    "http://-1/",
    # IPv6
    "http://[::1%25lo]/",
    "http://[fe80::1%eth0]/",
    "http://[::1/",
    "http://::1/",
    "http://[::1]x/",
    "http://[::1]:/",
    "http://[]/",
    "http://[::g]/",
    "http://[1.2.3.4]/",
    "http://[v1.fe80::a]/",
    "http://[::1]@example.com:80:80/",
    "http://[0:0:0:0:0:0:0:0:1]/",
    # user information that hides the host
    "http://example.com@evil.example@127.0.0.1/",
    "http://a:b@c:d@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://127.0.0.1\\@example.com/",
    "http://user:pa/ss@example.com/",
    "http://user:pass word@example.com/",
    "http://user:p\u00e4ss@example.com/",
    "http://us%3Aer:pass@example.com/",
    "http://user:pa%0D%0AX-Evil: 1ss@example.com/",
    "http://user:pa%0d%0ass@example.com/",
    "http://user:pa%00ss@example.com/",
    # separators and control characters
    "http://example.com#@127.0.0.1/",
    "http://example.com/#x",
    "http://example.com/x#",
    "http://example.com/?x#y",
    "http://exa mple.com/",
    "http://exa\tmple.com/",
    "http://exa\nmple.com/",
    "http://example.com\r\nHost: evil.example/",
    "http://example.com/\r\nX-Evil: 1",
    "http://example.com/ HTTP/1.1\r\nX: y",
    "http://example.com/a b",
    "http://example.com/\x00",
    "http://example.com/\x7f",
    "http://example.com/ä",
    "http://example.com/a\\b",
    "http://example.com\x00.evil.example/",
    "http://example%2ecom/",
    "http://%65xample.com/",
    "http://example.com;evil.example/",
    "http://example.com,evil.example/",
    "http://example.com&evil.example/",
    "http://*.example.com/",
    "http://$(id).example.com/",
    # names that are none
    "http://.example.com/",
    "http://example..com/",
    "http://example.com./",
    "http://-example.com/",
    "http://example-.com/",
    "http://" + "a" * 64 + ".com/",
    "http://" + "a." * 127 + "com/",
    "http://\u2044example.com/",
    "http://example.com\uff0fevil/",
    "http://example.com\uff20evil.example/",
    "http://\u2488com/",
    # ports
    "http://example.com:/",
    "http://example.com:0/",
    "http://example.com:65536/",
    "http://example.com:99999999999999999999/",
    "http://example.com:-1/",
    "http://example.com:+80/",
    "http://example.com:8 0/",
    "http://example.com:80:80/",
    "http://example.com:http/",
    "http://example.com:0x50/",
    "http://example.com:\u0668\u0660/",
    "http://example.com:22/",
    "http://example.com:25/",
    "http://example.com:465/",
    "http://example.com:587/",
    "http://example.com:6667/",
    # length
    "http://example.com/" + "a" * 2048,
]


@pytest.mark.parametrize("url", REFUSED, ids=[ascii(url)[:60] for url in REFUSED])
def test_doubtful_urls_are_refused(url):
    with pytest.raises(BadUrlError):
        parse_target(url)


@pytest.mark.parametrize("url", ["https://user:s3cr3t@exa mple.com/", "https://user:s3cr3t@example.com:x/"])
def test_a_refusal_repeats_no_part_of_the_url(url):
    with pytest.raises(BadUrlError) as refusal:
        parse_target(url)
    assert "s3cr3t" not in str(refusal.value)


def test_ports_of_the_web_are_not_blocked():
    assert BLOCKED_PORTS.isdisjoint({80, 443, 3000, 8000, 8080, 8443})


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    for url in (text, "http://" + text):
        try:
            target = parse_target(url)
        except BadUrlError:
            continue
        written = f"{target.authority}{target.path}"
        assert written.isascii()
        assert written.isprintable()
        assert " " not in written


@given(
    st.from_regex(r"\A[a-z][a-z0-9]{0,8}(\.[a-z]{2,5}){1,2}\Z"),
    st.integers(1024, 5000).filter(lambda port: port not in BLOCKED_PORTS),
    st.from_regex(r"\A(/[a-z0-9.~%&=-]{0,8}){0,3}\Z"),
)
def test_what_was_read_is_what_was_written(host, port, path):
    target = parse_target(f"https://{host}:{port}{path}")
    assert (target.host, target.port, target.path) == (host, port, path or "/")
