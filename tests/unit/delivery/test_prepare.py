"""Letters made ready: shared mail once, personal mail for each, and never too much of it at once."""

import msgspec
import pytest

from aerogram.content.compose import Composer
from aerogram.delivery.prepare import Preparer
from aerogram.model.message import ContentKind
from aerogram.model.outcome import Blocked, Bounced, FailureState
from aerogram.model.send_options import SendOptions
from aerogram.senders.keyring import Keyring
from aerogram.wire.mime.parts import Mailbox, Parts
from support.letters import a_letter

BODY = msgspec.json.encode(Parts(sender_from=Mailbox("ann@example.org"), text="x" * 300))


@pytest.fixture
def preparer():
    # Nothing is signed and no body lies in a file, so neither store nor folder is asked.
    return Preparer(Composer("mail.example.org"), Keyring(None, None, None, is_signing=False), None)


def letters(count, send_options, **facts):
    return [
        a_letter(
            message_id=number,
            uuid=f"{number:08}",
            kind=ContentKind.PARTS,
            **{"body": BODY, **facts},
            send_options=send_options,
        )
        for number in range(count)
    ]


def test_shared_mail_is_composed_once_however_large(preparer):
    preparer.max_prepared = 1000
    prepared = preparer.prepare(letters(10, SendOptions(makes_text=True)))
    assert len(prepared) == 10
    assert len({id(data) for _, data in prepared}) == 1


def test_of_large_personal_mail_only_some_is_prepared_and_always_one(preparer):
    given = letters(10, SendOptions(is_individual=True))
    preparer.max_prepared = 1000
    prepared = preparer.prepare(given)
    assert [letter for letter, _ in prepared] == given[: len(prepared)]
    assert len(prepared) == 2
    preparer.max_prepared = 1
    assert len(preparer.prepare(given)) == 1


def test_later_letters_need_no_body_of_their_own(preparer):
    first, second = letters(2, SendOptions(is_individual=True))
    prepared = preparer.prepare([first, msgspec.structs.replace(second, body=b"", blob="gone")])
    assert all(isinstance(data, bytes) for _, data in prepared)


def test_an_error_of_a_template_is_an_outcome(preparer):
    body = msgspec.json.encode(Parts(sender_from=Mailbox("ann@example.org"), text="{{var:x}}"))
    [(_, outcome)] = preparer.prepare(letters(1, SendOptions(has_language=True), body=body))
    assert isinstance(outcome, Blocked)
    assert outcome.state is FailureState.TEMPLATE_LANGUAGE_ERROR


SEALED = (
    b"From: ann@example.org\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\n%b\r\n--b--\r\n"
)


def test_a_mail_that_cannot_leave_bounces_instead_of_waiting_for_a_person(preparer):
    # Such mail is refused at the door; it may have been accepted by an older version.
    letter = a_letter(body=SEALED % (b"word " * 300))
    [(_, outcome)] = preparer.prepare([letter])
    assert isinstance(outcome, Bounced)
    assert (outcome.state, outcome.is_hard) == (FailureState.PROTOCOL_ISSUE, False)
    assert outcome.reply.startswith(
        "554 5.6.3 The mail is signed, and its signed part has a line of more than 998"
    )


def test_a_mail_for_a_hop_without_8bitmime_is_converted_or_bounces(preparer):
    wide = a_letter(body=b"From: ann@example.org\r\n\r\ncaf\xc3\xa9\r\n")
    [(_, data)] = preparer.prepare([wide])
    assert b"caf=C3=A9" in preparer.seven_bit(wide, data)
    sealed = a_letter(body=SEALED % b"caf\xc3\xa9")
    [(_, data)] = preparer.prepare([sealed])
    assert preparer.seven_bit(sealed, data).reply.startswith("554 5.6.3 ")
