"""Secrets at rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.errors import SettingsError
from aerogram.base.sealing import Sealer, new_master_key

SEALER = Sealer(new_master_key())


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_again(text):
    assert SEALER.open(SEALER.seal(text)) == text


def test_a_sealed_text_does_not_show_what_is_in_it():
    assert "password" not in SEALER.seal("password")


def test_another_master_key_opens_nothing_and_says_so():
    with pytest.raises(SettingsError, match="master_key"):
        Sealer(new_master_key()).open(SEALER.seal("x"))


def test_a_digest_depends_on_the_master_key():
    assert SEALER.digest("secret") != Sealer(new_master_key()).digest("secret")
    assert SEALER.digest("secret") == SEALER.digest("secret")


@pytest.mark.parametrize("key", ["", "short", "not base64 !!", "QUJD"])
def test_a_key_of_the_wrong_form_is_refused_in_one_line(key):
    with pytest.raises(SettingsError, match=r"^master_key: [^\n]+$"):
        Sealer(key)
