"""What `content` offers: templates with what they are made of, and the signers of links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.content.images import Images
    from aerogram.content.labels import Labels
    from aerogram.content.plain_records import PlainRecords
    from aerogram.content.signup_tokens import SignupSigner
    from aerogram.content.templates.templates import Templates
    from aerogram.content.templates.versions import TemplateVersions
    from aerogram.content.tokens import LinkSigner


class ContentServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services; `aerogram.content.build` builds them."""

    templates: Templates
    versions: TemplateVersions
    labels: Labels
    images: Images
    records: PlainRecords
    links: LinkSigner
    """Signs the links in mails and verifies them when they are followed."""
    signup_links: SignupSigner
    """Signs and verifies the links of sign-up forms and confirmations."""
