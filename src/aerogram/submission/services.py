"""What `submission` offers: the two steps by which mail comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.submission.accept import Acceptor
    from aerogram.submission.authorize import Authorizer


class SubmissionServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services; `aerogram.submission.build` builds them."""

    authorizer: Authorizer
    acceptor: Acceptor
