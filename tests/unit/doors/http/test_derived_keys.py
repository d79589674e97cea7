"""Keys that Mailjet's SDK makes of the content are told from those that somebody chose."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mailjet_rest.utils.guardrails import SecurityGuard

from aerogram.doors.http.derived_keys import is_derived

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
messages = st.fixed_dictionaries({"Messages": values}, optional={"CustomID": values, "SandboxMode": values})
SOMEBODYS = "5" * 64


@given(messages)
def test_the_digest_of_the_sdk_is_known_whatever_is_sent(data):
    key = SecurityGuard.generate_payload_fingerprint(data)
    assert is_derived(key, json.dumps(data).encode(), b"a program of one's own")


def test_any_digest_is_the_sdks_when_it_bears_its_name():
    assert is_derived(SOMEBODYS, b"{}", b"mailjet-apiv3-python/v9.0.0")


@pytest.mark.parametrize("agent", [b"", b"curl/8.9", b"python-requests/2.32"])
def test_a_digest_that_somebody_chose_is_a_key(agent):
    assert not is_derived(SOMEBODYS, b"{}", agent)


@pytest.mark.parametrize("key", ["order-17", "5" * 63, "5" * 65, "A" * 64])
def test_what_is_no_digest_is_a_key_with_the_sdk_too(key):
    assert not is_derived(key, b"{}", b"mailjet-apiv3-python/v1.9.1")


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b'"\\ud800"'])
def test_any_body_can_be_looked_at(body):
    assert not is_derived(SOMEBODYS, body, b"")
