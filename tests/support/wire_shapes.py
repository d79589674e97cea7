"""Shapes of JSON: the keys of an object in their order, and what stands behind each.

A shape is a type (exactly: ``True`` is no ``int``), a pattern that a text matches as a whole, a list with the one
shape of all elements, an object, several of these in a tuple of which one fits, or a value that is meant itself.
"""

import json
import re

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PERHAPS = (MOMENT, "")
"""A moment, or none."""
NUMBER = (int, float)


def assert_shape(value, shape, where="$"):
    """Complain about the first part that does not fit, by its place."""
    assert _fits(value, shape, where), f"{where}: {json.dumps(value)} is no {shape}"


def rows(shape, count=int):
    """Give the envelope of rows of a shape; with ``count`` 0 it is empty."""
    return {"Count": count, "Data": [shape] if count else [], "Total": count}


def a_row(shape):
    """Give the envelope of one row."""
    return rows(shape, 1)


def error_a(status, message, info=""):
    """Give an error of Mailjet's older services."""
    return {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": status}


def error_c(status, message):
    """Give an error of the newer ones."""
    return {"ErrorIdentifier": str, "StatusCode": status, "ErrorMessage": message}


def _fits(value, shape, where):
    match shape:
        case type():
            return type(value) is shape
        case tuple():
            return any(_fits(value, each, where) for each in shape)
        case re.Pattern():
            return isinstance(value, str) and bool(shape.fullmatch(value))
        case dict():
            assert isinstance(value, dict), where
            assert list(value) == list(shape), f"{where}: {list(value)}"
            for name, inner in shape.items():
                assert_shape(value[name], inner, f"{where}.{name}")
            return True
        case [inner]:
            assert isinstance(value, list), where
            for index, element in enumerate(value):
                assert_shape(element, inner, f"{where}[{index}]")
            return True
        case _:
            return type(value) is type(shape) and value == shape
