"""The cache of compiled templates."""

import threading

import pytest

from aerogram.content.language.cache import TemplateCache, compiled
from aerogram.content.language.errors import TemplateError
from aerogram.content.language.runtime.scope import Scope


def test_a_template_is_compiled_once_for_each_way_of_reading_it():
    source = "{{var:a}} [[var:a]]"
    template = compiled(source, has_language=True, has_merge_tags=True)
    assert compiled(source, has_language=True, has_merge_tags=True) is template
    assert compiled(source, has_language=True, has_merge_tags=False) is not template


def test_the_one_used_longest_ago_goes_first():
    cache = TemplateCache(max_entries=2)

    def get(name):
        return cache.compiled(f"{{{{var:{name}}}}}", has_language=True, has_merge_tags=False)

    first, second = get("a"), get("b")
    assert get("a") is first
    get("c")
    assert len(cache) == 2
    assert get("a") is first
    assert get("b") is not second


def test_bytes_are_bounded_and_what_is_too_large_is_not_kept():
    cache = TemplateCache(max_bytes=10_000)
    for number in range(100):
        cache.compiled(f"{{{{var:a{number}}}}}", has_language=True, has_merge_tags=False)
    assert 0 < cache.size <= 10_000
    kept = len(cache)
    cache.compiled("{{var:a}}" + "x" * 10_000, has_language=True, has_merge_tags=False)
    assert len(cache) == kept


def test_plain_sources_and_errors_are_not_kept():
    cache = TemplateCache()
    assert cache.compiled("plain", has_language=True, has_merge_tags=True).is_static
    for _ in range(2):
        with pytest.raises(TemplateError):
            cache.compiled("{{", has_language=True, has_merge_tags=True)
    assert (len(cache), cache.size) == (0, 0)


def test_threads_share_cache_and_templates():
    cache = TemplateCache(max_entries=3)
    wrong = []

    def work(first):
        for number in range(first, first + 200):
            source = f"{{% for v in var:list %}}{{{{v}}}}-{number % 5},{{% endfor %}}"
            template = cache.compiled(source, has_language=True, has_merge_tags=False)
            text = template.render(Scope(variables={"list": [number, first]}))
            if text != f"{number}-{number % 5},{first}-{number % 5},":
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(cache) <= 3
