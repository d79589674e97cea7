"""No text of a call adds a header, a recipient or a part to the mail: payloads through every field."""

import json

import msgspec
import pytest

from aerogram.doors.http.send.shared.errors import RefusedCallError
from aerogram.doors.http.send.v3.call import read_call
from aerogram.wire.mime.parts import Parts
from aerogram.wire.mime.writing.build import build
from support.authorised import v3_submissions
from support.calls import a_caller
from support.injections import EVIL_ADDRESS, PAYLOADS, header_names, smuggled
from support.v3_calls import TO
from support.v3_injections import ADDRESSES, FULL, LISTS, TEXTS

SLICES = 4
decode = msgspec.json.Decoder(Parts).decode


def composed(message):
    """The recipients and the mail of a message; None when it is refused."""
    try:
        (parsed,) = read_call(json.dumps(message).encode()).parsed_messages({})
    except RefusedCallError:
        return None
    (asked,) = v3_submissions([parsed], a_caller(), "")
    mail = build(decode(asked.body), message_id="1@example.com", date_ms=0, boundary_seed=b"1")
    return [each.email for each in asked.recipients], mail


def _slice(field):
    """A quarter of the payloads, another one for each field, so that all fields together are quick."""
    return PAYLOADS[[*TEXTS, *ADDRESSES].index(field) % SLICES :: SLICES]


RECIPIENTS, MAIL = composed(FULL)
NAMES = {*header_names(MAIL), "content-transfer-encoding"}


def test_every_field_gets_more_than_five_hundred_payloads():
    assert all(len(_slice(field)) > 500 for field in (*TEXTS, *ADDRESSES))


@pytest.mark.parametrize("field", TEXTS)
def test_no_text_adds_anything(field):
    for payload in _slice(field):
        sent = composed(TEXTS[field](payload))
        if sent is None:
            continue
        recipients, mail = sent
        assert recipients in (RECIPIENTS, [TO]), payload
        assert mail == MAIL or smuggled(mail) == [], payload
        assert set(header_names(mail)) <= NAMES, payload


@pytest.mark.parametrize("field", ADDRESSES)
def test_an_address_adds_addresses_to_its_own_field_only(field):
    refused = 0
    for payload in _slice(field):
        sent = composed(ADDRESSES[field](payload))
        if sent is None:
            refused += 1
            continue
        recipients, mail = sent
        found = {each for each in smuggled(mail) if not each.startswith("an address in")}
        assert found == set(), payload
        assert set(header_names(mail)) <= NAMES, payload
        if EVIL_ADDRESS in recipients:
            # Only who lists it on one line, where a list of recipients belongs, mails it.
            assert field in LISTS
            assert not {"\r", "\n", "\0"} & set(payload)
    assert refused


@pytest.mark.parametrize("payload", PAYLOADS[:: SLICES * 2])
def test_no_name_of_a_header_adds_anything(payload):
    sent = composed(FULL | {"Headers": {payload: "1"}})
    if sent is not None:
        assert smuggled(sent[1]) == []
        assert set(header_names(sent[1])) <= NAMES | {payload.lower()}
