"""Which bytes are an image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.content.image_types import START_BYTES, TYPES, image_type

STARTS = {
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\r",
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    "image/gif": b"GIF89a\x01\0\x01\0",
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 ",
}


@pytest.mark.parametrize("mime", TYPES)
def test_an_image_is_known_by_how_it_begins(mime):
    assert image_type(STARTS[mime]) == mime


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"<svg xmlns='",
        b"<html><body>",
        b"\x89PNG\n\x1a\n",
        b"RIFF\0\0\0\0WAVE",
        b"GIF88a",
        b" \x89PNG\r\n\x1a\n",
        b"BM",
        b"%PDF-1.7",
    ],
)
def test_nothing_else_is_one(start):
    assert image_type(start) is None


@given(st.binary(max_size=2 * START_BYTES))
def test_only_the_first_bytes_count(data):
    assert image_type(data) == image_type(data[:START_BYTES])
