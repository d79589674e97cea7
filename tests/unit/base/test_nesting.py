"""How deep JSON values stand in one another."""

import pytest

from aerogram.base.nesting import is_deeper


@pytest.mark.parametrize(
    ("value", "levels"),
    [("text", 0), (None, 0), ({}, 1), ([], 1), ({"a": [1]}, 2), ([{"a": {}}], 3)],
)
def test_each_object_and_array_is_a_level(value, levels):
    assert not is_deeper(value, levels)
    assert levels == 0 or is_deeper(value, levels - 1)
