"""A cache of compiled templates, so that a campaign compiles its template once, not per recipient."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from aerogram.content.language.compiler import compile_template

if TYPE_CHECKING:
    from aerogram.content.language.template import Template

MAX_ENTRIES: Final = 1_000
MAX_BYTES: Final = 64 * 1024 * 1024
"""Estimated size of the cached templates."""

Key = tuple[str, bool, bool]


class TemplateCache:
    """Caches the most recently used templates, bounded by number and size. Thread-safe."""

    def __init__(self, max_entries: int = MAX_ENTRIES, max_bytes: int = MAX_BYTES) -> None:
        self._max_entries: Final = max_entries
        self._max_bytes: Final = max_bytes
        self._lock: Final = threading.Lock()
        self._templates: Final[OrderedDict[Key, Template]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._templates)

    @property
    def size(self) -> int:
        """The estimated bytes of the cached templates."""
        return self._bytes

    def compiled(self, source: str, *, has_language: bool, has_merge_tags: bool) -> Template:
        """Return the template of `compile_template`. Raises `TemplateError`.

        A source without tags is not cached, because compiling it costs nothing.
        """
        key = source, has_language, has_merge_tags
        with self._lock:
            template = self._templates.get(key)
            if template is not None:
                self._templates.move_to_end(key)
                return template
        template = compile_template(source, has_language=has_language, has_merge_tags=has_merge_tags)
        if not template.is_static and template.size <= self._max_bytes:
            self._keep(key, template)
        return template

    def _keep(self, key: Key, template: Template) -> None:
        with self._lock:
            if key in self._templates:
                return
            self._templates[key] = template
            self._bytes += template.size
            while self._bytes > self._max_bytes or len(self._templates) > self._max_entries:
                _, oldest = self._templates.popitem(last=False)
                self._bytes -= oldest.size


_shared: Final = TemplateCache()


def compiled(source: str, *, has_language: bool, has_merge_tags: bool) -> Template:
    """Return a template from the cache of this process. Raises `TemplateError`."""
    return _shared.compiled(source, has_language=has_language, has_merge_tags=has_merge_tags)
