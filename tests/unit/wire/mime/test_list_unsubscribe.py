"""Ways to unsubscribe: which values are ways, and how they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.errors import HeaderError
from aerogram.wire.mime.writing.list_unsubscribe import MAX_URL, MAX_WAYS, read_ways, write_ways
from aerogram.wire.mime.writing.rewrite import rewrite

GOOD = [
    ("<https://example.com/u>", ("https://example.com/u",)),
    (
        "<mailto:u@example.com?subject=leave>, <http://example.com/u?a=1,2>",
        ("mailto:u@example.com?subject=leave", "http://example.com/u?a=1,2"),
    ),
    ("  < HTTPS://example.com > ", ("HTTPS://example.com",)),
]


@pytest.mark.parametrize(("value", "ways"), GOOD)
def test_ways_are_read_in_their_order(value, ways):
    assert read_ways(value) == ways


BAD = [
    *(
        "",
        " ",
        "<>",
        "https://example.com",
        "<https://example.com",
        "<https://>",
        "<https:///u>",
        "<ftp://e.com>",
    ),
    *("<mailto:>", "<mailto:nobody>", "<javascript:alert(1)>", "<https://a> <https://b>", "<https://a>,"),
    *("<https://a\r\nEvil: yes>", "<https://a b>", "<https://a>, <https://é>", "<https://a>\nEvil: yes"),
    "<https://" + "a" * MAX_URL + ">",
    ",".join(["<https://a>"] * (MAX_WAYS + 1)),
]


@pytest.mark.parametrize("value", BAD)
def test_what_is_no_way_is_refused(value):
    with pytest.raises(HeaderError):
        read_ways(value)


@given(st.text(alphabet="<>, ahtps:/@mailo.\r\n\0é", max_size=60))
def test_whatever_is_read_can_be_written_in_one_field(value):
    try:
        ways = read_ways(value)
    except HeaderError:
        return
    written = write_ways(ways)
    assert written.replace(b"\r\n ", b"").count(b"\r") == 0
    assert read_ways(written.decode().partition(":")[2].replace("\r\n", "")) == ways


def test_a_client_that_encodes_long_urls_does_not_hide_them():
    head = (
        b"From: a@b\r\nX-List-Unsubscribe: =?utf-8?q?=3Chttps=3A//example=2Ecom/?=\r\n =?utf-8?q?u=3E?=\r\n"
    )
    mail = rewrite(head + b"\r\n", received=b"", date_ms=0, message_id="1@b")
    assert b"\r\nList-Unsubscribe: <https://example.com/u>\r\n" in mail
