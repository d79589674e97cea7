"""A small MaxMind database, written by its specification 2.0, for tests that look countries up."""

import ipaddress

_UINT16, _UINT32, _UINT64 = (bytes([5 << 5 | 2]), 2), (bytes([6 << 5 | 4]), 4), (bytes([8, 2]), 8)
_MARK = b"\xab\xcd\xefMaxMind.com"


def write_countries(path, countries, **record):
    """Write a file that knows the countries of some networks, as ``{"192.0.2.0/24": "FR"}``.

    ``record`` is added to each entry.
    """
    data, places = b"", {}
    for code in sorted(set(countries.values())):
        places[code] = len(data)
        data += _map({"country": {"iso_code": code}, **record})
    nodes = [[None, None]]
    for network, code in countries.items():
        _insert(nodes, ipaddress.ip_network(network), code)
    tree = b""
    for node in nodes:
        for side in node:
            number = len(nodes) if side is None else side
            if isinstance(side, str):
                number = len(nodes) + 16 + places[side]
            tree += number.to_bytes(3, "big")
    about = _map(
        {
            "binary_format_major_version": (2, _UINT16),
            "binary_format_minor_version": (0, _UINT16),
            "build_epoch": (1, _UINT64),
            "database_type": "Test-Country",
            "description": {"en": "Test"},
            "ip_version": (6, _UINT16),
            "languages": [],
            "node_count": (len(nodes), _UINT32),
            "record_size": (24, _UINT16),
        }
    )
    path.write_bytes(tree + bytes(16) + data + _MARK + about)
    return path


def _insert(nodes, network, code):
    """Put a network into the tree; IPv4 lives under 96 zero bits."""
    bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
    if network.version == 4:
        bits = "0" * 96 + bits
    at = 0
    for bit in bits[:-1]:
        if nodes[at][int(bit)] is None:
            nodes.append([None, None])
            nodes[at][int(bit)] = len(nodes) - 1
        at = nodes[at][int(bit)]
    nodes[at][int(bits[-1])] = code


def _map(values):
    return bytes([7 << 5 | len(values)]) + b"".join(
        _text(key) + _value(value) for key, value in values.items()
    )


def _value(value):
    if isinstance(value, dict):
        return _map(value)
    if isinstance(value, list):
        return bytes([len(value), 4]) + b"".join(map(_value, value))
    if isinstance(value, tuple):
        number, (control, width) = value
        return control + number.to_bytes(width, "big")
    return _text(value)


def _text(value):
    raw = value.encode()
    if len(raw) < 29:
        return bytes([2 << 5 | len(raw)]) + raw
    return bytes([2 << 5 | 29, len(raw) - 29]) + raw
