"""Whatever stands in a control header: the mail that leaves is the mail without it, and a refusal is one reply."""

import base64
import re

import pytest

from aerogram.doors.smtp.controls import ControlsError, read_controls
from aerogram.doors.smtp.refusals import mail_refused
from aerogram.wire.mime.reading.scan import scan
from aerogram.wire.mime.writing.list_unsubscribe import read_ways
from aerogram.wire.mime.writing.rewrite import rewrite
from aerogram.wire.smtp.replies import Reply
from support.injections import PAYLOADS, smuggled

HEAD = b"From: ann@example.org\r\nTo: bob@example.net\r\nSubject: Hello\r\nDate: x\r\nMessage-ID: <1@b>\r\n"
BODY = b"\r\nHello\r\n"
HEADERS = [
    *("X-Mailjet-Campaign", "X-Mailjet-DeduplicateCampaign", "X-MJ-CustomID", "X-MJ-EventPayload"),
    *("X-Mailjet-TrackOpen", "X-Mailjet-TrackClick", "X-Mailjet-Prio", "X-MJ-TemplateLanguage"),
    *("X-MJ-TemplateID", "X-MJ-Vars", "X-MJ-TemplateErrorReporting", "X-MJ-TemplateErrorDeliver"),
    *("X-MJ-MonitoringCategory", "X-MailPace-Tags", "X-MJ-Unknown"),
]
ONE_REPLY = re.compile(rb"(?:550-5\.6\.0 [ -~]*\r\n)*550 5\.6\.0 [ -~]*\r\n")


def delivered(fields=b""):
    return rewrite(HEAD + fields + BODY, received=b"", date_ms=0, message_id="2@b")


def encoded(payload):
    return b"=?utf-8?b?" + base64.b64encode(payload.encode()) + b"?="


def read(fields):
    """Read the control headers as the door does: what they say, or the reply that refuses the mail."""
    found = scan(HEAD + fields + BODY)
    try:
        return read_controls(found.controls, found.contradicted)
    except ControlsError as error:
        return mail_refused(error)


@pytest.mark.parametrize("header", HEADERS)
def test_no_payload_leaves_a_trace_in_the_mail_or_splits_a_reply(header):
    clean = delivered()
    for payload in PAYLOADS:
        field = b"%b: %b\r\n" % (header.encode(), encoded(payload))
        assert delivered(field) == clean
        said = read(field)
        if isinstance(said, Reply):
            assert ONE_REPLY.fullmatch(said.encoded())
        else:
            kept = (said.custom_id, said.event_payload, said.campaign, said.template, *said.asked.tags)
            assert not re.search(r"[\x00-\x1f\x7f]", "".join(kept))


def test_the_one_header_that_leaves_lets_nothing_else_out():
    for payload in PAYLOADS:
        for value in (
            payload,
            f"<https://example.org/{payload}>",
            f"<mailto:{payload}>",
            f"<https://a>,{payload}",
        ):
            mail = delivered(b"X-List-Unsubscribe: %b\r\n" % encoded(value))
            head = mail.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").split(b"\r\n")
            assert head[:5] == HEAD.split(b"\r\n")[:5]
            assert len(head) in {5, 6}
            for way in head[5:]:
                assert read_ways(way.decode("ascii").removeprefix("List-Unsubscribe: "))
                assert smuggled(mail) == []
