"""Builds the services of `submission`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.submission.accept import Acceptor
from aerogram.submission.authorize import Authorizer
from aerogram.submission.services import SubmissionServices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.senders.services import SenderServices
    from aerogram.store.ground import Ground
    from aerogram.store.writer.rows import RowWriter
    from aerogram.submission.authorize import Rule


def build(
    ground: Ground,
    senders: SenderServices,
    *,
    on_accepted: Callable[[int], None],
    rules: Sequence[Rule] = (),
    writer: RowWriter | None = None,
) -> SubmissionServices:
    """Build them; ``on_accepted`` is called with the number of messages after each commit.

    ``writer`` commits the rows of accepted mail; None: this process does.
    """
    return SubmissionServices(
        authorizer=Authorizer(senders.valid, senders.categories, rules),
        acceptor=Acceptor(
            ground.database,
            ground.blobs,
            ground.ids,
            ground.clock,
            check_room=ground.check_room,
            note_refusal=ground.note_refusal,
            on_accepted=on_accepted,
            writer=writer,
        ),
    )
