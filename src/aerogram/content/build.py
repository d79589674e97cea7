"""Builds the services of `content`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.content import signup_tokens, tokens
from aerogram.content.images import Images
from aerogram.content.labels import Labels
from aerogram.content.plain_records import PlainRecords
from aerogram.content.services import ContentServices
from aerogram.content.templates.templates import Templates
from aerogram.content.templates.versions import TemplateVersions

if TYPE_CHECKING:
    from aerogram.store.ground import Ground


def build(ground: Ground, *, public_url: str) -> ContentServices:
    """Build them; ``public_url`` is the base of links, without a slash at the end."""
    database, ids, clock = ground.database, ground.ids, ground.clock
    signup_key = ground.sealer.derived_key(signup_tokens.KEY_PURPOSE)
    return ContentServices(
        templates=Templates(database, ids, clock),
        versions=TemplateVersions(database, ids, clock),
        labels=Labels(database, ids),
        images=Images(database, ground.blobs, ids, clock, ground.check_room),
        records=PlainRecords(database, ids, clock),
        links=tokens.LinkSigner(ground.sealer.derived_key(tokens.KEY_PURPOSE)),
        signup_links=signup_tokens.SignupSigner(signup_key, public_url),
    )
