"""The country of an address by a MaxMind file."""

import pytest

from aerogram.base.errors import SettingsError
from aerogram.reporting.engagement.geo import Countries
from support.mmdb import write_countries


@pytest.fixture
def countries(tmp_path):
    path = write_countries(
        tmp_path / "c.mmdb", {"192.0.2.0/24": "FR", "198.51.100.0/25": "DE", "2001:db8::/32": "JP"}
    )
    opened = Countries(path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("ip", "code"),
    [
        ("192.0.2.7", "FR"),
        ("198.51.100.1", "DE"),
        ("198.51.100.200", ""),
        ("2001:db8::1", "JP"),
        ("10.0.0.1", ""),
        ("", ""),
        ("no address", ""),
    ],
)
def test_an_address_has_the_country_that_the_file_says(countries, ip, code):
    assert countries.of(ip) == code


def test_without_a_file_no_country_is_known():
    assert Countries().of("192.0.2.7") == ""


def test_an_entry_that_is_no_country_is_none(tmp_path):
    opened = Countries(write_countries(tmp_path / "c.mmdb", {"192.0.2.0/24": "not a code"}))
    assert opened.of("192.0.2.7") == ""
    opened.close()


@pytest.mark.parametrize("content", [None, b"", b"no database"])
def test_a_file_that_cannot_be_used_is_told_in_one_line(tmp_path, content):
    path = tmp_path / "c.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"^geoip_database: .*c\.mmdb cannot be used"):
        Countries(path)
