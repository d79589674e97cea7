"""What the resources and routes of templates, labels and images stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.content.images import Images
from aerogram.content.labels import Labels
from aerogram.content.template_versions import TemplateVersions
from aerogram.content.templates import Templates
from aerogram.identity.content_tokens import ContentTokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.sql import Database


class ContentServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services."""

    templates: Templates
    versions: TemplateVersions
    labels: Labels
    images: Images
    tokens: ContentTokens


def content_services(
    database: Database,
    blobs: DiskBlobs,
    sealer: Sealer,
    ids: IdGenerator,
    clock: Clock,
    check_room: Callable[[], None],
) -> ContentServices:
    """Build them; ``check_room`` raises `StoreFullError` while the disk's reserve is for mail alone."""
    return ContentServices(
        templates=Templates(database, ids, clock),
        versions=TemplateVersions(database, ids, clock),
        labels=Labels(database, ids),
        images=Images(database, blobs, ids, clock, check_room),
        tokens=ContentTokens(database, sealer, ids, clock),
    )
