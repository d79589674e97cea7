"""What SPF records let through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.net.dns_answers import Addresses
from aerogram.senders.spf import SpfTerms, is_spf, lets_through, read_spf

HOST = "mail.example.org"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=spf1 -all", True),
        ("V=SPF1", True),
        ("v=spf10 -all", False),
        (" v=spf1 -all", False),
        ("google-site-verification=x", False),
        ("", False),
    ],
)
def test_an_spf_record_is_told_from_other_texts(text, is_one):
    assert is_spf(text) is is_one


@pytest.mark.parametrize(
    ("record", "terms"),
    [
        ("v=spf1 a:Mail.Example.org. ~all", SpfTerms(hosts=(HOST,))),
        ("v=spf1 +a a/24 a:x.example/28 -all", SpfTerms(hosts=("", "", "x.example"))),
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32", SpfTerms(networks=("192.0.2.0/24", "2001:db8::/32"))),
        ("v=spf1 include:_spf.Example.net redirect=_x.example", SpfTerms(includes=("_spf.example.net",), redirect="_x.example")),
        ("v=spf1 -a:mail.example.org ~include:x.example ?ip4:192.0.2.1", SpfTerms()),
        ("v=spf1 include:%{i}._spf.example exists:%{i}.x mx ptr redirect=%{d}", SpfTerms()),
        ("v=spf1", SpfTerms()),
    ],
)  # fmt: skip
def test_the_terms_that_pass_are_read(record, terms):
    assert read_spf(record) == terms


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        ("v=spf1 a:mail.example.org ~all", True),
        ("v=spf1 a:other.example.org ~all", False),
        ("v=spf1 ip4:192.0.2.0/24 -all", True),
        ("v=spf1 ip4:192.0.2.7 -all", True),
        ("v=spf1 ip6:2001:db8::/32 -all", True),
        ("v=spf1 ip4:198.51.100.0/24 ip4:no.network -all", False),
        ("v=spf1 a -all", False),
    ],
)
def test_a_host_passes_by_name_or_by_address(record, passes):
    addresses = Addresses(("192.0.2.7", "2001:db8::7"))
    assert lets_through(read_spf(record), "example.com", HOST, addresses) is passes


def test_a_domain_that_is_the_host_lets_itself_through():
    assert lets_through(read_spf("v=spf1 a -all"), HOST, HOST, None)


@given(st.lists(st.text(max_size=20), max_size=8))
def test_any_record_is_read(terms):
    read = read_spf(" ".join(["v=spf1", *terms]))
    assert lets_through(read, "example.com", HOST, Addresses(("192.0.2.7",))) in {True, False}
