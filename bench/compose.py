"""Composing alone, in this process and one thread, with and without signing.

A rate is mails for each second of CPU time, which is what a core to itself would give; memory is not measured.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from aerogram.content.compose import Composer
from aerogram.content.personal.minting import LinkMint
from aerogram.content.tokens import LinkSigner
from aerogram.model.message import ContentKind
from aerogram.model.send_options import PLAIN, Personal, SendOptions
from aerogram.wire.dkim.keys import SigningKey
from aerogram.wire.dkim.sign import Signer
from aerogram.wire.mime.parts import Mailbox, Parts
from bench.samples import Sample
from support.letters import a_letter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aerogram.model.message import Letter

CHUNK = 25
"""Letters for which a content is opened once, as the worker does."""
VARIABLES = 20
LINKS = 10
_FILLER = "<p>" + "Some words that stand in every mail of this kind, whoever gets it. " * 12 + "</p>\n"
_MARKS = "".join(f"<p>Value {number}: {{{{var:name{number}}}}}</p>\n" for number in range(VARIABLES))
_LINKS = "".join(
    f'<a href="https://shop.example/item/{number}?from=mail">Item</a>\n' for number in range(LINKS)
)


def samples(count: int) -> Iterator[Sample]:
    """Measure each kind of mail, composed only, then signed by RSA-2048, and by Ed25519 too."""
    rsa, ed25519 = SigningKey.generate_rsa("r1"), SigningKey.generate_ed25519("e1")
    signers = {
        "composing": None,
        "+ RSA-2048": Signer("example.com", (rsa,)),
        "+ RSA-2048, Ed25519": Signer("example.com", (rsa, ed25519)),
    }
    for kind, (body, send_options) in _kinds().items():
        for words, signer in signers.items():
            yield _sample(f"compose, {kind}", words, list(_letters(body, send_options, count)), signer)


def _kinds() -> dict[str, tuple[str, SendOptions]]:
    language = SendOptions(has_language=True)
    tracked = SendOptions(tracks_opens=True, tracks_clicks=True)
    everything = SendOptions(
        has_language=True, tracks_opens=True, tracks_clicks=True, is_bulk=True, makes_text=True
    )
    return {
        "plain": (_FILLER * 2, PLAIN),
        f"personal, {VARIABLES} variables": (_FILLER + _MARKS, language),
        f"tracked, {LINKS} links": (_FILLER + _LINKS, tracked),
        "all of it, bulk, text part": (_FILLER + _MARKS + _LINKS, everything),
    }


def _letters(html: str, send_options: SendOptions, count: int) -> Iterator[Letter]:
    parts = Parts(
        sender_from=Mailbox("ann@example.com", "Ann"),
        to=(Mailbox("bob@example.net"),),
        subject="Hello",
        html=html,
    )
    body = msgspec.json.encode(parts)
    for number in range(count):
        variables = {f"name{each}": f"{number} {each}" for each in range(VARIABLES)}
        yield a_letter(
            message_id=number + 1,
            uuid=f"00000000-0000-8007-8000-{number:012x}",
            content_id=number // CHUNK,
            recipient=f"bob{number}@example.net",
            from_email="ann@example.com",
            kind=ContentKind.PARTS,
            body=body,
            send_options=send_options,
            personal=Personal("", variables) if send_options.has_language else Personal(),
        )


def _sample(measure: str, subject: str, letters: list[Letter], signer: Signer | None) -> Sample:
    mint = LinkMint(LinkSigner(b"k" * 32), lambda _account, _email: "https://click.example.com")
    composer = Composer("mail.example.com", mint)
    prepared = None
    before = time.process_time()
    for number, letter in enumerate(letters):
        if letter.send_options.is_personal and number % CHUNK == 0:
            prepared = composer.prepare(letter)
        composer.compose(letter, signer, prepared)
    seconds = time.process_time() - before
    return Sample(measure, subject, len(letters) / seconds, seconds / len(letters) * 1000, 0)
