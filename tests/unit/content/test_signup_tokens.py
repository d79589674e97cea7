"""The addresses of forms and confirmations: nobody but the installation mints them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.ids import MAX_ID
from aerogram.content.signup_tokens import CONFIRM, FORM, SignupSigner
from aerogram.content.tokens import LinkSigner

BASE = "https://mail.example.com"
SIGNER = SignupSigner(b"k" * 32, BASE)


def token_of(url):
    return url.rpartition("/")[2]


@given(st.integers(0, MAX_ID))
def test_what_was_minted_is_read(number):
    form, confirm = SIGNER.form_url(number), SIGNER.confirm_url(number)
    assert form.startswith(BASE + FORM)
    assert confirm.startswith(BASE + CONFIRM)
    assert SIGNER.read_form(token_of(form)) == number
    assert SIGNER.read_confirm(token_of(confirm)) == number


def test_a_token_serves_its_own_purpose_only():
    assert SIGNER.read_confirm(token_of(SIGNER.form_url(7))) is None
    assert SIGNER.read_form(token_of(SIGNER.confirm_url(7))) is None
    # Not even under the same key.
    assert SIGNER.read_form(token_of(LinkSigner(b"k" * 32).open_url(BASE, 7)).removesuffix(".gif")) is None


def test_a_token_of_another_installation_is_none():
    assert SIGNER.read_form(token_of(SignupSigner(b"x" * 32, BASE).form_url(7))) is None


@given(st.text(max_size=40))
def test_any_text_is_read_as_nothing(text):
    assert SIGNER.read_form(text) is None
    assert SIGNER.read_confirm(text) is None


@pytest.mark.parametrize("place", range(31))
def test_every_character_counts(place):
    token = token_of(SIGNER.confirm_url(7))
    other = "A" if token[place] != "A" else "B"
    assert SIGNER.read_confirm(token[:place] + other + token[place + 1 :]) is None
