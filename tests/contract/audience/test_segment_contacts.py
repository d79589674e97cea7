"""The contacts of a segment in both databases: counted, paged, picked; large expressions."""

import pytest
from sqlalchemy import bindparam, update

from aerogram.audience.segments.bind import bind
from aerogram.audience.segments.operands import Definition, Definitions
from aerogram.audience.segments.parser import MAX_CONDITIONS, MAX_LEVELS, parse
from aerogram.model.segment import Kind
from aerogram.store.records.segments import contacts
from aerogram.store.records.segments.sql import split_constants
from aerogram.store.sql import Sql
from aerogram.store.tables.contacts import contact
from support.segment_evaluation import Contact
from support.segment_store import put

ANN, NOW = 1, 1_718_452_800_000
DEFINITIONS = Definitions(
    static={"age": Definition(1, Kind.INTEGER), "city": Definition(2, Kind.TEXT)},
    historic={"stay": Definition(3, Kind.MOMENT)},
)
ERASE = Sql(update(contact).where(contact.c.id == bindparam("which")).values(is_anonymized=1), "which")


def bound(expression):
    return bind(parse(expression), DEFINITIONS, NOW)


@pytest.fixture
async def people(database):
    """Ten contacts of the ages 0 to 9, and a stranger's."""

    def unit():
        yield from put(ANN + 1, [Contact(values={"1": 9})])
        return (yield from put(ANN, [Contact(values={"1": age}) for age in range(10)]))

    return await database.write(unit)


async def test_contacts_are_counted_paged_and_picked(database, people):
    adults = bound("age>=4")
    assert await database.read(lambda: contacts.count(ANN, adults)) == 6
    page = await database.read(lambda: contacts.page(ANN, adults, 2, 1))
    assert [row.id for row in page] == people[5:7]
    asked = [people[0], people[9], 0]
    assert await database.read(lambda: contacts.matching(ANN, adults, asked)) == {people[9]}
    assert await database.read(lambda: contacts.matching(ANN, adults, [])) == set()


async def test_who_was_erased_is_in_no_segment(database, people):
    def erase():
        yield ERASE(people[3])

    await database.write(erase)
    assert await database.read(lambda: contacts.count(ANN, bound("not (age>=4)"))) == 3


@pytest.mark.parametrize("word", ["and", "or", "xor"])
async def test_the_longest_expressions_can_be_asked(database, people, word):
    expression = f" {word} ".join(["age>=3"] * MAX_CONDITIONS)
    expected = 0 if word == "xor" else 7
    assert await database.read(lambda: contacts.count(ANN, bound(expression))) == expected


@pytest.mark.parametrize("word", ["and", "or", "xor"])
async def test_the_deepest_expressions_can_be_asked(database, people, word):
    deepest = 'Contains(FormatDateTime("yy-mm",Max(3,stay)),city)'
    for _ in range(MAX_LEVELS):
        deepest = f"age=1 {word} not ({deepest})"
    await database.read(lambda: contacts.count(ANN, bound(deepest)))


def test_conditions_that_differ_in_constants_alone_share_a_shape():
    first, values = split_constants(bound('age>=18 and Contains(city,"a") and hasopenedsince(3)'))
    second, others = split_constants(bound('age>=21 and Contains(city,"b") and hasopenedsince(9)'))
    assert first == second
    assert hash(first) == hash(second)
    assert values == ['$."1"', 18, '$."2"', "a", NOW - 3 * 86_400_000]
    assert len(others) == len(values)
    assert split_constants(bound("age>18"))[0] != split_constants(bound("age>=18"))[0]
