"""What the HTTP door answers besides its two APIs, and to those who may not enter."""

import asyncio

import pytest

from aerogram.base.clock import MINUTE
from aerogram.base.errors import UnavailableError
from aerogram.base.shared.board import Process
from aerogram.doors.rest.registry import declared_resources
from aerogram.identity.attempts import MAX_FAILURES
from support.calls import a_call, a_message
from support.http_door import KEY, PUBLIC_URL, SECRET, a_client, serving


@pytest.fixture
def database_url():
    """SQLite alone: these tests are about the door."""


@pytest.mark.parametrize("auth", [None, (KEY, "wrong")])
async def test_wrong_credentials_below_v3_get_an_empty_401(url, auth):
    async with a_client(url, auth=auth) as stranger:
        for path in ("/v3/REST/message", "/v3/REST/message/1", "/v3/nowhere"):
            answer = await stranger.get(path)
            assert (answer.status_code, answer.content) == (401, b"")
            assert answer.headers["content-type"] == "text/html"
            assert answer.headers["www-authenticate"] == 'Basic realm="Provide an apiKey and secretKey"'


async def test_an_unknown_resource_is_named(client):
    answer = await client.get("/v3/REST/contacts")
    assert answer.json() == {
        "ErrorInfo": "Bad Request",
        "ErrorMessage": 'Unknown resource: "contacts"',
        "StatusCode": 400,
    }


async def test_a_path_below_v3_that_leads_nowhere_is_mailjets_500(client):
    for path in ("/v3/wrongpath", "/v3/", "/v3/REST", "/v3/REST/"):
        name = path.split("/")[2]
        assert (await client.get(path)).json() == {
            "ErrorInfo": "EFPWebError",
            "ErrorMessage": f'Could not determine HTTP module for request "{name}"',
            "StatusCode": 500,
        }


async def test_resource_names_ignore_case(client):
    assert (await client.get("/v3/rest/MessageHistory")).status_code == 200


async def test_any_other_path_is_a_page_that_is_not_there(client):
    answer = await client.get("/somewhere")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html")


async def test_a_store_that_is_away_is_503(client, door):
    door.keys.is_down = UnavailableError("The store is away.")
    answer = await client.get("/v3/REST/message")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["ErrorMessage"] == "The store is away."


async def test_an_unforeseen_failure_is_a_500_that_tells_nothing_but_an_identifier(client, door):
    door.keys.is_down = RuntimeError("a secret of the installation")
    answer = await client.get("/v3/REST/message")
    assert answer.status_code == 500
    assert list(answer.json()) == ["ErrorIdentifier", "StatusCode", "ErrorMessage"]
    assert "secret" not in answer.text


async def test_a_body_over_the_limit_of_resources_is_refused(client):
    answer = await client.post("/v3/REST/eventcallbackurl", content=bytes(1024 * 1024 + 1))
    assert answer.status_code == 413


class TestHealth:
    async def test_a_running_process_is_live(self, client):
        answer = await client.get("/livez")
        assert (answer.status_code, answer.json()) == (200, {"status": "live"})

    async def test_it_is_ready_when_all_checks_pass(self, client):
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready", "checks": {"store": "ok"}})

    @pytest.mark.parametrize(
        ("fault", "told"),
        [
            (UnavailableError("The store is away."), "The store is away."),
            (RuntimeError("a secret"), "failed (RuntimeError)"),
        ],
    )
    async def test_it_is_not_ready_when_one_fails(self, client, door, fault, told):
        door.failing_checks = {"store": fault}
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (
            503,
            {"status": "not ready", "checks": {"store": told}},
        )

    async def test_probes_are_read_and_nothing_else(self, client):
        assert (await client.head("/livez")).status_code == 200
        assert (await client.post("/readyz")).status_code == 405


async def test_metrics_tell_counts_the_queue_and_the_lag_of_readers(client):
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert 'aerogram_messages_total{what="accepted"} 3.0' in answer.text
    assert "aerogram_queue_messages 5.0" in answer.text
    assert "aerogram_queue_messages_age_seconds 2.5" in answer.text
    assert "aerogram_queue_messages_is_at_least 0.0" in answer.text
    assert 'aerogram_event_reader_lag_seconds{reader="webhooks"} 2.5' in answer.text


async def test_metrics_tell_the_processes_of_a_server_that_has_several(client, door):
    assert "aerogram_process" not in (await client.get("/metrics")).text
    door.processes = [Process(0, "edge", 7, 1), Process(1, "edge", 0, 3), Process(2, "delivery", 9, 1)]
    text = (await client.get("/metrics")).text
    assert 'aerogram_processes{kind="edge"} 1.0' in text
    assert 'aerogram_processes{kind="delivery"} 1.0' in text
    assert 'aerogram_process_starts_total{kind="edge"} 4.0' in text


async def test_the_openapi_document_describes_what_exists(client):
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": PUBLIC_URL}]
    resources = {f"/v3/REST/{one.name}" for one in declared_resources() if "GET" in one.methods}
    assert {"/v3.1/send", "/v3/send", "/v3/send/message"} | resources <= set(document["paths"])
    body = document["paths"]["/v3.1/send"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    message = body["properties"]["Messages"]["items"]["properties"]
    assert message["AutoTextPart"]["type"] == "boolean"
    assert "AutoTextPart" in body["properties"]["Globals"]["properties"]
    content = document["paths"]["/v3/REST/template/{key}/detailcontent"]
    assert set(content) == {"parameters", "get", "post", "put"}
    assert "requestBody" not in content["get"]
    taken = content["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert taken["Html-part"] == {"type": ["string", "null"]}
    assert set(content["post"]["responses"]) >= {"201", "400", "401", "404", "415"}
    parameters = {one["name"] for one in document["paths"]["/v3/REST/template"]["get"]["parameters"]}
    assert {"Sort", "countRecords", "Categories", "CategoriesSelectionMethod"} <= parameters
    callback = document["components"]["schemas"]["EventCallbackUrl"]["properties"]
    assert callback["Version"] == {"type": "integer", "default": 1, "format": "int64", "enum": [1, 2]}
    operations = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
    ]
    assert len(operations) == len(set(operations))


class TestFailedLogins:
    async def fail(self, base, times):
        async with a_client(base, auth=(KEY, "wrong")) as client:
            return [(await client.get("/v3/REST/message")).status_code for _ in range(times)]

    @staticmethod
    def from_afar(app):
        """The application as a client of another machine reaches it."""

        async def relocated(scope, receive, send):
            if scope["type"] == "http":
                scope = scope | {"client": ("203.0.113.7", 40000)}
            await app(scope, receive, send)

        return relocated

    async def test_loopback_is_never_locked_out(self, url):
        assert set(await self.fail(url, times=MAX_FAILURES * 2)) == {401}

    async def test_others_are_locked_out_for_a_while(self, door, clock):
        async with serving(self.from_afar(door.app)) as base:
            assert await self.fail(base, times=MAX_FAILURES + 1) == [401] * MAX_FAILURES + [429]
            async with a_client(base) as right:
                locked = await right.post("/v3.1/send", content=a_call(a_message()))
                assert locked.status_code == 429
                assert locked.headers["content-type"] == "text/html"
                assert locked.headers["retry-after"] == "900"
                assert "Rate limit exceeded" in locked.text
                clock.advance(15 * MINUTE)
                assert (await right.get("/v3/REST/message")).status_code == 200

    async def test_metrics_need_credentials_from_afar(self, door):
        async with serving(self.from_afar(door.app)) as base:
            async with a_client(base, auth=None) as stranger:
                assert (await stranger.get("/metrics")).status_code == 401
            async with a_client(base, auth=(KEY, SECRET)) as client:
                assert (await client.get("/metrics")).status_code == 200


async def test_a_client_that_leaves_in_the_middle_of_its_request_leaves_no_trace(url, door):
    _, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(
        b"POST /v3.1/send HTTP/1.1\r\nHost: x\r\nAuthorization: Basic a2V5LW9mLWFubjpzZWNyZXQtb2YtYW5u\r\n"
        b"Content-Length: 1000\r\n\r\n{"
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    async with a_client(url) as client:
        assert (await client.get("/v3/REST/message")).json()["Total"] == 0
