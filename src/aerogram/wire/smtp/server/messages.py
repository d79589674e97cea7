"""Read messages: each is a question to the host once it is whole, or refused.

The host may take the beginning of a message before its end has arrived, and keep it in a file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.wire.smtp.replies import chunk_ok
from aerogram.wire.smtp.server.content import checked, take_chunks
from aerogram.wire.smtp.server.events import MessageReceived
from aerogram.wire.smtp.server.states import State, Turn
from aerogram.wire.smtp.server.transaction import Transaction

if TYPE_CHECKING:
    from aerogram.wire.smtp.replies import Reply
    from aerogram.wire.smtp.server.content import ChunkReader, DataReader
    from aerogram.wire.smtp.server.conversation import Conversation
    from aerogram.wire.smtp.server.values import Content

_PERMANENT: Final = 500
"""The first code that says that the client made an error."""


def take_ahead(talk: Conversation) -> bytes:
    """Take what arrived of a message that has not ended; b"" when there is nothing to take."""
    if talk.data is not None:
        return talk.data.take_ahead(talk.input)
    if talk.state is State.CHUNK or talk.state is State.CHUNKS:
        return take_chunks(talk.transaction.chunks, talk.transaction.ahead)
    return b""


def refuse_message(talk: Conversation, reply: Reply) -> None:
    """Refuse the message that has not ended; its rest is read and dropped."""
    talk.transaction.refusal = reply
    if talk.data is not None:
        talk.data.refuse(reply)
    elif talk.chunk is not None:
        talk.chunk.refuse(reply)


def read_data(talk: Conversation, reader: DataReader) -> bool:
    """Read on in the message after DATA; return whether it ended."""
    content = reader.read(talk.input)
    if content is None:
        return False
    talk.data = None
    _judge(talk, content)
    return True


def read_chunk(talk: Conversation, chunk: ChunkReader) -> bool:
    """Read on in a chunk of BDAT; return whether it ended."""
    if not chunk.read(talk.input):
        return False
    talk.chunk = None
    if chunk.refusal is not None:
        if talk.state is State.CHUNK:
            talk.transaction = Transaction()
            talk.turn(Turn.CHUNK_REFUSED)
        _refuse(talk, chunk.refusal)
    elif chunk.is_last:
        message = bytes(talk.transaction.chunks)
        talk.transaction.chunks.clear()
        _judge(talk, checked(message, talk.config.max_message_bytes, talk.transaction.ahead))
    else:
        talk.turn(Turn.CHUNK_TAKEN)
        talk.say(chunk_ok(chunk.size))
    return True


def _judge(talk: Conversation, content: Content) -> None:
    if content.refusal is None:
        ahead = talk.transaction.ahead.size
        talk.transcript.client(b"(message, %d octets)" % (ahead + len(content.data)))
        talk.waiting = MessageReceived(talk.transaction.envelope(), content.data, ahead)
        return
    talk.transcript.client(b"(message)")
    if content.is_in_step:
        talk.message_answered()
        _refuse(talk, content.refusal)
    else:
        talk.hang_up(content.refusal)


def _refuse(talk: Conversation, refusal: Reply) -> None:
    """Refuse a message; a lack of room here is not an error of the client."""
    if refusal.code < _PERMANENT:
        talk.say(refusal)
    else:
        talk.refuse(refusal)
