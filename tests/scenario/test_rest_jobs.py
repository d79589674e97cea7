"""Bulk jobs over a real socket and a real store: asked for, polled, read about, cancelled."""

import asyncio
import contextlib

import pytest

from aerogram.audience.jobs import csv_file
from aerogram.base.errors import StoreFullError
from support.http_door import PUBLIC_URL, STRANGERS_KEY, STRANGERS_SECRET, a_client
from support.waiting import until

OVER = {"Completed", "Error", "Abort"}
ERROR_FILE = "/v3/DATA/BatchJob/{}/CSVError/text:csv"


@pytest.fixture
async def working(door):
    """Somebody works on jobs."""
    task = asyncio.create_task(door.job_runner.run())
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def stranger(url):
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as connected:
        yield connected


async def a_list(client, name="news"):
    answer = await client.post("/v3/REST/contactslist", json={"Name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]["ID"]


async def uploaded(client, list_id, text):
    path = f"/v3/DATA/contactslist/{list_id}/csvdata/text:plain"
    answer = await client.post(path, content=text.encode(), headers={"Content-Type": "text/plain"})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"ID"}
    return answer.json()["ID"]


async def an_import(client, list_id, text, **properties):
    data_id = await uploaded(client, list_id, text)
    body = {"ContactsListID": list_id, "DataID": data_id, "Method": "addforce"} | properties
    answer = await client.post("/v3/REST/csvimport", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


async def polled(client, path):
    """Ask for a job until it is over; give it and all statuses that were seen."""
    seen = []

    async def over():
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        row = answer.json()["Data"][0]
        seen.append(row["Status"])
        return row if row["Status"] in OVER else None

    return await until(over, path), seen


async def addresses_on(client, list_id):
    answer = await client.get("/v3/REST/contact", params={"ContactsList": list_id, "Limit": 0})
    return [row["Email"] for row in answer.json()["Data"]]


async def test_many_contacts_are_a_job_that_is_polled_to_its_end(client, working):
    news, shop = await a_list(client), await a_list(client, "shop")
    answer = await client.post(
        "/v3/REST/contact/managemanycontacts",
        json={
            "ContactsLists": [{"ListID": news, "action": "addforce"}, {"ListID": shop, "Action": "unsub"}],
            "Contacts": [{"Email": "ann@example.org", "Name": "Ann"}, {"Email": "bob@example.org"}],
        },
    )
    assert answer.status_code == 201
    assert answer.json().keys() == {"Count", "Data", "Total"}
    [made] = answer.json()["Data"]
    assert set(made) == {"JobID"}
    job = made["JobID"]
    row, _ = await polled(client, f"/v3/REST/contact/managemanycontacts/{job}")
    assert row.pop("JobStart")
    assert row.pop("JobEnd")
    assert row == {
        "ContactsLists": [
            {"Action": "addforce", "ListID": news},
            {"Action": "unsub", "ListID": shop},
        ],
        "Count": 2,
        "Error": "",
        "ErrorFile": "",
        "Status": "Completed",
    }
    assert await addresses_on(client, news) == ["ann@example.org", "bob@example.org"]


async def test_many_contacts_of_a_list_and_those_that_are_refused(client, stranger, working):
    news = await a_list(client)
    path = f"/v3/REST/contactslist/{news}/ManageManyContacts"
    contacts = [{"Email": "ann@example.org", "Properties": {"shoe": 39}}, {"Email": "bob@example.org"}]
    answer = await client.post(path, json={"Action": "ADDFORCE", "Contacts": contacts})
    assert answer.status_code == 201, answer.text
    job = answer.json()["Data"][0]["JobID"]
    row, _ = await polled(client, f"{path}/{job}")
    where = f"/v3/DATA/batchjob/{job}/JSONError/application:json/LAST"
    assert (row["Status"], row["Count"], row["ErrorFile"]) == ("Completed", 2, PUBLIC_URL + where)
    errors = await client.get(where)
    assert errors.headers["content-type"] == "application/json"
    assert errors.json() == [contacts[0] | {"Error": "Property not defined", "ErrorField": "shoe"}]
    assert (await stranger.get(where)).status_code == 404
    assert (await stranger.get(f"/v3/REST/contact/managemanycontacts/{job}")).status_code == 404
    other = await a_list(client, "shop")
    assert (await client.get(f"/v3/REST/contactslist/{other}/managemanycontacts/{job}")).status_code == 404


async def test_what_a_call_for_many_contacts_is_refused_for(client):
    news = await a_list(client)
    path = "/v3/REST/contact/managemanycontacts"
    answer = await client.post(path, json={"ContactsLists": []})
    assert (
        answer.json()["ErrorInfo"] == "MJ08 Property Contacts is invalid: MJ03 A non-empty value is required"
    )
    body = {"Contacts": [{"Email": "a@b.org"}], "ContactsLists": [{"ListID": 9, "Action": "addforce"}]}
    answer = await client.post(path, json=body)
    assert (answer.status_code, answer.json()["ErrorInfo"]) == (
        400,
        {"ContactsLists": [{"Action": "addforce", "ListID": 9, "Error": "List ID 9 is invalid or deleted"}]},
    )
    body = {"Contacts": [{"Email": "a@b.org"}], "Action": "excludeall"}
    answer = await client.post(f"/v3/REST/contactslist/{news}/managemanycontacts", json=body)
    assert answer.json()["ErrorInfo"] == "MJ08 Property Action is invalid: Invalid action: excludeall"
    assert (await client.get(f"{path}/12345")).status_code == 404


async def test_a_file_with_a_faulty_line_is_imported_and_the_line_told(client, stranger, working):
    news = await a_list(client)
    text = 'email,age\r\n"ann@example.org","30"\r\n"bob@example.org"\r\n'
    job = await an_import(client, news, text)
    assert (job["Status"], job["Method"], job["ContactsListID"]) == ("Upload", "addforce", news)
    row, _ = await polled(client, f"/v3/REST/csvimport/{job['ID']}")
    assert job["FileFormat"] == ""
    assert row["FileFormat"] == "charset=UTF-8; delimiter=comma; header=present"
    assert (row["Status"], row["Count"], row["Current"], row["Errcount"]) == ("Completed", 2, 2, 1)
    assert row["JobEnd"].endswith("Z")
    errors = await client.get(ERROR_FILE.format(job["ID"]))
    assert errors.headers["content-type"] == "text/csv"
    assert errors.text == 'email,age,error\n"bob@example.org", ###Too few columns at line\n'
    assert await addresses_on(client, news) == ["ann@example.org"]
    data = await client.get("/v3/REST/contactdata/ann@example.org")
    assert data.json()["Data"][0]["Data"] == [{"Name": "age", "Value": "30"}]
    [defined] = (await client.get("/v3/REST/contactmetadata")).json()["Data"]
    assert (defined["Name"], defined["Datatype"]) == ("age", "str")
    assert (await stranger.get(ERROR_FILE.format(job["ID"]))).status_code == 404


async def test_an_error_file_that_does_not_exist_is_told_in_the_type_that_was_asked_for(client):
    answer = await client.get(ERROR_FILE.format(12345))
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/csv")
    assert answer.json() == {"ErrorInfo": "", "ErrorMessage": "Source object not found", "StatusCode": 404}


async def test_a_file_for_another_account_s_list_is_refused(client, stranger):
    news = await a_list(client)
    path = f"/v3/DATA/contactslist/{news}/CSVData/text:plain"
    answer = await stranger.post(path, content=b"email\n")
    assert (answer.status_code, answer.json()["ErrorMessage"]) == (404, "Source object not found")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Method": "addforcefully"}, "MJ08 Property Method is invalid: The value must be one of"),
        ({"DataID": 7}, "MJ08 Property Data is invalid: There is no CSVData with the ID 7"),
        ({"ContactsListID": ""}, "MJ08 Property ContactsList is invalid: MJ03 A non-empty value is required"),
        ({"ErrTreshold": 101}, "MJ08 Property ErrTreshold is invalid"),
        ({"ImportOptions": "{"}, "MJ08 Property ImportOptions is invalid: Expected a JSON object of options"),
        ({"ImportOptions": '{"TimezoneOffset":13}'}, "MJ08 Property ImportOptions is invalid"),
    ],
)
async def test_an_import_that_cannot_be_is_refused(client, change, reason):
    news = await a_list(client)
    data_id = await uploaded(client, news, "email\nann@example.org\n")
    body = {"ContactsListID": news, "DataID": data_id, "Method": "addforce"} | change
    answer = await client.post("/v3/REST/csvimport", json=body)
    assert answer.status_code == 400
    assert answer.json()["ErrorInfo"].startswith(reason)


async def test_an_exclusion_has_no_list(client, working):
    news = await a_list(client)
    data_id = await uploaded(client, news, "email\nann@example.org\n")
    body = {"DataID": data_id, "Method": "excludemarketing"}
    answer = await client.post("/v3/REST/csvimport", json=body | {"ContactsListID": news})
    assert answer.status_code == 400
    assert answer.json()["ErrorMessage"] == (
        "MJ08 Property ContactsList is invalid: Exclusion of contacts from marketing campaign is a global"
        " status and can not be applied to a list"
    )
    answer = await client.post("/v3/REST/csvimport", json=body)
    assert "ContactsListID" not in answer.json()["Data"][0]
    await polled(client, f"/v3/REST/csvimport/{answer.json()['Data'][0]['ID']}")
    [row] = (await client.get("/v3/REST/contact?IsExcludedFromCampaigns=true")).json()["Data"]
    assert row["Email"] == "ann@example.org"


async def test_an_import_is_cancelled_in_its_middle(client, working, monkeypatch):
    monkeypatch.setattr(csv_file, "CHUNK", 50)
    news = await a_list(client)
    rows = "".join(f"person{number}@example.org\n" for number in range(20_000))
    job = await an_import(client, news, f"email\n{rows}")
    path = f"/v3/REST/batchjob/{job['ID']}"

    async def half_done():
        return (await client.get(path)).json()["Data"][0]["Current"] >= 100

    await until(half_done, "the middle of the import")
    answer = await client.put(path, json={"Status": "Abort"})
    assert answer.status_code == 200
    [cancelled] = answer.json()["Data"]
    assert cancelled["Status"] == "Abort"
    assert 100 <= cancelled["Current"] < 20_000
    assert cancelled["JobEnd"] > 0
    assert (await client.put(path, json={"Status": "Abort"})).status_code == 304
    # Another job begins where the cancelled one let go, and afterwards nothing of that came.
    other = await an_import(client, news, "email\nlast@example.org\n")
    await polled(client, f"/v3/REST/csvimport/{other['ID']}")
    total = (await client.get("/v3/REST/contact", params={"countOnly": 1})).json()["Total"]
    assert total == cancelled["Current"] + 1
    [own] = (await client.get(f"/v3/REST/contactslist/{news}")).json()["Data"]
    assert own["SubscriberCount"] == total


async def test_only_the_documented_changes_of_a_job_are_taken(client):
    news = await a_list(client)
    job = await an_import(client, news, "email\n")
    answer = await client.put(f"/v3/REST/csvimport/{job['ID']}", json={"Status": "Aborted"})
    assert (answer.status_code, answer.json()["ErrorMessage"]) == (
        400,
        'Invalid value for Status: "Aborted". Status can only be set to Upload',
    )
    assert (await client.put(f"/v3/REST/csvimport/{job['ID']}", json={"Status": "Upload"})).status_code == 304
    answer = await client.put(f"/v3/REST/csvimport/{job['ID']}", json={"ErrTreshold": 5})
    assert answer.json()["Data"][0]["ErrTreshold"] == 5
    answer = await client.put(f"/v3/REST/batchjob/{job['ID']}", json={"Status": "Completed"})
    assert answer.status_code == 400
    answer = await client.put(f"/v3/REST/batchjob/{job['ID']}", json={"Method": "unsub"})
    assert answer.status_code == 401


async def test_a_batchjob_may_ask_for_an_import_and_for_nothing_else(client, working):
    news = await a_list(client)
    data_id = await uploaded(client, news, "email\nann@example.org\n")
    body = {
        "JobType": "Contact list import csv",
        "DataID": data_id,
        "RefId": news,
        "Method": "addforce",
        "APIKeyALT": "key-of-ann",
        "Status": "Upload",
    }
    answer = await client.post("/v3/REST/batchjob", json=body)
    assert answer.status_code == 201, answer.text
    [made] = answer.json()["Data"]
    assert made.keys() == {
        *("AliveAt", "APIKeyID", "Blocksize", "Count", "Current", "DataID", "Errcount", "ErrTreshold", "ID"),
        *("JobEnd", "JobStart", "JobType", "Method", "RefId", "RequestAt", "Status", "Throttle"),
    }
    row, _ = await polled(client, f"/v3/REST/batchjob/{made['ID']}")
    assert (row["Count"], row["Current"], row["RefId"], row["Throttle"]) == (1, 1, news, 0)
    assert row["JobEnd"] >= row["JobStart"] > 0
    answer = await client.post("/v3/REST/batchjob", json=body | {"JobType": "Send newsletter"})
    assert (answer.status_code, answer.json()["ErrorMessage"]) == (
        400,
        "You are not allowed to post jobs for this AKID",
    )
    listed = await client.get("/v3/REST/batchjob", params={"RefID": news, "Status": "Completed"})
    assert [each["ID"] for each in listed.json()["Data"]] == [made["ID"]]
    assert (await client.get("/v3/REST/batchjob", params={"MaxJobEnd": 1})).json()["Total"] == 0


async def test_a_list_is_copied(client, working):
    news, shop = await a_list(client), await a_list(client, "shop")
    job = await an_import(client, shop, "email\nann@example.org\n")
    await polled(client, f"/v3/REST/csvimport/{job['ID']}")
    path = f"/v3/REST/contactslist/{news}/importlist"
    answer = await client.post(path, json={"Action": "addforce", "ListID": shop})
    assert answer.status_code == 201, answer.text
    row, _ = await polled(client, f"{path}/{answer.json()['Data'][0]['JobID']}")
    assert (row["Status"], row["Action"], row["ListID"], row["Count"]) == ("Completed", "addforce", shop, 1)
    assert await addresses_on(client, news) == ["ann@example.org"]
    answer = await client.post(path, json={"Action": "addforce", "ListID": news})
    assert answer.status_code == 400
    answer = await client.post(path, json={"Action": "remove", "ListID": shop})
    assert answer.status_code == 400


async def test_while_the_disk_is_nearly_full_an_upload_is_put_off(client, door):
    list_id = await a_list(client)
    door.accept_fault = StoreFullError("The disk is nearly full.")
    answer = await client.post(
        f"/v3/DATA/contactslist/{list_id}/CSVData/text:plain", content=b"email\na@b.org\n"
    )
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    door.accept_fault = None
    await uploaded(client, list_id, "email\na@b.org\n")
