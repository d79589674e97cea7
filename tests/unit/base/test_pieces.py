"""A search piece by piece finds what one search finds, wherever it stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.base import pieces
from aerogram.base.pieces import PIECE, all_matches, first_match, is_found
from aerogram.content import html_tokens
from aerogram.content.links import tags

TAG = re.compile(rb"\[\[ {0,8}U+")
LONGEST = 11


@pytest.mark.parametrize("indent", [0, 1, PIECE - 12, *range(PIECE - 5, PIECE + 3), 2 * PIECE - 1, 3 * PIECE])
@pytest.mark.parametrize("tag", [b"[[U", b"[[        U", b"[[" + b"U" * 500])
def test_what_stands_across_the_border_of_two_pieces_is_found_whole(indent, tag):
    assert first_match(TAG, b"x" * indent + tag, LONGEST)[0] == tag
    assert first_match(TAG, b"x" * indent + tag + b"y" * PIECE, LONGEST)[0] == tag


@pytest.mark.parametrize("length", [0, 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_is_not_there_is_not_found(length):
    assert not is_found(TAG, b"[" * length, LONGEST)


def test_only_what_is_between_the_offsets_counts():
    text = b"[[U" + b"x" * (2 * PIECE) + b"[[U"
    assert not is_found(TAG, text, LONGEST, 1, len(text) - 1)
    assert is_found(TAG, text, LONGEST, 1)
    assert is_found(TAG, text, LONGEST, 0, len(text) - 1)


@given(st.text(alphabet="[U x", max_size=60), st.integers(1, 12), st.integers(0, 5), st.integers(0, 60))
def test_it_answers_as_one_search_does(text, piece, start, end):
    pattern = re.compile(r"\[\[ {0,3}U+")
    end = min(end, len(text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE", piece)
        found = first_match(pattern, text, 6, start, end)
    wanted = pattern.search(text, start, end)
    assert (found and found.span()) == (wanted and wanted.span())


HTML = st.lists(
    st.sampled_from(
        [
            "<",
            "<a ",
            "href=x",
            ">",
            "</body>",
            "<!--",
            "-->",
            "<style>",
            "</style>",
            '"',
            "text",
            "&lt;",
            "<\u017f",
            "<?",
        ]
    ),
    max_size=40,
).map("".join)


@pytest.mark.parametrize("module", [html_tokens, tags])
@given(html=HTML, piece=st.integers(1, 20))
def test_all_tokens_of_html_are_those_of_one_pass(module, html, piece):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE", piece)
        found = [token.span() for token in all_matches(module._TOKEN, module._OPENING, html)]
    assert found == [token.span() for token in module._TOKEN.finditer(html)]
