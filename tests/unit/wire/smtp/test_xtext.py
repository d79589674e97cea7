"""xtext carries any ASCII text in one SMTP parameter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.smtp.xtext import decode_xtext, is_xtext

ascii_text = st.text(st.characters(max_codepoint=127))


def as_xtext(text):
    """Escape as RFC 3461 §4 says: everything but printable characters, and of those "+" and "="."""
    return "".join(c if "!" <= c <= "~" and c not in "+=" else f"+{ord(c):02X}" for c in text)


@given(ascii_text)
def test_ascii_text_comes_back_whole(text):
    assert decode_xtext(as_xtext(text)) == text


@given(ascii_text.filter(bool))
def test_what_was_encoded_is_xtext(text):
    assert is_xtext(as_xtext(text))


@given(st.text())
def test_decoding_never_fails(text):
    assert isinstance(decode_xtext(text), str)


@pytest.mark.parametrize("text", ["", "a b", "a=b", "a+b", "a+2b", "a\r\n", "é"])
def test_other_text_is_no_xtext(text):
    assert not is_xtext(text)


def test_plus_equals_and_space_are_escaped():
    assert decode_xtext("a+2Bb+3Dc+20d") == "a+b=c d"
