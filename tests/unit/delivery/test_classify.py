"""What receivers really say, and what it must mean. Addresses and hosts are replaced."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.delivery.outcomes.classify import classify, classify_text
from aerogram.model.outcome import FailureState as F
from aerogram.wire.smtp.client.events import Stage
from aerogram.wire.smtp.client.replies import ReplyReader

R, D, M, G = Stage.RCPT, Stage.FINAL, Stage.MAIL, Stage.GREETING
TEMPORARY, SOFT, HARD = "temporary", "permanent, soft", "permanent, hard"

REAL_REPLIES = [
    # Gmail and Google Workspace
    (R, "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n550-5.1.1 double-checking the recipient's email address for typos or\r\n550 5.1.1 unnecessary spaces. - gsmtp", F.USER_UNKNOWN, HARD),
    (R, "550 5.2.1 The email account that you tried to reach is disabled. - gsmtp", F.MAILBOX_INACTIVE, HARD),
    (R, "550 5.2.1 The email account that you tried to reach is inactive. - gsmtp", F.MAILBOX_INACTIVE, HARD),
    (R, "452 4.2.2 The recipient's inbox is out of storage space. - gsmtp", F.QUOTA_EXCEEDED, TEMPORARY),
    (R, "552 5.2.2 The recipient's inbox is out of storage space and inactive. - gsmtp", F.QUOTA_EXCEEDED, SOFT),
    (R, "450 4.2.1 The user you are trying to contact is receiving mail too quickly. - gsmtp", F.QUOTA_EXCEEDED, TEMPORARY),
    (D, "550-5.7.26 This mail has been blocked because the sender is unauthenticated.\r\n550 5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM. - gsmtp", F.POLICY_ISSUE, SOFT),
    (D, "421 4.7.26 This mail has been rate limited because it is unauthenticated. - gsmtp", F.POLICY_ISSUE, TEMPORARY),
    (D, "550-5.7.25 The IP address sending this message does not have a PTR record setup\r\n550 5.7.25 - gsmtp", F.POLICY_ISSUE, SOFT),
    (D, "421 4.7.27 Your email has been rate limited because SPF authentication didn't pass - gsmtp", F.POLICY_ISSUE, TEMPORARY),
    (D, "550 5.7.29 Your email has been blocked because it was not sent over a TLS connection. - gsmtp", F.POLICY_ISSUE, SOFT),
    (D, "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating\r\n421 4.7.28 from your IP address. - gsmtp", F.POLICY_ISSUE, TEMPORARY),
    (D, "421 4.7.0 Our system has detected that this message is likely suspicious. - gsmtp", F.CONTENT_BLOCKED, TEMPORARY),
    (D, "550 5.7.1 Our system has detected that this message is likely unsolicited mail. - gsmtp", F.CONTENT_BLOCKED, SOFT),
    (D, "550 5.7.1 Messages missing a valid address in From: header are not accepted. - gsmtp", F.CONTENT_BLOCKED, SOFT),
    (D, "550 5.4.5 Daily user sending limit exceeded. - gsmtp", F.POLICY_ISSUE, TEMPORARY),
    (R, "421 4.3.0 Temporary System Problem. Try again later. - gsmtp", F.SYSTEM_ISSUE, TEMPORARY),
    # Microsoft
    (R, "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", F.USER_UNKNOWN, HARD),
    (R, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", F.USER_UNKNOWN, HARD),
    (R, "550 5.4.1 Recipient address rejected: Access denied. [x.eur.prod.protection.outlook.com]", F.USER_UNKNOWN, HARD),
    (D, "550 5.7.515 Access denied, sending domain example.com doesn't meet the required authentication level.", F.POLICY_ISSUE, SOFT),
    (M, "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).", F.SENDER_BLOCKED, SOFT),
    (M, "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation. [S775]", F.POLICY_ISSUE, TEMPORARY),
    (R, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]. (AS77713)", F.POLICY_ISSUE, TEMPORARY),
    (R, "550 5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal visit https://sender.office.com/", F.SENDER_BLOCKED, SOFT),
    (D, "552 5.2.2 STOREDRV.Deliver; mailbox full. The recipient's mailbox is full", F.QUOTA_EXCEEDED, SOFT),
    (R, "550 5.7.124 RESOLVER.RST.SenderNotInAllowedSendersList; not allowed to send to this group", F.RELAY_DENIED, SOFT),
    # Yahoo
    (M, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints", F.POLICY_ISSUE, TEMPORARY),
    (M, "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list", F.SENDER_BLOCKED, SOFT),
    (R, "554 delivery error: dd This user doesn't have a yahoo.com account (ann@yahoo.com) [0]", F.USER_UNKNOWN, HARD),
    (R, "552 1 Requested mail action aborted, mailbox not found", F.USER_UNKNOWN, HARD),
    (D, "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.yahooinc.com/error-codes", F.POLICY_ISSUE, SOFT),
    # Apple
    (D, "554 5.7.1 [CS01] Message rejected due to local policy. Please visit https://support.apple.com/en-us/HT204137", F.POLICY_ISSUE, SOFT),
    # Greylisting
    (R, "450 4.2.0 <ann@example.net>: Recipient address rejected: Greylisted, see http://postgrey.example", F.GREYLISTED, TEMPORARY),
    (R, "451 4.7.1 Greylisting in action, please come back later", F.GREYLISTED, TEMPORARY),
    (R, "450 4.7.1 Please try again later", F.GREYLISTED, TEMPORARY),
    (R, "550 5.7.1 Graylisted, please try again in 5 minutes", F.GREYLISTED, TEMPORARY),
    # Block lists
    (R, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", F.SENDER_BLOCKED, SOFT),
    (G, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", F.SENDER_BLOCKED, TEMPORARY),
    (G, "554 mx.example.net ESMTP not accepting messages", F.CONNECTION_ISSUE, TEMPORARY),
    (R, "550 5.7.1 Mail from 192.0.2.1 refused by blackhole site bl.spamcop.net", F.SENDER_BLOCKED, SOFT),
    (R, "550 Your IP address has a poor reputation", F.SENDER_BLOCKED, SOFT),
    # Postfix, Exim, Exchange, qmail
    (R, "550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown in virtual mailbox table", F.USER_UNKNOWN, HARD),
    (R, "450 4.1.1 <bob@example.net>: Recipient address rejected: unverified address", F.USER_UNKNOWN, TEMPORARY),
    (R, "550 No such user here", F.USER_UNKNOWN, HARD),
    (R, "550 no mailbox here by that name. (#5.1.1)", F.USER_UNKNOWN, HARD),
    (D, "554 5.7.1 <bob@example.net>: Relay access denied", F.RELAY_DENIED, SOFT),
    (R, "550 relay not permitted", F.RELAY_DENIED, SOFT),
    (M, "450 4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.1]", F.POLICY_ISSUE, TEMPORARY),
    (R, "553 5.1.8 <a@example.com>: Sender address rejected: Domain not found", F.SENDER_BLOCKED, SOFT),
    (D, "552 5.3.4 Message size exceeds fixed limit", F.CONTENT_BLOCKED, SOFT),
    (D, "554 5.7.1 Message rejected: virus found", F.CONTENT_BLOCKED, SOFT),
    (D, "550 High probability of spam", F.CONTENT_BLOCKED, SOFT),
    (R, "452 4.3.1 Insufficient system storage", F.SYSTEM_ISSUE, TEMPORARY),
    (R, "421 4.7.0 Too many connections", F.POLICY_ISSUE, TEMPORARY),
    (R, "550 5.2.1 mailbox disabled for inactivity", F.MAILBOX_INACTIVE, HARD),
    (Stage.AUTH, "535 5.7.8 authentication failed", F.POLICY_ISSUE, TEMPORARY),
]  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "said", "state", "weight"), REAL_REPLIES, ids=lambda value: str(value)[:60]
)
def test_a_real_reply_means(stage, said, state, weight):
    (reply,) = ReplyReader().feed(said.encode() + b"\r\n")
    found = classify(stage, reply)
    assert found.state is state, found
    expected = (weight != TEMPORARY, weight == HARD)
    assert (found.is_permanent, found.is_hard) == expected, found


@pytest.mark.parametrize(
    ("stage", "code", "enhanced", "state", "weight"),
    [
        (R, 450, "", F.SYSTEM_ISSUE, TEMPORARY),
        (R, 550, "", F.POLICY_ISSUE, SOFT),
        (R, 551, "", F.POLICY_ISSUE, SOFT),
        (R, 553, "5.1.5", F.USER_UNKNOWN, HARD),
        (R, 554, "", F.POLICY_ISSUE, SOFT),
        (R, 550, "5.7.1", F.POLICY_ISSUE, SOFT),
        (R, 550, "5.7.99", F.POLICY_ISSUE, SOFT),
        (R, 550, "5.2.0", F.POLICY_ISSUE, SOFT),
        (M, 550, "", F.SENDER_BLOCKED, SOFT),
        (D, 550, "", F.POLICY_ISSUE, SOFT),
        (D, 554, "5.6.0", F.CONTENT_BLOCKED, SOFT),
        (R, 500, "", F.PROTOCOL_ISSUE, SOFT),
        (R, 555, "5.5.4", F.PROTOCOL_ISSUE, SOFT),
        (G, 550, "", F.CONNECTION_ISSUE, TEMPORARY),
        (R, 552, "5.2.2", F.QUOTA_EXCEEDED, SOFT),
        (Stage.LOCAL, 553, "5.6.7", F.PROTOCOL_ISSUE, SOFT),
        (Stage.LOCAL, 552, "5.3.4", F.CONTENT_BLOCKED, SOFT),
        (Stage.LOCAL, 553, "5.1.7", F.SENDER_BLOCKED, SOFT),
        (Stage.LOCAL, 553, "5.1.3", F.USER_UNKNOWN, HARD),
    ],
)
def test_words_that_no_rule_knows_are_judged_by_code_and_stage(stage, code, enhanced, state, weight):
    found = classify_text(stage, code, enhanced, f"{code} {enhanced} zzz")
    assert found.state is state, found
    assert found.is_permanent is (weight != TEMPORARY)
    assert found.is_hard is (weight == HARD)


@given(
    stage=st.sampled_from(list(Stage)),
    code=st.integers(400, 599),
    detail=st.sampled_from(["", "1.1", "2.1", "7.1", "7.26", "9.9", "2.2"]),
    text=st.text(max_size=80),
)
def test_any_words_get_a_verdict_that_keeps_the_rules(stage, code, detail, text):
    enhanced = f"{code // 100}.{detail}" if detail else ""
    found = classify_text(stage, code, enhanced, text)
    assert found.state is not F.NONE
    if code < 500 or stage in (Stage.GREETING, Stage.EHLO, Stage.AUTH, Stage.STARTTLS):
        assert not found.is_permanent
    if found.is_hard:
        assert found.is_permanent
        assert found.state in (F.USER_UNKNOWN, F.MAILBOX_INACTIVE, F.INVALID_DOMAIN, F.NO_MAIL_HOST)


def test_what_the_sender_can_repair_comes_with_advice():
    found = classify_text(D, 550, "5.7.515", "550 5.7.515 Access denied")
    assert "DMARC" in found.advice
