"""From what was asked for and authorised to what is made durable."""

import msgspec
import pytest

from aerogram.model.actor import actor_of, system_actor
from aerogram.model.decision import ALLOW, ALLOW_SANDBOXED, Hold, Reason, ReasonKind
from aerogram.model.message import ContentKind, Recipient
from aerogram.model.request import MailRequest, Mime, RequestedOptions
from aerogram.model.send_options import PLAIN, SANDBOXED, Personal
from aerogram.submission.request import submission_of
from aerogram.wire.mime.parts import Attachment, Mailbox, Parts
from support.calls import a_caller

ANN = "ann@example.org"
BOB = Recipient("bob@example.net", personal=Personal("Bob", {"name": "Bob"}))
FILE = Attachment("text/plain", "a.txt", "eA==")
PARTS = Parts(
    sender_from=Mailbox(ANN),
    subject="Hello",
    html="<p>[[var:name]]</p>",
    attachments=(FILE,),
    inlined=(FILE,),
)
MIME = Mime(data=b"Subject: Hello\r\n\r\nHello\r\n", subject="Hello", has_text=True, attachment_count=3)


def a_request(content=PARTS, **facts):
    given = {
        "actor": actor_of(a_caller(account_id=7), "v3.1"),
        "authors": (ANN, "eve@example.org"),
        "reverse_path": "bounces@example.org",
        "recipients": (BOB,),
    }
    return MailRequest(content=content, **(given | facts))


def test_the_caller_and_the_envelope_are_taken_over():
    made = submission_of(a_request(), ALLOW)
    assert (made.account_id, made.door, made.from_email) == (7, "v3.1", ANN)
    assert (made.reverse_path, made.subject, made.held) == ("bounces@example.org", "Hello", "")


def test_parts_are_stored_as_json_and_counted():
    made = submission_of(a_request(), ALLOW)
    assert made.kind is ContentKind.PARTS
    assert msgspec.json.decode(made.body, type=Parts) == PARTS
    assert (made.has_text, made.has_html, made.attachment_count) == (False, True, 2)


def test_a_text_that_will_be_made_counts():
    assert submission_of(a_request(options=RequestedOptions(makes_text=True)), ALLOW).has_text


def test_a_mail_is_stored_as_it_came():
    made = submission_of(a_request(MIME), ALLOW)
    assert (made.kind, made.body) == (ContentKind.MIME, MIME.data)
    assert (made.has_text, made.has_html, made.attachment_count) == (True, False, 3)


def test_merge_tags_are_looked_for_in_the_texts_alone():
    assert submission_of(a_request(), ALLOW).send_options is PLAIN
    assert submission_of(a_request(texts=("", PARTS.html)), ALLOW).send_options.has_merge_tags


def test_what_mail_has_no_use_for_is_not_stored_of_a_recipient():
    [plain] = submission_of(a_request(), ALLOW).recipients
    assert plain == Recipient("bob@example.net")
    [named] = submission_of(a_request(options=RequestedOptions(is_individual=True)), ALLOW).recipients
    assert named.personal == Personal("Bob")
    [whole] = submission_of(a_request(texts=(PARTS.html,)), ALLOW).recipients
    assert whole is BOB


def test_a_caller_of_the_system_has_no_defaults():
    made = submission_of(a_request(actor=system_actor(7, door="dsn")), ALLOW)
    assert (made.door, made.send_options) == ("dsn", PLAIN)


def test_the_decision_says_what_may_leave():
    assert submission_of(a_request(), ALLOW_SANDBOXED).send_options == SANDBOXED
    tracked = actor_of(a_caller(tracks_opens=True, is_sandboxed=True), "v3")
    assert submission_of(a_request(actor=tracked), ALLOW_SANDBOXED).send_options.is_sandboxed
    assert not submission_of(a_request(actor=tracked), ALLOW).send_options.is_sandboxed


def test_a_hold_is_carried_with_its_reasons():
    hold = Hold((Reason(ReasonKind.RULE, "Too many."), Reason(ReasonKind.RULE, "Too soon.")))
    assert submission_of(a_request(), hold).held == "Too many. Too soon."


def test_a_message_that_could_not_be_read_is_not_submitted():
    with pytest.raises(ValueError, match="errors"):
        submission_of(a_request(None), ALLOW)
