"""A content prepared once for all its letters, with its parts found and its templates compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.content.errors import ComposeError, TemplateRenderError
from aerogram.content.language.cache import compiled
from aerogram.content.language.errors import TemplateError
from aerogram.content.links.rewrite import rewrite_html
from aerogram.content.personal.bulk import bulk_headers
from aerogram.content.personal.scope import scope_for
from aerogram.content.personal.sources import HTML, PLAIN_TEXT, LetterHeaders, PartsSource, Words, opened
from aerogram.content.send_options import has_merge_tag, may_need_language
from aerogram.content.text_from_html import text_from_html
from aerogram.model.outcome import FailureState
from aerogram.wire.mime.encoded_words import clean_text
from aerogram.wire.mime.parts import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.content.language.template import Template
    from aerogram.content.personal.minting import LetterLinks, LinkMint
    from aerogram.model.message import Letter
    from aerogram.model.recipient_profile import RecipientProfile

    Known = Callable[[Letter], RecipientProfile | None]
    """Returns the profile of a letter's recipient; None when none was loaded."""


class PreparedContent:
    """Composes the mails of one content. The same letter always has the same bytes."""

    def __init__(self, letter: Letter, mint: LinkMint | None, known: Known | None = None) -> None:
        """Open the content of a letter, which must have its ``body``. Raises `MailError` and `MsgspecError`."""
        self._options: Final = letter.send_options
        self._mint: Final = mint
        self._known: Final = known
        self._source: Final = opened(letter)
        self._subject: Template | None = None
        self._texts: list[Template] = []
        self._error: TemplateError | None = None
        self._unfilled: str = self._unfillable()
        self._shared: Words | None = None
        try:
            self._compile()
        except TemplateError as error:
            self._error = error

    def mail(self, letter: Letter, *, message_id: str, received: bytes) -> bytes:
        """Return the unsigned mail of a letter.

        Raises `TemplateRenderError` when the templates fail and the send options do not set ``delivers_on_error``;
        `ComposeError` when the mail needs links and there is no mint; `MailError`.
        """
        send_options = self._options
        links = self._links(letter)
        words = self._filled(letter, links)
        headers = LetterHeaders(
            message_id=message_id,
            date_ms=letter.accepted_ms,
            received=received,
            extra_headers=bulk_headers(letter, links, self._source.header_names)
            if send_options.is_bulk
            else (),
            to=Mailbox(letter.recipient, letter.personal.name) if send_options.is_individual else None,
        )
        return self._source.mail(self._linked(self._with_text(words), links), headers)

    def raw_mail(self, letter: Letter, *, message_id: str, received: bytes) -> bytes:
        """Return the mail as its sender wrote it, with its merge tags. Raises `MailError`."""
        headers = LetterHeaders(message_id=message_id, date_ms=letter.accepted_ms, received=received)
        return self._source.mail(self._source.words, headers)

    def template_error(self, letter: Letter) -> TemplateRenderError | None:
        """Return the error of the templates for this letter, even if it is delivered anyway; else None."""
        try:
            self._rendered(letter, self._links(letter))
        except TemplateRenderError as error:
            return error
        return None

    def _unfillable(self) -> str:
        """Return a sentence about a text that should be filled in and cannot be changed; "" without one.

        The template language applies to every text. Merge tags are found by looking for them.
        """
        options = self._options
        return next(
            (
                text.sentence
                for text in self._source.uneditable
                if (options.has_language and (not text.is_aside or may_need_language(text.text)))
                or ((options.has_merge_tags or options.has_language) and has_merge_tag(text.text))
            ),
            "",
        )

    def _compile(self) -> None:
        send_options, words = self._options, self._source.words
        if send_options.has_language:
            # Merge tags in a subject are plain text (compatibility: templates#two-systems).
            self._subject = compiled(words.subject, has_language=True, has_merge_tags=False)
        if send_options.has_language or send_options.has_merge_tags:
            self._texts = [
                compiled(
                    text, has_language=send_options.has_language, has_merge_tags=send_options.has_merge_tags
                )
                for _, text in words.texts
            ]

    def _filled(self, letter: Letter, links: LetterLinks | None) -> Words:
        """Render the templates; if that fails and ``delivers_on_error`` is set, return them unprocessed."""
        try:
            return self._rendered(letter, links)
        except TemplateRenderError as error:
            if self._options.delivers_on_error and error.state is FailureState.TEMPLATE_LANGUAGE_ERROR:
                return self._source.words
            raise

    def _rendered(self, letter: Letter, links: LetterLinks | None) -> Words:
        words = self._source.words
        if self._options.template_id and not any(text.strip() for _, text in words.texts):
            raise TemplateRenderError(
                FailureState.BAD_TEMPLATE, "The template has neither a text nor an HTML part."
            )
        if self._unfilled:
            raise TemplateRenderError(FailureState.TEMPLATE_LANGUAGE_ERROR, self._unfilled)
        if self._error is not None:
            raise _render_error(self._error)
        if not self._texts and self._subject is None:
            return words
        known = self._known(letter) if self._known is not None and self._options.asks_contact else None
        scope = scope_for(letter, self._source.author, links, known)
        try:
            subject = words.subject if self._subject is None else self._subject.render(scope)
            texts = tuple(
                (kind, template.render(scope))
                for (kind, _), template in zip(words.texts, self._texts, strict=True)
            )
        except TemplateError as error:
            raise _render_error(error) from error
        # A line break in a value must not end the Subject field.
        return Words(clean_text(subject), texts)

    def _with_text(self, words: Words) -> Words:
        """Add a text part generated from the HTML if requested and missing."""
        if not self._options.makes_text:
            return words
        if words is not self._source.words:
            return self._made_text(words)
        if self._shared is None:
            self._shared = self._made_text(words)
        return self._shared

    def _made_text(self, words: Words) -> Words:
        texts = dict(words.texts)
        if HTML not in texts or texts.get(PLAIN_TEXT) or not isinstance(self._source, PartsSource):
            return words
        text = text_from_html(texts[HTML])
        return Words(words.subject, ((PLAIN_TEXT, text), (HTML, texts[HTML]))) if text else words

    def _linked(self, words: Words, links: LetterLinks | None) -> Words:
        """Tag and track the links of every HTML text."""
        send_options = self._options
        if not (send_options.url_tags or send_options.tracks_clicks or send_options.tracks_opens):
            return words
        texts = []
        pixel_url = links.opening() if links is not None and send_options.tracks_opens else ""
        for kind, text in words.texts:
            if kind != HTML:
                texts.append((kind, text))
                continue
            linked = rewrite_html(
                text,
                link_for=links.click if links is not None and send_options.tracks_clicks else None,
                url_tags=send_options.url_tags,
                pixel_url=pixel_url,
                own_links=links.own if links is not None else "",
            )
            texts.append((kind, linked))
            pixel_url = ""
        return Words(words.subject, tuple(texts))

    def _links(self, letter: Letter) -> LetterLinks | None:
        """Return the links of the letter; None for a content that is the same for all recipients."""
        if not self._options.is_personal:
            return None
        if self._mint is not None:
            return self._mint.links_of(letter)
        if self._options.tracks_opens or self._options.tracks_clicks or self._options.is_bulk:
            raise ComposeError(
                "The mail needs tracking or unsubscribe links, but no link mint is configured."
            )
        return None


def _render_error(error: TemplateError) -> TemplateRenderError:
    return TemplateRenderError(FailureState.TEMPLATE_LANGUAGE_ERROR, str(error))
