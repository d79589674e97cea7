"""``/v3/REST/eventcallbackurl`` over a real socket and a real store."""

import asyncio

from aerogram.store.records.webhooks import callbacks
from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, a_client

PATH = "/v3/REST/eventcallbackurl"
URL = "https://user:secret@hooks.example.com:8443/events"


async def create(client, **properties):
    return await client.post(PATH, json={"Url": URL} | properties)


async def created(client, **properties):
    answer = await create(client, **properties)
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


def refused(answer, message, info=""):
    assert answer.json() == {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": answer.status_code}


async def test_a_callback_is_made_with_its_defaults(client):
    answer = await create(client)
    assert answer.status_code == 201
    [row] = answer.json()["Data"]
    assert row.pop("ID") > 0
    assert list(row.items()) == [
        ("APIKeyID", ACCOUNT),
        ("EventType", "open"),
        ("IsBackup", False),
        ("Status", "alive"),
        ("Url", URL),
        ("Version", 1),
    ]


async def test_names_and_words_ignore_case_and_numbers_may_be_text(client):
    row = await client.post(
        f"{PATH}/",
        json={"url": URL, "EVENTTYPE": "Bounce", "isBackup": "true", "version": "2", "APIKeyID": None},
    )
    assert row.status_code == 201
    [made] = row.json()["Data"]
    assert (made["EventType"], made["IsBackup"], made["Version"]) == ("bounce", True, 2)


async def test_the_url_is_sealed_in_the_store(client, door):
    await created(client)
    [row] = await door.database.read(lambda: callbacks.all_of(ACCOUNT))
    assert "secret" not in row["url_sealed"]


async def test_a_callback_is_found_by_id_and_by_kind_and_rank(client):
    made = await created(client, EventType="sent", IsBackup=True)
    for key in (made["ID"], "sent|true", "Sent%7Ctrue", "sent|1"):
        answer = await client.get(f"{PATH}/{key}")
        assert answer.json() == {"Count": 1, "Data": [made], "Total": 1}
    for key in ("sent|false", "sent", "sent|", "1", "nothing|true"):
        assert (await client.get(f"{PATH}/{key}")).status_code == 404


async def test_there_is_one_url_for_each_kind_and_rank(client):
    await created(client)
    answer = await create(client, Url="https://other.example.com/x")
    assert answer.status_code == 400
    refused(
        answer,
        'MJ18 A EventCallbackUrl resource with value "open|false" for EventType|Backup already exists.',
    )
    await created(client, IsBackup=True)


async def test_of_concurrent_callers_one_makes_the_callback(client):
    answers = await asyncio.gather(*(create(client) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400, 400]


async def test_a_change_may_not_take_anothers_place(client):
    await created(client, EventType="sent")
    made = await created(client, EventType="bounce")
    answer = await client.put(f"{PATH}/{made['ID']}", json={"EventType": "sent"})
    assert answer.status_code == 400
    assert '"sent|false"' in answer.json()["ErrorMessage"]


async def test_a_wrong_value_is_refused_with_its_reason(client):
    for properties, reason in [
        ({"Url": None}, "MJ03 A non-empty value is required"),
        ({"Url": ""}, "MJ04 Value must have at least length 1"),
        ({"Url": 1}, "The value must be a string"),
        ({"Url": "ftp://x.example/"}, "The URL must start with http:// or https://."),
        ({"EventType": "sneeze"}, "The value must be one of click, bounce, spam, blocked, unsub, open, sent"),
        ({"Version": 3}, "The value must be one of 1, 2"),
        ({"Version": 2**70}, "The value must be an integer"),
        ({"IsBackup": "perhaps"}, "The value must be true or false"),
    ]:
        answer = await create(client, **properties)
        assert answer.status_code == 400
        [name] = properties
        refused(answer, "Object properties invalid", f"MJ08 Property {name} is invalid: {reason}")


async def test_all_wrong_values_are_told_at_once(client):
    answer = await create(client, Url="x", Version=3)
    assert list(answer.json()["ErrorInfo"]) == ["Url", "Version"]


async def test_a_body_that_is_no_json_object_is_refused(client):
    for body in (b"{", b"[]", b'"x"', b"\xff"):
        answer = await client.post(PATH, content=body)
        assert answer.status_code == 400
        assert answer.json()["ErrorMessage"].startswith("Invalid json input: ")


async def test_the_root_of_a_host_may_be_called(client):
    assert (await created(client, Url="http://hooks.example.com"))["Url"] == "http://hooks.example.com"


async def test_a_put_changes_what_it_names_and_nothing_else(client):
    made = await created(client)
    answer = await client.put(
        f"{PATH}/{made['ID']}", json={"version": 2, "ID": made["ID"], "APIKeyID": ACCOUNT}
    )
    assert answer.status_code == 200
    assert answer.json()["Data"] == [made | {"Version": 2}]
    assert (await client.get(f"{PATH}/open|false")).json()["Data"] == [made | {"Version": 2}]


async def test_a_put_without_effect_is_answered_304(client):
    made = await created(client)
    for body in ({}, {"Url": URL}, {"Version": None}):
        answer = await client.put(f"{PATH}/{made['ID']}", json=body)
        assert (answer.status_code, answer.content) == (304, b"")


async def test_a_read_only_property_cannot_be_set(client):
    made = await created(client)
    answer = await client.put(f"{PATH}/{made['ID']}", json={"ID": 1})
    assert answer.status_code == 401
    refused(answer, 'Internal error: MJ19 Setting a value for property "ID" is not allowed')


async def test_a_put_with_a_url_revives_a_dead_callback(client):
    made = await created(client, Status="dead")
    assert made["Status"] == "dead"
    answer = await client.put(f"{PATH}/{made['ID']}", json={"Url": URL})
    assert answer.status_code == 200
    assert answer.json()["Data"] == [made | {"Status": "alive"}]


async def test_a_removed_callback_is_gone(client):
    made = await created(client)
    answer = await client.delete(f"{PATH}/{made['ID']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.delete(f"{PATH}/{made['ID']}")).status_code == 404
    await created(client)


async def test_lists_are_filtered_sorted_and_paged(client):
    rows = [
        await created(client, EventType="open"),
        await created(client, EventType="sent", Version=2),
        await created(client, EventType="sent", IsBackup=True, Status="dead"),
    ]
    for query, expected in [
        ("", rows),
        ("Sort=ID+DESC", rows[::-1]),
        ("Limit=1&Offset=1", rows[1:2]),
        ("EventType=sent", rows[1:]),
        ("EventType=7", rows[1:]),
        ("Backup=true", rows[2:]),
        ("backup=0", rows[:2]),
        ("Status=Dead", rows[2:]),
        ("Version=2", rows[1:2]),
        (f"APIKey={ACCOUNT}", rows),
        ("APIKey=1", []),
        ("countOnly=true", []),
    ]:
        answer = await client.get(f"{PATH}?{query}")
        assert answer.json()["Data"] == expected, query
    assert (await client.get(f"{PATH}?Limit=1")).json()["Total"] == 3


async def test_another_accounts_callbacks_do_not_exist(client, url):
    made = await created(client)
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        for method in ("GET", "PUT", "DELETE"):
            answer = await bob.request(method, f"{PATH}/{made['ID']}", content=b"{}")
            assert answer.status_code == 404
        assert (await bob.post(f"{PATH}/{made['ID']}/test")).status_code == 404
        assert (await bob.get(PATH)).json()["Total"] == 0
        await created(bob)


async def test_a_test_event_can_be_sent(client, door):
    made = await created(client)
    for body in (b"", b"{}"):
        answer = await client.post(f"{PATH}/{made['ID']}/Test", content=body)
        assert (answer.status_code, answer.json()["Data"]) == (200, [made])
    assert door.samples == [(ACCOUNT, made["ID"])] * 2
    door.sample_fault = "The receiver answered 500 instead of 200."
    answer = await client.post(f"{PATH}/{made['ID']}/test")
    assert answer.status_code == 400
    refused(answer, "The test event was not delivered: The receiver answered 500 instead of 200.")


async def test_verbs_that_do_not_exist_are_refused(client):
    made = await created(client)
    for method, path, allow in [
        ("PATCH", PATH, "GET, POST"),
        ("POST", f"{PATH}/{made['ID']}", "DELETE, GET, PUT"),
        ("GET", f"{PATH}/{made['ID']}/test", "POST"),
    ]:
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allow)
        refused(answer, "Method not allowed")
    assert (await client.post(f"{PATH}/{made['ID']}/dance")).status_code == 404
    assert (await client.post(f"{PATH}/{made['ID']}/test/1")).status_code == 404
