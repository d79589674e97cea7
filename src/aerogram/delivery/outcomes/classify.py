"""What a refusal means for the message and for its recipient (compatibility: events#failures; RFC 3463).

The enhanced code, the words and the basic code are read together. The patterns are data: ``classes.toml`` beside
this file. A reply that matches no pattern is classified by its code and stage. 4yz is temporary. 5yz is permanent,
and counts against the recipient's address only when it answered RCPT and either its text is empty, echoes the
address or names the mailbox, or its enhanced code does; any other reason is the sender's, the server's or the mail's. A refusal before
the first MAIL concerns the two hosts and not the message, so it is temporary whatever its code.
"""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.model.outcome import RELATED_TO, FailureState
from aerogram.wire.smtp.client.events import Stage

if TYPE_CHECKING:
    from aerogram.wire.smtp.client.replies import ServerReply

_MAIL_STAGES: Final = {
    Stage.LOCAL: "local",
    Stage.MAIL: "mail",
    Stage.RCPT: "rcpt",
    Stage.DATA: "data",
    Stage.FINAL: "final",
}
_OPENING: Final = "greeting"
"""The name in ``classes.toml`` of every stage before MAIL."""
_RECIPIENT_CODES: Final = frozenset({550, 551, 553})
"""RFC 5321 §4.2.3: the mailbox is unavailable, not local, or its name is not allowed."""
_PERMANENT: Final = 500
_STATES: Final = {words: state for state, (_, words) in RELATED_TO.items() if words}
_BY_SUBJECT: Final = {
    "1": FailureState.USER_UNKNOWN,
    "2": FailureState.MAILBOX_INACTIVE,
    "3": FailureState.SYSTEM_ISSUE,
    "4": FailureState.CONNECTION_ISSUE,
    "5": FailureState.PROTOCOL_ISSUE,
    "6": FailureState.CONTENT_BLOCKED,
    "7": FailureState.POLICY_ISSUE,
}
"""RFC 3463 §3: the middle number of an enhanced code is its subject."""
MAX_CLASSIFIED: Final = 1_000
"""Characters of a reply that are matched. The longest that says its reason late has 600; the worst text of this
length costs 12 ms, and no server chooses what we pay."""
_ENHANCED_LATER: Final = re.compile(r"(?:\(#?|#)([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
"""An enhanced code after the words, as qmail writes it: ``(#5.1.1)``."""
_REPEATED: Final = re.compile(r"(?<!\S)(?:[245]\d\d[ -])?[245]\.\d{1,3}\.\d{1,3}(?!\S)")
"""An enhanced code that stands for itself, such as the one that begins each line."""
_ADDRESS: Final = re.compile(r"[^\s<>()\[\]\"',;:=]{1,64}@[^\s<>()\[\]\"',;:]{1,255}")
_ANY_ADDRESS: Final = "@@"


class Classification(msgspec.Struct, frozen=True, kw_only=True):
    """What a refusal means. ``is_hard``: the recipient's address itself is the reason, permanently."""

    state: FailureState
    is_permanent: bool
    is_hard: bool = False
    rule: str = ""
    """The rule of ``classes.toml`` that decided; "" when none did."""
    advice: str = ""
    """What the sender can do about it, in a sentence or two; "" when there is nothing to advise."""


class _Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    state: FailureState
    codes: frozenset[int] = frozenset()
    enhanced: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    text: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    hard: bool = False
    passing: bool = False
    advice: str = ""

    def matches(self, stage: str, code: int, detail: str, text: str) -> bool:
        return (
            (not self.codes or code in self.codes)
            and (not self.enhanced or detail in self.enhanced)
            and (not self.stages or stage in self.stages)
            and (self.text is None or self.text.search(text) is not None)
            and (self.unless is None or self.unless.search(text) is None)
        )


def classify(stage: Stage, reply: ServerReply) -> Classification:
    """Classify a reply of 4yz or 5yz to ``stage``."""
    return classify_text(stage, reply.code, reply.enhanced, reply.text)


def classify_text(stage: Stage, code: int, enhanced: str, text: str) -> Classification:
    """Classify a refusal by its text alone, such as one quoted in a bounce mail.

    ``enhanced`` is as ``5.1.1``, or "" when the reply does not begin with one.
    """
    place = _MAIL_STAGES.get(stage, _OPENING)
    if not enhanced and (found := _ENHANCED_LATER.search(text, 0, MAX_CLASSIFIED)):
        enhanced = found[1]
    return _classify(place, code, enhanced, readable_text(text))


def readable_text(text: str) -> str:
    """Return what the patterns are matched against: lower case, one line, no addresses, no repeated codes."""
    words = _REPEATED.sub(" ", text[:MAX_CLASSIFIED].lower())
    return " ".join(_ADDRESS.sub(_ANY_ADDRESS, words).split())


@functools.lru_cache(maxsize=1024)
def _classify(place: str, code: int, enhanced: str, text: str) -> Classification:
    """Find the rule. One cause often refuses much mail, with the same words each time."""
    detail = enhanced[2:]
    for rule in _RULES:
        if rule.matches(place, code, detail, text):
            is_permanent = code >= _PERMANENT and not rule.passing and place != _OPENING
            return Classification(
                state=rule.state,
                is_permanent=is_permanent,
                is_hard=rule.hard and is_permanent,
                rule=rule.name,
                advice=rule.advice,
            )
    return _by_code(place, code, enhanced)


def _by_code(place: str, code: int, enhanced: str) -> Classification:
    subject = enhanced[2:3]
    if place == _OPENING:
        return Classification(state=FailureState.CONNECTION_ISSUE, is_permanent=False)
    if code < _PERMANENT:
        return Classification(state=_BY_SUBJECT.get(subject, FailureState.SYSTEM_ISSUE), is_permanent=False)
    if place == "rcpt" and code in _RECIPIENT_CODES and subject == "1":
        return Classification(state=FailureState.USER_UNKNOWN, is_permanent=True, is_hard=True)
    if subject in _BY_SUBJECT and subject not in ("1", "2"):
        return Classification(state=_BY_SUBJECT[subject], is_permanent=True)
    if place == "mail":
        return Classification(state=FailureState.SENDER_BLOCKED, is_permanent=True)
    if code < _RECIPIENT_REFUSALS_FROM:
        return Classification(state=FailureState.PROTOCOL_ISSUE, is_permanent=True)
    return Classification(state=FailureState.POLICY_ISSUE, is_permanent=True)


_RECIPIENT_REFUSALS_FROM: Final = 510
"""Codes 500 to 504 say that a command was not understood (RFC 5321 §4.2.1: syntax)."""


def _read_rules() -> tuple[_Rule, ...]:
    source = resources.files(__package__).joinpath("classes.toml").read_text(encoding="utf-8")
    return tuple(_read_rule(entry) for entry in tomllib.loads(source)["rule"])


def _read_rule(entry: dict[str, Any]) -> _Rule:
    fields = dict(entry)
    fields["state"] = _STATES[entry["state"]]
    for several in ("codes", "enhanced", "stages"):
        fields[several] = frozenset(entry.get(several, ()))
    for patterns in ("text", "unless"):
        if patterns in entry:
            fields[patterns] = re.compile("|".join(entry[patterns]))
    return _Rule(**fields)


_RULES: Final = _read_rules()
