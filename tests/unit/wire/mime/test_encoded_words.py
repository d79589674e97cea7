"""Encoded words: written short and whole, read leniently."""

from __future__ import annotations

from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.mime.encoded_words import MAX_ENCODED_WORD, clean_text, decode_words, encode_words


def test_mostly_latin_text_is_written_in_q():
    assert encode_words("The size is größer") == ["=?utf-8?q?The_size_is_gr=C3=B6=C3=9Fer?="]


def test_other_scripts_are_written_in_b():
    assert encode_words("письмо") == ["=?utf-8?b?0L/QuNGB0YzQvNC+?="]


@given(st.text(min_size=1, max_size=300), st.integers(0, 75))
def test_any_text_reads_back_and_no_word_is_too_long(text, first_width):
    words = encode_words(text, first_width=first_width)
    assert max(map(len, words)) <= MAX_ENCODED_WORD
    assert decode_words(" ".join(words)) == text
    assert decode_words("\t".join(words)) == text


@given(st.text(alphabet=st.characters(exclude_categories=["C"]), min_size=1, max_size=120))
def test_each_word_holds_whole_characters_and_the_standard_library_agrees(text):
    words = encode_words(text)
    assert "".join(str(make_header(decode_header(word))) for word in words) == text


READ = {
    "plain": "plain",
    "=?utf-8?q?a_b?= c": "a b c",
    "=?UTF-8*en?Q?a?=": "a",
    "x =?iso-8859-1?q?=E9t=E9?= y": "x été y",
    "=?utf-8?q?a?=  =?iso-8859-1?q?=E9?=": "aé",
    "=?utf-8?b?w?= =?utf-8?q?x?=": "=?utf-8?b?w?= x",
    "=?utf-8?q?=C3?= =?utf-8?q?=A9?=": "é",
    "=?no-such-charset?q?a?=": "a",
    "=?idna?q?a?=": "a",
    "=?utf-8?q?=FF?=": "\ufffd",
    "=?utf-8?x?abc?=": "=?utf-8?x?abc?=",
    "=?utf-8?b?YWJj": "=?utf-8?b?YWJj",
}


@pytest.mark.parametrize("text", READ)
def test_encoded_words_are_read(text):
    assert decode_words(text) == READ[text]


@given(st.text(alphabet=st.sampled_from("=?utf8-qbQB_A \u00e9"), max_size=60))
def test_any_text_can_be_read(text):
    clean_text(decode_words(text))


def test_text_to_be_shown_holds_no_controls_and_no_stray_bytes():
    assert clean_text("a\r\nb\0c\udcffd") == "a  b c?d"
