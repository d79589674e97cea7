"""What a sender may be."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.senders.pattern import domain_of, is_whole_domain, parse_domain, parse_pattern


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("News@Example.ORG", "news@example.org"),
        ("@example.org", "*@example.org"),
        ("*@Example.org", "*@example.org"),
        (" a.b+c@mail.example.org ", "a.b+c@mail.example.org"),
        ("postmaster@localhost", "postmaster@localhost"),
        ("grüße@bücher.example", "grüße@xn--bcher-kva.example"),
    ],
)
def test_a_sender_is_stored_in_one_form(text, stored):
    assert parse_pattern(text) == stored


@pytest.mark.parametrize(
    "text",
    ["", "@", "example.org", "a@", "a@-x.org", "a@x-.org", "a b@x.org", "a@x..org", "..@x.org", "a*b@x.org",
     "a@b@x.org", "<a@x.org>", "a\r\n@x.org", "x" * 65 + "@x.org", "@" + "x" * 64 + ".org"],
)  # fmt: skip
def test_what_is_neither_an_address_nor_a_domain_is_refused(text):
    with pytest.raises(ValueError, match=r"is neither an address nor an @domain|is not a domain name"):
        parse_pattern(text)


@pytest.mark.parametrize("text", ["Example.org", "@example.org", "example.org."])
def test_a_domain_is_read_without_its_ornaments(text):
    assert parse_domain(text) == "example.org"


@pytest.mark.parametrize("text", ["", "a@example.org", "example..org", "-"])
def test_what_is_no_domain_is_refused(text):
    with pytest.raises(ValueError, match="is not a domain name"):
        parse_domain(text)


@given(st.text(max_size=60))
def test_a_parsed_sender_parses_to_itself(text):
    with contextlib.suppress(ValueError):
        stored = parse_pattern(text)
        assert parse_pattern(stored) == stored
        assert is_whole_domain(stored) == stored.startswith("*@")
        assert parse_domain(domain_of(stored)) == domain_of(stored)
