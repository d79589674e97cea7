"""The judge itself: it must find what it is there to find."""

from crash.ledger import Ledger
from support.fast_sink import Arrival, arrivals, read_token


def judged(ledger: Ledger, *lines: tuple[float, str]) -> object:
    return ledger.compare(Arrival(at, token, "ann@example.net", is_whole=True) for at, token in lines)


def a_ledger(*tokens: str, kills: tuple[float, ...] = ()) -> Ledger:
    ledger = Ledger(kills=list(kills))
    for token in tokens:
        ledger.acknowledge(token, ["ann@example.net"])
    return ledger


def test_an_acknowledged_message_that_never_arrives_is_lost():
    comparison = judged(a_ledger("a", "b"), (1.0, "a"))
    assert comparison.lost == [("b", "ann@example.net")]
    assert not comparison.is_good


def test_each_recipient_is_promised_a_copy():
    ledger = Ledger()
    ledger.acknowledge("a", ["ann@example.net", "bob@example.net"])
    assert judged(ledger, (1.0, "a")).lost == [("a", "bob@example.net")]


def test_a_duplicate_of_what_was_in_flight_at_a_kill_is_excused():
    comparison = judged(a_ledger("a", kills=(10.0,)), (9.5, "a"), (30.0, "a"))
    assert comparison.excused == [("a", "ann@example.net")]
    assert comparison.is_good


def test_a_duplicate_long_before_any_kill_is_not():
    comparison = judged(a_ledger("a", kills=(10.0,)), (2.0, "a"), (30.0, "a"))
    assert comparison.unexcused == [("a", "ann@example.net")]
    assert not comparison.is_good


def test_a_duplicate_after_the_last_kill_is_not():
    assert judged(a_ledger("a", kills=(10.0,)), (11.0, "a"), (12.0, "a")).unexcused


def test_a_third_copy_needs_a_kill_of_its_own():
    assert judged(a_ledger("a", kills=(10.0,)), (9.5, "a"), (30.0, "a"), (40.0, "a")).unexcused
    assert judged(a_ledger("a", kills=(10.0, 31.0)), (9.5, "a"), (30.0, "a"), (40.0, "a")).is_good


def test_an_arrival_nobody_saw_acknowledged_is_allowed():
    comparison = judged(a_ledger(), (1.0, "a"))
    assert comparison.unpromised == 1
    assert comparison.is_good


def test_a_torn_mail_is_found(tmp_path):
    log = tmp_path / "arrivals"
    log.write_bytes(Arrival(1.0, "a", "ann@example.net", is_whole=False).line() + b"2.0 half a li")
    comparison = a_ledger("a").compare(arrivals(log))
    assert comparison.torn == [("a", "ann@example.net")]
    assert not comparison.is_good


def test_a_token_is_found_in_plain_and_in_encoded_bodies():
    head = b"Subject: crash token-a1- test\r\n"
    assert read_token(head + b"\r\nbody token-a1- end\r\n") == ("a1", True)
    encoded = head + b"Content-Transfer-Encoding: base64\r\n\r\ndG9rZW4tYTEtIGVuZA==\r\n"
    assert read_token(encoded) == ("a1", True)
    assert read_token(head + b"\r\nanother body\r\n") == ("a1", False)
    assert read_token(b"Subject: none\r\n\r\nbody\r\n") == ("-", False)
