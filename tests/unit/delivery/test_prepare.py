"""Letters made ready: shared mail once, personal mail for each, and never too much of it at once."""

import msgspec
import pytest

from aerogram.content.compose import Composer
from aerogram.delivery import prepare
from aerogram.delivery.prepare import Preparer
from aerogram.model.message import ContentKind
from aerogram.model.outcome import Blocked, FailureState
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


def test_shared_mail_is_composed_once_however_large(preparer, monkeypatch):
    monkeypatch.setattr(prepare, "MAX_PREPARED", 1000)
    prepared = preparer.prepare(letters(10, SendOptions(makes_text=True)))
    assert len(prepared) == 10
    assert len({id(data) for _, data in prepared}) == 1


def test_of_large_personal_mail_only_some_is_prepared_and_always_one(preparer, monkeypatch):
    given = letters(10, SendOptions(is_individual=True))
    monkeypatch.setattr(prepare, "MAX_PREPARED", 1000)
    prepared = preparer.prepare(given)
    assert [letter for letter, _ in prepared] == given[: len(prepared)]
    assert len(prepared) == 2
    monkeypatch.setattr(prepare, "MAX_PREPARED", 1)
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
