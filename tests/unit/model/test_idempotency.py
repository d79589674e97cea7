"""What can be an idempotency key, and when two calls ask for the same."""

from hypothesis import given
from hypothesis import strategies as st

from aerogram.doors.http import idempotency as http
from aerogram.doors.smtp import idempotency as smtp
from aerogram.model.idempotency import MAX_KEY, is_key
from aerogram.wire.smtp.server.events import Envelope, RcptTo
from support.actors import acting

texts = st.text(max_size=6) | st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E))
paths = st.lists(st.sampled_from(["a@x.example", "b@x.example", "c@x.example"]), min_size=1, max_size=4)
reverse_paths = st.sampled_from(["", "a@x.example", "b@x.example"])


def envelope(reverse_path, paths):
    return Envelope(reverse_path=reverse_path, recipients=tuple(RcptTo(path) for path in paths))


@given(texts)
def test_a_key_is_visible_ascii(text):
    assert is_key(text) == (0 < len(text) <= MAX_KEY and all("!" <= character <= "~" for character in text))


def test_a_final_line_break_is_no_part_of_a_key():
    assert not is_key("key\n")


@given(first=st.tuples(reverse_paths, paths), second=st.tuples(reverse_paths, paths))
def test_mails_are_the_same_by_reverse_path_and_recipients(first, second):
    one, other = (
        smtp.key_of(acting(1), {"x-idempotency-key": "k"}, envelope(*each)) for each in (first, second)
    )
    is_same = first[0] == second[0] and set(first[1]) == set(second[1])
    assert (one.fingerprint == other.fingerprint) == is_same


def test_mail_without_the_header_has_no_key():
    assert smtp.key_of(acting(1), {"x-mj-customid": "17"}, envelope("a@x.example", ["b@x.example"])) is None


@given(
    first=st.tuples(st.sampled_from(["/v3/send", "/v3.1/send"]), st.binary(max_size=3), st.sets(st.integers(0, 2))),
    second=st.tuples(st.sampled_from(["/v3/send", "/v3.1/send"]), st.binary(max_size=3), st.sets(st.integers(0, 2))),
)  # fmt: skip
def test_requests_are_the_same_by_path_body_and_what_of_them_is_accepted(first, second):
    one, other = (
        http.key_of(acting(1), "k", path, body, sorted(taken)) for path, body, taken in (first, second)
    )
    assert (one.fingerprint == other.fingerprint) == (first == second)


def test_a_request_without_the_header_has_no_key():
    assert http.key_of(acting(1), "", "/v3/send", b"{}", ()) is None
