"""Routes beside the resources, over a real socket: their paths, bodies, errors and permissions."""

import gzip
import zlib

import pytest

from aerogram.doors.asgi.authentication import HttpAuthenticator
from aerogram.doors.http.rest_v3 import Rest
from aerogram.doors.rest import errors
from aerogram.doors.rest.engine.calls import Response
from aerogram.doors.rest.engine.engine import Engine
from aerogram.doors.rest.route import Route, Router
from aerogram.identity.attempts import LoginAttempts
from aerogram.identity.rate import RateLimiter
from aerogram.model.account import Area, Level
from support.http_door import ACCOUNT, Keys, NoTokens, a_client, serving

MOST = 200_000


async def _told(call):
    body = b"".join([piece async for piece in call.body])
    text = f"{call.actor.account_id} {dict(call.parts)} {call.parameters} {len(body)} {zlib.crc32(body)}"
    return Response(201, text.encode(), "text/plain", ((b"x-own", b"1"),))


async def _counted(call):
    pieces = [len(piece) async for piece in call.body]
    return Response(200, f"{sum(pieces)} {max(pieces, default=0)}".encode())


async def _streamed(call):
    async def pieces():
        for number in range(int(call.parts["thing"])):
            yield b"%d\n" % number

    return Response(200, content_type="text/csv", pieces=pieces())


async def _missing(_):
    raise errors.RestError(404, "Source object not found")


def a_route(method, path, run, level=Level.WRITE):
    return Route(
        method=method, path=path, area=Area.LISTS, level=level, summary="", run=run, max_body_bytes=MOST
    )


ROUTES = [
    a_route("POST", "/v3/DATA/contactslist/{list_id}/CSVData/{mime}", _told),
    a_route("GET", "/v3/DATA/{source}/{source_id}/CSVError/text:csv", _missing, Level.READ),
    a_route("PUT", "/v4/things/{thing}", _counted),
    a_route("GET", "/v4/things/{thing}", _streamed, Level.READ),
    a_route("DELETE", "/v4/things/{thing}", _missing, Level.FULL),
]


@pytest.fixture
async def base(clock):
    authenticator = HttpAuthenticator(Keys(), LoginAttempts(clock), RateLimiter(None, clock), NoTokens())
    async with serving(Rest(authenticator, Engine([]), Router(ROUTES)), lifespan="off") as url:
        yield url


@pytest.fixture
async def ann(base):
    async with a_client(base) as client:
        yield client


async def test_a_route_gets_the_parts_of_its_path_its_query_and_its_body(ann):
    for path in (
        "/v3/DATA/contactslist/5/CSVData/text:plain",
        "/v3/data/ContactsList/5/csvdata/text%3Aplain/",
    ):
        answer = await ann.post(f"{path}?Limit=1&limit=2", content=b"email\n")
        assert answer.status_code == 201
        assert answer.text.startswith(
            f"{ACCOUNT} {{'list_id': '5', 'mime': 'text:plain'}} {{'limit': '1'}} 6 "
        )
        assert (answer.headers["content-type"], answer.headers["x-own"]) == ("text/plain", "1")


async def test_a_part_may_have_an_encoded_slash_and_may_not_be_empty(ann):
    answer = await ann.post("/v3/DATA/contactslist/5/CSVData/text%2Fplain")
    assert "'mime': 'text/plain'" in answer.text
    for path in ("/v3/DATA/contactslist//CSVData/x", "/v3/DATA/contactslist/%00/CSVData/x"):
        answer = await ann.post(path)
        assert (answer.status_code, answer.json()["ErrorMessage"]) == (404, "Source object not found")


@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
async def test_a_body_comes_in_pieces_as_it_was_before_its_encoding(ann, encoding):
    packed = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress}[encoding]
    headers = {"content-encoding": encoding} if encoding else {}
    answer = await ann.put("/v4/things/1", content=packed(b"x" * MOST), headers=headers)
    size, largest = map(int, answer.text.split())
    assert size == MOST
    assert largest <= 64 * 1024 + (0 if encoding else MOST)
    answer = await ann.put("/v4/things/1", content=packed(b"x" * (MOST + 1)), headers=headers)
    assert answer.status_code == 413


async def test_a_body_that_is_not_in_its_encoding_is_refused(ann):
    whole = gzip.compress(b"x" * 1_000)
    for body, encoding in ((whole[:-9], "gzip"), (b"no zip", "gzip"), (b"x", "br")):
        answer = await ann.put("/v4/things/1", content=body, headers={"content-encoding": encoding})
        assert answer.status_code == 400


async def test_an_answer_may_come_in_pieces(ann):
    answer = await ann.get("/v4/things/1000")
    assert answer.text.splitlines() == [str(number) for number in range(1_000)]
    assert (answer.headers["content-type"], "content-length" in answer.headers) == ("text/csv", False)
    assert (await ann.head("/v4/things/1000")).content == b""


async def test_errors_have_the_shape_of_their_version(ann):
    answer = await ann.get("/v3/DATA/batchjob/7/CSVError/text:csv")
    assert answer.json() == {"ErrorInfo": "", "ErrorMessage": "Source object not found", "StatusCode": 404}
    answer = await ann.delete("/v4/things/1")
    assert set(answer.json()) == {"ErrorIdentifier", "ErrorMessage", "StatusCode"}


async def test_a_verb_that_no_route_has_is_answered_405(ann):
    answer = await ann.post("/v4/things/1")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, PUT")


async def test_a_path_without_route_is_answered_as_mailjet_does(ann):
    answer = await ann.get("/v3/nothing/at/all")
    assert (answer.status_code, answer.json()["ErrorInfo"]) == (500, "EFPWebError")
    for path in ("/v4/nothing", "/v1/REST/nothing", "/v1/"):
        answer = await ann.get(path)
        assert (answer.status_code, "ErrorIdentifier" in answer.json()) == (404, True)


async def test_strangers_are_refused_in_the_words_of_the_version(base):
    async with a_client(base, auth=None) as nobody:
        old = await nobody.get("/v3/DATA/batchjob/7/CSVError/text:csv")
        assert (old.status_code, old.content) == (401, b"")
        new = await nobody.delete("/v4/things/1")
        assert new.status_code == 401
        assert new.json()["ErrorMessage"].startswith("API key authentication/authorization failure.")
