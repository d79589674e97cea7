"""What the features raise, in the words of each API."""

import pytest

from aerogram.base.errors import LockedError, NotFoundError, NotUniqueError, TakenError, TooManyError
from aerogram.content.labels import UnknownLabelError
from aerogram.doors.rest.resource import Resource
from aerogram.doors.rest.v1.errors import refusal
from aerogram.model.account import Area


class Thing(Resource):
    name = "thing"
    class_name = "Thing"
    area = Area.ACCOUNT
    keys = ()
    unique_key = "Owner|Name"


class NamedThing(Thing):
    unique_properties = "Name"


TAKEN = TakenError("thing", "ann|Ball")


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (NotFoundError("There is no such thing."), 404, "Object not found"),
        (TAKEN, 400, 'MJ18 A Thing resource with value "ann|Ball" for Owner|Name already exists.'),
        (NotUniqueError("x"), 400, "MJ18 A Thing resource with the same unique key already exists."),
        (LockedError("The thing"), 403, "The thing is locked."),
        (TooManyError("things", 5), 400, "An account may have at most 5 things."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_older_api_says_it_in_recorded_words(error, status, sentence):
    refused = Thing(None).refusal(error)
    assert (refused.status, str(refused)) == (status, sentence)


def test_a_resource_may_name_other_properties_than_its_unique_key():
    assert "for Name already exists" in str(NamedThing(None).refusal(TAKEN))


@pytest.mark.parametrize(
    ("error", "status", "code", "sentence"),
    [
        (NotFoundError("x"), 404, "MJ-0003", "The resource with the specified ID you are trying"),
        (TAKEN, 409, "PS-0001", 'The account has a thing "ann|Ball" already.'),
        (LockedError("The thing"), 409, "PS-0009", "The thing is locked."),
        (UnknownLabelError(7, "image"), 400, "MJ-0002", "LabelIDs: There is no label 7"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_the_content_api_says_it_with_its_codes(error, status, code, sentence):
    refused = refusal(error)
    assert (refused.status, refused.code) == (status, code)
    assert str(refused).startswith(sentence)
