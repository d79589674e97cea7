"""Cells that hold addresses as people copy them: what nobody sees does not count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.audience.jobs.address_cells import addressee_of, visible
from aerogram.wire.address import is_email

ADDRESS = "ann@example.net"
AROUND = ["\u00a0", "\u200b", "\ufeff", "\u00ad", "\u200e", "\u200f", "\u202a", "\u202c", "\u2060", "\u2007", "\u202f", "\u3000", "\u2009", "\t", " ", "\r\n", "\x7f", "\u2066", "\u180e", "\u061c", "\x00", "\u00a0\u200b "]  # fmt: skip


@pytest.mark.parametrize("junk", AROUND)
def test_what_nobody_sees_around_an_address_does_not_count(junk):
    for cell in (junk + ADDRESS, ADDRESS + junk, junk + ADDRESS + junk):
        assert addressee_of(cell).address == ADDRESS


@pytest.mark.parametrize("junk", ["\u200b", "\ufeff", "\u00ad", "\u200e", "\u2060", "\u200d"])
def test_nor_does_it_within_an_address(junk):
    assert addressee_of(ADDRESS.replace("@", f"{junk}@{junk}")).address == ADDRESS


@pytest.mark.parametrize(
    ("cell", "address", "name"),
    [
        ("mailto:ann@example.net", ADDRESS, ""),
        ("MAILTO:ann@example.net?subject=Hi", ADDRESS, ""),
        ("Ann <ann@example.net>", ADDRESS, "Ann"),
        ("<ann@example.net>", ADDRESS, ""),
        ('"M\u00fcller, Zo\u00e9" <ann@example.net>', ADDRESS, "M\u00fcller, Zo\u00e9"),
        ("Zo\u00e9 M\u00fcller<ann@example.net>;", ADDRESS, "Zo\u00e9 M\u00fcller"),
        ("Ann < ann@example.net >,", ADDRESS, "Ann"),
        ("Ann <mailto:ann@example.net>", ADDRESS, "Ann"),
        ("'ann@example.net'", ADDRESS, ""),
        ("\u201cann@example.net\u201d", ADDRESS, ""),
        ("ann\uff20example\uff0enet", ADDRESS, ""),
        ("\uff41\uff4e\uff4e\uff20example\u3002net", ADDRESS, ""),
        ("ann@example.net,", ADDRESS, ""),
        ("ann@example.net;", ADDRESS, ""),
        ("o'hara@example.net", "o'hara@example.net", ""),
        ("b\u00fccher@b\u00fccher.example", "b\u00fccher@b\u00fccher.example", ""),
        ("ann@example.net bob@example.net", "ann@example.net bob@example.net", ""),
        ("ann @example.net", "ann @example.net", ""),
        ("ann@example.net;bob@example.net", "ann@example.net;bob@example.net", ""),
        ("", "", ""),
    ],
)
def test_links_names_and_full_width_letters_are_read_as_people_mean_them(cell, address, name):
    assert addressee_of(cell) == (address, name)


def test_two_addresses_or_a_space_within_one_are_no_address():
    for cell in ("ann@example.net bob@example.net", "ann @example.net", "ann@example.net;bob@example.net"):
        assert not is_email(addressee_of(cell).address)


@given(st.emails())
def test_any_address_is_itself(address):
    if is_email(address):
        assert addressee_of(address).address == address


@given(st.text(max_size=60))
def test_any_cell_is_read_and_nothing_is_left_to_clean(cell):
    address, _ = addressee_of(cell)
    assert visible(address).strip() == address.strip()
