"""Look up the country of an IP address in a MaxMind database that the operator provides.

Any file in MaxMind's format with countries works: GeoLite2-Country, GeoLite2-City, DB-IP's. Without
a file, the country is "", which Mailjet's events allow (compatibility: events#fields-by-event).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.base.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    import maxminddb

_COUNTRY_CODE_CHARS: Final = 2


class Countries:
    """Looks up countries; without a file, every lookup returns ""."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file. Raises `SettingsError`."""
        self._reader: maxminddb.Reader | None = None
        if path is None:
            return
        # Imported here: only installations with a file need the module.
        import maxminddb  # noqa: PLC0415

        try:
            self._reader = maxminddb.open_database(path)
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            raise SettingsError(f"geoip_database: {path} cannot be used: {error}.") from error

    def of(self, ip: str) -> str:
        """Return the ISO 3166-1 code of an address, such as ``FR``; "" if unknown."""
        if self._reader is None:
            return ""
        try:
            found = self._reader.get(ip)
        except (ValueError, RuntimeError):
            # An invalid address, an address family that the file lacks, or a damaged record (RuntimeError).
            return ""
        return _code(found, "country") or _code(found, "registered_country")

    def close(self) -> None:
        """Close the file."""
        if self._reader is not None:
            self._reader.close()


def _code(found: Any, name: str) -> str:
    country = found.get(name) if isinstance(found, dict) else None
    code = country.get("iso_code") if isinstance(country, dict) else None
    return code if isinstance(code, str) and len(code) == _COUNTRY_CODE_CHARS else ""
