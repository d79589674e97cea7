"""The last step of composition: what the next hop would change is changed before it is signed."""

from __future__ import annotations

import email
import email.policy

import dkim
import pytest

from aerogram.content.compose import Composer
from aerogram.content.errors import ConversionError
from aerogram.model.message import ContentKind
from aerogram.wire.dkim.keys import SigningKey
from aerogram.wire.dkim.sign import Signer
from support.letters import a_letter

COMPOSER = Composer("mail.example.com")
MIME = b"From: orders@example.com\r\n\r\nThanks.\r\n"
LONG = b"word and word " * 100
WIDE = b"From: orders@example.com\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ncaf\xc3\xa9\r\n"
SIGNER = Signer("example.com", (SigningKey.generate_ed25519("k"), SigningKey.generate_rsa("r")))


def verifies(mail):
    records = {
        f"{key.selector}._domainkey.example.com.".encode(): key.dns_value().encode() for key in SIGNER.keys
    }
    return [dkim.DKIM(mail).verify(idx=number, dnsfunc=lambda name, **_: records[name]) for number in (0, 1)]


def test_no_line_of_a_composed_mail_is_longer_than_a_hop_leaves_whole():
    letter = a_letter(kind=ContentKind.MIME, body=MIME + LONG + b"\r\n")
    mail = COMPOSER.compose(letter, SIGNER)
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert read(mail).get_content() == f"Thanks.\r\n{LONG.decode()}\r\n"
    assert verifies(mail) == [True, True]
    assert COMPOSER.compose(letter, SIGNER) == mail


def test_the_7_bit_form_of_a_mail_is_signed_anew_and_the_same_each_time():
    letter = a_letter(kind=ContentKind.MIME, body=WIDE)
    mail = COMPOSER.compose(letter, SIGNER)
    assert mail.endswith(WIDE.partition(b"\r\n\r\n")[2])
    made = COMPOSER.seven_bit(letter, mail, SIGNER)
    assert made.isascii()
    assert made.count(b"DKIM-Signature:") == 2
    assert verifies(mail) == verifies(made) == [True, True]
    assert read(made)["Message-ID"] == read(mail)["Message-ID"]
    assert COMPOSER.seven_bit(letter, mail, SIGNER) == made
    assert Composer("mail.example.com", is_seven_bit=True).compose(letter, SIGNER) == made


def test_the_signatures_of_others_stay_in_the_7_bit_form():
    foreign = b"DKIM-Signature: v=1; d=other.example;\r\n b=abc\r\n"
    letter = a_letter(kind=ContentKind.MIME, body=foreign + WIDE)
    made = COMPOSER.seven_bit(letter, COMPOSER.compose(letter, None), None)
    assert foreign in made
    assert made.isascii()


def test_a_mail_that_must_not_be_converted_says_so():
    sealed = (
        b"From: orders@example.com\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n"
        b"--b\r\n\r\n%b\r\n--b--\r\n"
    )
    with pytest.raises(ConversionError, match="its signed part has a line of more than 998 characters"):
        COMPOSER.compose(a_letter(kind=ContentKind.MIME, body=sealed % LONG), None)
    letter = a_letter(kind=ContentKind.MIME, body=sealed % b"caf\xc3\xa9")
    with pytest.raises(ConversionError, match="its signed part has 8-bit characters"):
        COMPOSER.seven_bit(letter, COMPOSER.compose(letter, None), None)


def read(mail):
    return email.message_from_bytes(mail, policy=email.policy.SMTP)
