"""A contact of managemanycontacts: its property names are known, or the contact is refused by name."""

from __future__ import annotations

import pytest

from aerogram.audience.jobs.many_contacts import InvalidContactError, entry_of
from aerogram.audience.properties import Catalogue

NOTHING = Catalogue([])
ANN = {"Email": "ann@example.net"}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"name": "Ann", "IsExcludedFromCampaigns": True, "Properties": {}},
        {"Nme": None},
        {"Error": "was refused", "ErrorField": "Name"},  # as in the file of refused contacts
    ],
)
def test_known_names_pass(more):
    assert entry_of(ANN | more, NOTHING).email == "ann@example.net"


@pytest.mark.parametrize("name", ["Nme", "Emial", "Property", ""])
def test_a_misspelt_name_is_refused(name):
    with pytest.raises(InvalidContactError, match="has no property") as refusal:
        entry_of(ANN | {name: "x"}, NOTHING)
    assert refusal.value.name == name
