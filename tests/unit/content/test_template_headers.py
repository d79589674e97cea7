"""What the headers of a stored template say, whatever stands in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.content.templates.headers import WRONG_TYPE, TemplateHeaders, read_headers
from aerogram.wire.address import is_email
from aerogram.wire.mime.parts import Mailbox

SHOP = "shop@example.com"

texts = st.text(max_size=60)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    ["From", "FROM", "Subject", "Reply-To", "Reply-to", "SenderName", "SenderEmail", "ReplyEmail", "X-Other"]
)
almost_addresses = st.lists(
    st.sampled_from(['"', "<", ">", "(", ")", ",", ":", ";", "\\", " ", SHOP, "Ann", "{{var:name}}", "=?utf-8?q?A?="]),
    max_size=8,
).map("".join)  # fmt: skip
shown_names = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters='"\\'), max_size=30
).filter(lambda name: "=?" not in name)


@given(st.dictionaries(names | texts, json_values | almost_addresses, max_size=6))
def test_any_headers_are_read(headers):
    read = read_headers(headers)
    is_faulty = any(value is not None and not isinstance(value, str) for value in headers.values())
    assert read.errors == ((WRONG_TYPE,) if is_faulty else ())
    assert not {"\r", "\n", "\0"} & set(read.subject)
    for mailbox in (read.sender, read.reply_to):
        if mailbox is not None:
            assert is_email(mailbox.email)
            assert not {"\r", "\n", "\0"} & set(mailbox.name)


@given(shown_names)
def test_a_quoted_name_and_its_address_are_read_as_written(name):
    assert read_headers({"From": f'"{name}" <{SHOP}>'}).sender == Mailbox(SHOP, name)
    assert read_headers({"SenderName": name, "SenderEmail": SHOP}).sender == Mailbox(SHOP, name)


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({"From": SHOP}, Mailbox(SHOP)),
        ({"from": f"Shop <{SHOP}>"}, Mailbox(SHOP, "Shop")),
        ({"From": f"=?utf-8?q?Caf=C3=A9?= <{SHOP}>"}, Mailbox(SHOP, "Café")),
        ({"From": f"{{{{var:name}}}} <{SHOP}>"}, Mailbox(SHOP, "{{var:name}}")),
        ({"From": f"Shop <{SHOP}>", "SenderEmail": "old@example.com"}, Mailbox(SHOP, "Shop")),
        ({"From": "the shop", "SenderEmail": SHOP, "SenderName": "Old"}, Mailbox(SHOP, "Old")),
        ({"From": {"Email": SHOP}}, None),
        ({"From": "the shop"}, None),
        ({"From": ""}, None),
        ({"From": None}, None),
        ({"SenderName": "Shop"}, None),
    ],
)
def test_the_sender_is_from_or_else_the_older_pair(headers, sender):
    assert read_headers(headers).sender == sender


@pytest.mark.parametrize("name", ["Reply-to", "Reply-To", "REPLY-TO", "ReplyEmail"])
def test_reply_to_has_several_spellings(name):
    assert read_headers({name: f"Help <{SHOP}>"}).reply_to == Mailbox(SHOP, "Help")


def test_a_subject_keeps_its_tags_and_loses_its_line_breaks():
    assert read_headers({"Subject": "Hi {{var:name}}"}).subject == "Hi {{var:name}}"
    assert "\n" not in read_headers({"Subject": "Hi\r\nBcc: all@example.com"}).subject


def test_no_headers_say_nothing():
    assert read_headers({}) == TemplateHeaders()
