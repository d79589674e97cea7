"""The services that the resources and routes of templates, labels, images and plain records need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.content.images import Images
    from aerogram.content.labels import Labels
    from aerogram.content.plain_records import PlainRecords
    from aerogram.content.template_versions import TemplateVersions
    from aerogram.content.templates import Templates
    from aerogram.identity.content_tokens import ContentTokens


class ContentServices(msgspec.Struct, frozen=True, kw_only=True):
    """Services, handed in by `app`."""

    templates: Templates
    versions: TemplateVersions
    labels: Labels
    images: Images
    tokens: ContentTokens
    records: PlainRecords
