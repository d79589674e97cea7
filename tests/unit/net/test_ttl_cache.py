from __future__ import annotations

from aerogram.net.ttl_cache import TtlCache


def test_an_answer_is_true_for_its_time_and_then_forgotten():
    now = 0.0
    cache = TtlCache[str](10, lambda: now)
    cache.put("a", "1", 5)
    now = 4.9
    assert cache.get("a") == "1"
    now = 5.0
    assert cache.get("a") is None


def test_the_oldest_answer_makes_room():
    cache = TtlCache[int](2, lambda: 0.0)
    cache.put("a", 1, 9)
    cache.put("b", 2, 9)
    cache.put("a", 3, 9)
    cache.put("c", 4, 9)
    assert len(cache) == 2
    assert [cache.get(name) for name in "abc"] == [3, None, 4]
