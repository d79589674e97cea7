"""Text filters select the same rows on both engines, whatever the text."""

import pytest
from sqlalchemy import String, bindparam, literal, select

from aerogram.store.records.querying.matching import likes
from aerogram.store.sql import Sql

WORDS = ("Ann@Example.com", "ann@example.com", "100%_\\", "", "é")
PREDICATES = likes("text", bindparam("own", type_=String()))
STATEMENTS = {
    name: Sql(select(literal(1)).where(predicate), "own", name) for name, predicate in PREDICATES.items()
}
MEANINGS = {
    "text": lambda own, asked: own == asked,
    "text_ci": lambda own, asked: own.lower() == asked,
    "text_like": lambda own, asked: asked in own,
    "text_likeci": lambda own, asked: asked in own.lower(),
    "text_llike": lambda own, asked: own.startswith(asked),
    "text_llikeci": lambda own, asked: own.lower().startswith(asked),
    "text_rlike": lambda own, asked: own.endswith(asked),
    "text_rlikeci": lambda own, asked: own.lower().endswith(asked),
}


async def matches(database, name, own, asked):
    def unit():
        return (yield STATEMENTS[name](own, asked))

    return bool(await database.read(unit))


@pytest.mark.parametrize("name", MEANINGS)
async def test_a_predicate_means_what_its_name_says(database, name):
    asked = (*WORDS, "Ann", "ann", "example", "Example", ".com", "M", "%", "_", "\\", "a" * 50)
    for own in WORDS:
        for text in asked:
            value = text.lower() if name.endswith("ci") else text
            assert await matches(database, name, own, value) == MEANINGS[name](own, value), (own, value)


def test_there_is_a_predicate_for_each_meaning():
    assert list(PREDICATES) == list(MEANINGS)
