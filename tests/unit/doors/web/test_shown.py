"""How moments, sizes and conversations are told."""

import pytest

from aerogram.doors.web.shown import Line, clock_time, conversation, hue_of, is_smtp, moment, size_of


def test_moments_are_rfc_3339_in_utc():
    assert moment(1_795_261_000_005) == "2026-11-21T11:36:40.005Z"
    assert moment(0) == "1970-01-01T00:00:00.000Z"


def test_people_read_a_date_and_a_time():
    assert clock_time(1_795_261_000_005) == "21 Nov 2026, 11:36:40 UTC"


@pytest.mark.parametrize(
    ("count", "told"),
    [(0, "0 B"), (1023, "1023 B"), (1024, "1 kB"), (51_200, "50 kB"), (3_355_443, "3.2 MB")],
)
def test_sizes_are_told_for_people(count, told):
    assert size_of(count) == told


def test_an_address_keeps_its_colour():
    assert hue_of("Ada@example.org") == hue_of("ada@example.org")
    assert 0 <= hue_of("") < 8


def test_a_conversation_knows_who_speaks():
    assert conversation("S: 220 hi\nC: EHLO x\n(tls)") == [
        Line("server", "S: 220 hi"),
        Line("client", "C: EHLO x"),
        Line("note", "(tls)"),
    ]
    assert is_smtp("S: 220 hi")
    assert not is_smtp("POST /v3.1/send\nfrom 127.0.0.1")
