"""What differs between the versions of the Send API: their answers to what is refused as a whole."""

import json

import pytest

from aerogram.base.errors import UnavailableError
from aerogram.doors.asgi.authentication import RateLimitedError, SuspendedError, UnauthenticatedError
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError
from aerogram.doors.http.idempotency import MalformedKeyError
from aerogram.doors.http.send.endpoint import REFUSALS
from aerogram.doors.http.send.shared.errors import RefusedCallError, missing
from aerogram.doors.http.send.v3.version import PATHS, SendV3
from aerogram.doors.http.send.v31.version import PATH, SendV31
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError
from aerogram.submission.once import KeyReusedError

ERRORS = {
    UnauthenticatedError("none"): (401, 401),
    SuspendedError("suspended"): (401, 401),
    LockedOutError(7): (429, 429),
    RateLimitedError(7): (429, 429),
    ForbiddenError("API key has no full permission for send."): (403, 403),
    MalformedKeyError("malformed"): (400, 400),
    KeyReusedError("reused"): (422, 422),
    RefusedCallError(missing("Messages")): (400, 400),
    BodyTooLargeError("too large"): (413, 400),
    BodyEncodingError("no gzip"): (400, 400),
    UnavailableError("no store"): (503, 503),
}
"""What a request is refused for, and the status of its answer in v3 and in v3.1."""


def test_the_table_has_every_refusal():
    assert {next(kind for kind in REFUSALS if isinstance(error, kind)) for error in ERRORS} == set(REFUSALS)


@pytest.mark.parametrize(("error", "statuses"), ERRORS.items(), ids=lambda value: type(value).__name__)
def test_each_version_answers_every_refusal(error, statuses):
    answers = SendV3().refused(error), SendV31("https://mail.example.com").refused(error)
    assert tuple(answer.status for answer in answers) == statuses


def test_a_refused_call_is_a_sentence_in_v3_and_a_code_in_v31():
    error = RefusedCallError(missing("Messages"))
    assert json.loads(SendV3().refused(error).body)["ErrorMessage"] == "Messages: Missing mandatory property."
    shown = json.loads(SendV31("").refused(error).body)
    assert (shown["ErrorCode"], shown["ErrorRelatedTo"]) == ("mj-0003", ["Messages"])


@pytest.mark.parametrize("version", [SendV3(), SendV31("")])
def test_what_is_no_refusal_is_raised_again(version):
    with pytest.raises(ZeroDivisionError):
        version.refused(ZeroDivisionError())


def test_another_verb_or_path_is_answered_by_each_version_in_its_way():
    get, post = {"method": "GET", "path": PATH}, {"method": "POST", "path": PATH}
    assert SendV31("").misplaced(post) is SendV31("").wrong_method(get) is None
    assert SendV31("").misplaced(get).status == 404
    assert SendV31("").misplaced(post | {"path": f"{PATH}s"}).status == 404
    for path in PATHS:
        assert SendV3().misplaced(get | {"path": path}) is None
        assert SendV3().wrong_method(post | {"path": path}) is None
        assert SendV3().wrong_method(get | {"path": path}).status == 405
