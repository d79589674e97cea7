"""Replies of real servers, one in each row of ``replies.tsv``, and what they must mean.

The third column is Mailjet's word; ``hard`` suppresses the recipient, ``temporary`` is tried again. Addresses and
hosts are replaced; ``\\n`` separates the lines of a reply.
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from aerogram.delivery.outcomes import classify as subject
from aerogram.delivery.outcomes.classify import MAX_CLASSIFIED, classify, classify_text, readable_text
from aerogram.model.outcome import RELATED_TO, FailureState
from aerogram.wire.smtp.client.events import Stage
from aerogram.wire.smtp.client.replies import ReplyReader

TABLE = Path(__file__).parents[2] / "data" / "replies.tsv"
STAGES = {"greeting": Stage.GREETING, "mail": Stage.MAIL, "rcpt": Stage.RCPT, "final": Stage.FINAL}
ROWS = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]
RULES = tomllib.loads(resources.files(subject.__package__).joinpath("classes.toml").read_text("utf-8"))[
    "rule"
]

UNLIMITED = re.compile(r"(?<!\\)(?:[*+]|\{\d*,\})")
"""A quantifier without a limit."""


def meaning(stage: str, said: str) -> tuple[str, str]:
    """Return the error and its weight, as the table writes them."""
    (reply,) = ReplyReader().feed(said.replace("\\n", "\r\n").encode() + b"\r\n")
    found = classify(STAGES[stage], reply)
    weight = "hard" if found.is_hard else "soft" if found.is_permanent else "temporary"
    return RELATED_TO[found.state][1], weight


@pytest.mark.parametrize(("provider", "stage", "error", "weight", "said"), ROWS, ids=lambda text: text[:50])
def test_a_reply_means(provider, stage, error, weight, said):
    assert meaning(stage, said) == (error, weight)


def test_the_table_has_rows_of_many_providers():
    assert len(ROWS) >= 400
    assert len({row[0] for row in ROWS}) >= 40


@pytest.mark.parametrize("code", ["550", "551", "553", "554"])
@pytest.mark.parametrize("enhanced", ["", "5.7.1 ", "5.7.0 ", "5.1.1 ", "5.0.0 ", "5.2.1 "])
@pytest.mark.parametrize(
    "words",
    ["user unknown", "<ann@example.net>: no such user", "Unknown recipient", "mailbox does not exist"],
)
def test_words_that_deny_the_mailbox_are_hard_whatever_the_code(code, enhanced, words):
    assert meaning("rcpt", f"{code} {enhanced}{words}") == ("user unknown", "hard")


@pytest.mark.parametrize("code", ["550", "553", "554"])
@pytest.mark.parametrize("enhanced", ["", "5.7.1 ", "5.1.1 ", "5.2.1 ", "5.1.0 "])
@pytest.mark.parametrize(
    "words",
    [
        "Mail from 192.0.2.1 blocked using zen.spamhaus.org",
        "<ann@example.net>: Recipient address rejected: your IP 192.0.2.1 is blacklisted",
        "mailbox unavailable, client host [192.0.2.1] listed at bl.spamcop.net",
        "rejected due to poor reputation of the sending IP",
        "<bob@example.com>: Sender address rejected: User unknown",
    ],
)
def test_a_block_of_the_sender_never_counts_against_the_recipient(code, enhanced, words):
    assert meaning("rcpt", f"{code} {enhanced}{words}") == ("sender blocked", "soft")


@pytest.mark.parametrize("code", ["421", "450", "451", "452"])
@pytest.mark.parametrize("enhanced", ["", "4.2.2 ", "4.7.1 ", "4.1.1 ", "4.3.1 "])
@pytest.mark.parametrize(
    "ending", ["", ", try again later", ", please retry in 30 minutes", " (greylist off)"]
)
def test_a_full_mailbox_is_quota_whatever_is_said_of_trying_again(code, enhanced, ending):
    assert meaning("rcpt", f"{code} {enhanced}<ann@example.net>: user is over quota{ending}") == (
        "quota exceeded",
        "temporary",
    )


@pytest.mark.parametrize(
    "local", ["spam", "blocked", "quota", "greylist", "spamhaus", "dmarc", "relay", "disabled", "virus"]
)
@pytest.mark.parametrize(
    "form", ["<{}>: User unknown", "{} does not exist", "unknown user {}", "<{}>... No such user"]
)
def test_an_address_in_a_reply_says_nothing_about_the_reason(local, form):
    said = "550 5.1.1 " + form.format(f"{local}@{local}.example")
    assert meaning("rcpt", said) == ("user unknown", "hard")


@pytest.mark.parametrize("enhanced", ["5.7.0", "5.7.1", "5.7.26", "5.7.133", "5.7.606", "5.7.999"])
def test_a_policy_code_without_words_never_suppresses(enhanced):
    assert not classify_text(Stage.RCPT, 550, enhanced, f"550 {enhanced} zzz").is_hard


@pytest.mark.parametrize("code", ["550", "551", "553"])
@pytest.mark.parametrize(
    "words",
    ["", ".", "<ann@example.net>", "ann@example.net...", "mailbox", "That address is odd", "zzz user zzz"],
)
def test_a_refusal_at_rcpt_is_hard_when_it_says_nothing_or_names_only_the_recipient(code, words):
    assert meaning("rcpt", f"{code} {words}") == ("user unknown", "hard")


@pytest.mark.parametrize("code", ["550", "551", "553"])
@pytest.mark.parametrize("who", ["", "<ann@example.net>: ", "mailbox: ", "recipient ann@example.net, "])
@pytest.mark.parametrize(
    "reason",
    [
        "rejected",
        "not permitted",
        "your mail is unwelcome",
        "storage limit",
        "lookup error",
        "ask the sender",
    ],
)
def test_a_refusal_at_rcpt_with_another_reason_than_the_recipient_never_suppresses(code, who, reason):
    assert meaning("rcpt", f"{code} {who}{reason}")[1] != "hard"


@pytest.mark.parametrize("words", ["zzz", "Sorry", "Bye", "E1234", "see https://example.net/help"])
def test_a_refusal_at_rcpt_that_says_neither_is_soft(words):
    assert meaning("rcpt", f"550 {words}") == ("policy issue", "soft")


def test_an_enhanced_code_after_the_words_is_read():
    assert classify_text(Stage.RCPT, 552, "", "552 zzz (#5.2.2)").state is FailureState.QUOTA_EXCEEDED
    assert classify_text(Stage.RCPT, 550, "", "550 #5.2.2 zzz").state is FailureState.QUOTA_EXCEEDED
    assert classify_text(Stage.RCPT, 550, "", "550 zzz [5.2.2.1] 5.2.2").state is FailureState.POLICY_ISSUE


def test_a_phrase_goes_on_over_the_lines_of_a_reply():
    said = "550-5.1.1 the user\r\n550-5.1.1 you wrote to is\r\n550 5.1.1 unknown"
    assert readable_text(said) == "the user you wrote to is unknown"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["name"])
def test_a_rule_has_conditions_and_patterns_of_bounded_cost(rule):
    assert rule.keys() & {"text", "enhanced"}
    for pattern in (*rule.get("text", ()), *rule.get("unless", ())):
        assert not UNLIMITED.search(pattern), pattern
        assert pattern == pattern.lower().replace(r"\s{1,80}", r"\S{1,80}"), pattern
        assert "|" not in (pattern[:1], pattern[-1:])


def test_rules_are_named_once():
    names = [rule["name"] for rule in RULES]
    assert len(names) == len(set(names))


def test_only_the_kept_part_of_a_reply_is_matched():
    said = "550 " + "x " * MAX_CLASSIFIED + "user is over quota"
    assert len(readable_text(said)) <= MAX_CLASSIFIED
    assert classify_text(Stage.RCPT, 450, "", said).state is FailureState.SYSTEM_ISSUE
