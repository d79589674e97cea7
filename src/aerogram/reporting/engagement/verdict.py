"""Classify an open or click: by a person, by a proxy that fetches for people, or by a scanner.

The rules are in ``verdicts.toml`` beside this file. A verdict is never certain, so events are reported and
counted with any verdict, and the verdict is stored with them.
"""

from __future__ import annotations

import ipaddress
import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.model.event import EventKind, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_VERDICTS: Final = {"proxy": Verdict.PROXY, "scanner": Verdict.SCANNER}
_KINDS: Final = {"open": EventKind.OPEN, "click": EventKind.CLICK}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of ``verdicts.toml``; a condition that is None always holds."""

    name: str
    verdict: Verdict
    kinds: frozenset[EventKind]
    agent: re.Pattern[str] | None
    networks: tuple[Network, ...]
    header: tuple[str, re.Pattern[str]] | None
    within: float | None


def _rule(entry: Mapping[str, Any]) -> Rule:
    agents, header = entry.get("agent"), entry.get("header")
    return Rule(
        name=entry["name"],
        verdict=_VERDICTS[entry["verdict"]],
        kinds=frozenset(_KINDS[kind] for kind in entry.get("kinds", _KINDS)),
        agent=re.compile("|".join(agents), re.IGNORECASE) if agents else None,
        networks=tuple(map(ipaddress.ip_network, entry.get("networks", ()))),
        header=(header["name"], re.compile(header["value"], re.IGNORECASE)) if header else None,
        within=entry.get("within"),
    )


RULES: Final = tuple(
    map(
        _rule,
        tomllib.loads(resources.files(__package__).joinpath("verdicts.toml").read_text("utf-8"))["rule"],
    )
)
HINT_HEADERS: Final = frozenset(rule.header[0] for rule in RULES if rule.header is not None)
"""The request headers that rules use, in lower case."""


def verdict_of(
    kind: EventKind,
    agent: str,
    ip: str,
    headers: Mapping[str, str],
    seconds_since_delivery: float,
) -> Verdict:
    """Classify an event; anything but an open or a click counts as human.

    ``headers`` are those of `HINT_HEADERS` that the request had. ``seconds_since_delivery`` is 0 for a mail
    whose delivery is not recorded yet: so early a request comes from a system between sender and mailbox.
    """
    if kind not in _JUDGED:
        return Verdict.HUMAN
    named = _named(agent) if len(agent) <= _REMEMBERED_CHARS else _search_names(agent)
    for rule in RULES:
        if (
            kind in rule.kinds
            and (rule.within is None or seconds_since_delivery < rule.within)
            and (rule.header is None or rule.header[1].search(headers.get(rule.header[0], "")))
            and (rule.agent is None or rule.name in named)
            and (not rule.networks or _is_inside(ip, rule.name))
        ):
            return rule.verdict
    return Verdict.HUMAN


_JUDGED: Final = frozenset(_KINDS.values())
_REMEMBERED_CHARS: Final = 512
"""Characters of a user agent that is remembered; real ones are shorter."""


def _search_names(agent: str) -> frozenset[str]:
    """Return the names of the rules that a user agent meets: the same few thousand come again and again."""
    return frozenset(rule.name for rule in RULES if rule.agent is not None and rule.agent.search(agent))


_named: Final = lru_cache(maxsize=4096)(_search_names)
_NETWORKS: Final = {rule.name: rule.networks for rule in RULES}


@lru_cache(maxsize=4096)
def _is_inside(ip: str, rule_name: str) -> bool:
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in _NETWORKS[rule_name])
