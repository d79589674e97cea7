"""Links that only the holder of the key can mint."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aerogram.base.ids import MAX_ID
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.content.tokens import KEY_PURPOSE, LinkSigner

BASE = "https://click.example.org"
SIGNER = LinkSigner(Sealer(new_master_key()).derived_key(KEY_PURPOSE))
IDS = st.integers(0, MAX_ID)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=/+ é"


def path(url, kind):
    assert url.startswith(f"{BASE}/{kind}/")
    return url.removeprefix(f"{BASE}/{kind}/")


@given(IDS)
def test_an_open_is_read_back(message_id):
    name = path(SIGNER.open_url(BASE, message_id), "o")
    assert name.endswith(".gif")
    assert SIGNER.read_open(name) == message_id


@given(IDS, st.text(max_size=200))
def test_a_click_is_read_back_with_its_target(message_id, url):
    assume(url.isprintable())
    token, encoded = path(SIGNER.click_url(BASE, message_id, url), "c").split("/")
    assert SIGNER.read_click(token, encoded) == (message_id, url)


@given(IDS, st.sampled_from(["", "fr", "de", "pt"]))
def test_an_unsubscription_is_read_back_with_its_language(message_id, language):
    token = path(SIGNER.unsubscribe_url(BASE, message_id, language), "u")
    assert SIGNER.read_unsubscribe(token) == (message_id, language)


@pytest.mark.parametrize("language", ["x", "fra", "../", "f\0", "éé"])
def test_what_is_no_language_code_is_no_language(language):
    token = path(SIGNER.unsubscribe_url(BASE, 7, language), "u")
    assert SIGNER.read_unsubscribe(token) == (7, "")


def test_addresses_are_short_and_need_no_escaping():
    for url in (SIGNER.open_url(BASE, MAX_ID), SIGNER.unsubscribe_url(BASE, MAX_ID, "fr")):
        assert len(url) <= len(BASE) + 40
        assert set(url) <= set(ALPHABET[:65] + "/:.")


@given(st.data())
def test_a_token_that_was_altered_anywhere_is_refused(data):
    url = "https://shop.example/?a=1"
    whole = path(SIGNER.click_url(BASE, 7, url), "c")
    place = data.draw(st.integers(0, len(whole) - 1))
    other = data.draw(st.sampled_from(ALPHABET))
    assume(whole[place] != other)
    token, _, encoded = (whole[:place] + other + whole[place + 1 :]).partition("/")
    assert SIGNER.read_click(token, encoded) is None
    mail = path(SIGNER.unsubscribe_url(BASE, 7, "fr"), "u")
    place %= len(mail)
    assume(mail[place] != other)
    assert SIGNER.read_unsubscribe(mail[:place] + other + mail[place + 1 :]) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_was_never_minted_is_refused(token, encoded):
    assert SIGNER.read_open(token) is None
    assert SIGNER.read_click(token, encoded) is None
    assert SIGNER.read_unsubscribe(token) is None


def test_a_token_serves_one_purpose_one_target_and_one_key():
    opening = path(SIGNER.open_url(BASE, 7), "o").removesuffix(".gif")
    token, encoded = path(SIGNER.click_url(BASE, 7, "https://shop.example"), "c").split("/")
    _, elsewhere = path(SIGNER.click_url(BASE, 7, "https://evil.example"), "c").split("/")
    assert SIGNER.read_open(token + ".gif") is None
    assert SIGNER.read_click(opening, encoded) is None
    assert SIGNER.read_click(token, elsewhere) is None
    assert SIGNER.read_open(opening) is None
    another = LinkSigner(Sealer(new_master_key()).derived_key(KEY_PURPOSE))
    assert another.read_click(token, encoded) is None


def test_the_same_key_mints_the_same_links_on_every_node():
    master = new_master_key()
    first, second = (LinkSigner(Sealer(master).derived_key(KEY_PURPOSE)) for _ in range(2))
    assert first.click_url(BASE, 7, "http://x") == second.click_url(BASE, 7, "http://x")
    assert Sealer(master).derived_key("links") != Sealer(master).derived_key("other")
