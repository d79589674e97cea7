"""What goes over the socket between the processes that accept mail and the writer process.

Each frame is its length, four bytes with the lowest first, and a value in MessagePack. The writer begins with
`FORMAT`. Then each frame to the writer is a `Call`, and each frame from it answers the next calls in their order::

    3                                 the next three calls were committed
    [owner, fingerprint, receipts]    the next call has a key, and this is the key's owner
    ["full", sentence]                the next call failed, by one of the kinds in `_ERRORS`

A frame from the writer is a list of these, so that a commit needs one frame for each process.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

import msgspec

from aerogram.base.errors import AerogramError, NotUniqueError, StoreFullError, UnavailableError
from aerogram.model.idempotency import IdempotencyKey
from aerogram.store.records.messages.idempotency import KeyedCall, Standing
from aerogram.store.records.messages.submissions import (
    CONTENT_COLUMNS,
    MESSAGE_COLUMNS,
    HeldRow,
    Rows,
)

HEAD_BYTES: Final = 4
MAX_CALL_BYTES: Final = 256 * 1024 * 1024
"""The largest call that the writer reads: all that a process may hold for its clients. A longer one is garbage."""
FORMAT: Final = hashlib.sha256(repr((1, CONTENT_COLUMNS, MESSAGE_COLUMNS)).encode()).hexdigest()[:16]
"""What rows look like. Processes of two versions differ in it, and must not exchange rows."""

_ERRORS: Final[dict[str, type[AerogramError]]] = {
    "full": StoreFullError,
    "unavailable": UnavailableError,
    "unique": NotUniqueError,
}
_KINDS: Final[dict[type[BaseException], str]] = {error: kind for kind, error in _ERRORS.items()}
_FAILED: Final = "The mail could not be stored; the log of the writer process has the reason."

_AnyRow = tuple[Any, ...]


class GarbageError(Exception):
    """The peer sent what no process of this version sends."""


class Key(msgspec.Struct, array_like=True, frozen=True):
    """The key of a call, with the rest of a `KeyedCall`."""

    account_id: int
    key: str
    fingerprint: str
    owner: int
    receipts: str


class Call(msgspec.Struct, array_like=True, frozen=True):
    """The rows of a call: the lists of `Rows`, and its key."""

    contents: list[_AnyRow]
    messages: list[_AnyRow]
    campaigns: list[_AnyRow]
    campaign_recipients: list[_AnyRow]
    held: list[HeldRow]
    key: Key | None = None


_encode: Final = msgspec.msgpack.Encoder().encode
_decode_call: Final = msgspec.msgpack.Decoder(Call).decode
_decode_answers: Final = msgspec.msgpack.Decoder(list[Any]).decode


def framed(value: Any) -> bytes:
    """Encode a value as one frame."""
    data = _encode(value)
    return len(data).to_bytes(HEAD_BYTES, "little") + data


def frame_of_rows(rows: Rows) -> bytes:
    """Encode a call without a key."""
    return framed((rows.contents, rows.messages, rows.campaigns, rows.campaign_recipients, rows.held))


def frame_of_keyed(call: KeyedCall) -> bytes:
    """Encode a call with a key."""
    rows, key = call.rows, call.key
    named = (key.account_id, key.key, key.fingerprint, call.owner, call.receipts)
    return framed((rows.contents, rows.messages, rows.campaigns, rows.campaign_recipients, rows.held, named))


def call_of(data: memoryview) -> Rows | KeyedCall:
    """Decode what `frame_of_rows` or `frame_of_keyed` encoded, without its head. Raises `GarbageError`."""
    try:
        call = _decode_call(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise GarbageError(str(error)) from error
    rows = Rows()
    rows.contents, rows.messages, rows.campaigns = call.contents, call.messages, call.campaigns
    rows.campaign_recipients, rows.held = call.campaign_recipients, call.held
    key = call.key
    if key is None:
        return rows
    return KeyedCall(IdempotencyKey(key.account_id, key.key, key.fingerprint), key.owner, key.receipts, rows)


def answers_of(data: memoryview) -> list[Any]:
    """Decode a frame of answers, without its head. Raises `GarbageError`."""
    try:
        return _decode_answers(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise GarbageError(str(error)) from error


def check_greeting(data: memoryview) -> None:
    """Check the first frame of a writer. Raises `GarbageError` if its rows are of another version."""
    if bytes(data) != _encode(FORMAT):
        raise GarbageError("The writer process stores other rows: it is of another version.")


def append_answer(answers: list[Any], answer: Standing | BaseException | None) -> None:
    """Append the answer of a call to those of the calls before it; None when its rows were committed."""
    if answer is None:
        if answers and isinstance(answers[-1], int):
            answers[-1] += 1
        else:
            answers.append(1)
    elif isinstance(answer, Standing):
        answers.append((answer.owner, answer.fingerprint, answer.receipts))
    else:
        # What an unknown error says is for the writer's log, not for clients.
        kind = _KINDS.get(type(answer))
        answers.append(("unavailable", _FAILED) if kind is None else (kind, str(answer)))


def error_of(answer: list[Any]) -> AerogramError | None:
    """Return the error of a failed call; None when the call was committed."""
    return _ERRORS[answer[0]](answer[1]) if isinstance(answer[0], str) else None


class Splitter:
    """Splits a stream into frames; keeps the beginning of a frame whose end has not arrived."""

    __slots__ = ("_max_bytes", "_needed", "_rest")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._rest = bytearray()
        self._needed = HEAD_BYTES

    def split(self, data: bytes | bytearray | memoryview) -> list[memoryview]:
        """Return the frames that have arrived whole, without their heads. Raises `GarbageError`.

        They may be views of ``data``, to be used before it is overwritten.
        """
        if self._rest:
            self._rest += data
            if len(self._rest) < self._needed:
                return []
            data, self._rest = self._rest, bytearray()
        view = memoryview(data)
        frames: list[memoryview] = []
        at, end = 0, len(view)
        self._needed = HEAD_BYTES
        while end - at >= HEAD_BYTES:
            size = int.from_bytes(view[at : at + HEAD_BYTES], "little")
            if size > self._max_bytes:
                raise GarbageError(f"a frame of {size} bytes")
            if end - at < HEAD_BYTES + size:
                self._needed = HEAD_BYTES + size
                break
            at += HEAD_BYTES
            frames.append(view[at : at + size])
            at += size
        if at < end:
            self._rest = bytearray(view[at:])
        return frames
