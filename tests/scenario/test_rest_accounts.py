"""What an account says of itself, over a real socket and a real store: keys, people, preferences, tokens."""

import re

import pytest

from support.http_door import ACCOUNT, KEY, STRANGER, STRANGERS_KEY, STRANGERS_SECRET, a_client

REST = "/v3/REST"


@pytest.fixture
async def stranger(url):
    """Bob's HTTP client."""
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as connected:
        yield connected


def refused(answer, status, message, info=""):
    assert answer.json() == {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": status}
    assert answer.status_code == status


async def rows_of(client, path):
    answer = await client.get(f"{REST}/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()["Data"]


async def test_the_master_sees_all_keys_and_no_secret(client):
    ann, bob = await rows_of(client, "apikey")
    assert ann == {
        "ACL": "",
        "APIKey": KEY,
        "CreatedAt": "2023-11-14T22:13:20Z",
        "ID": ACCOUNT,
        "IsActive": True,
        "IsMaster": True,
        "Name": "Ann",
        "QuarantineValue": 0,
        "RegionID": 0,
        "Runlevel": "Normal",
        "SecretKey": "",
        "Skipspamd": 0,
        "TrackHost": "mail.example.com",
        "UserID": 31,
    }
    assert (bob["ID"], bob["IsMaster"]) == (STRANGER, False)
    assert await rows_of(client, "apikey?IsMaster=false") == [bob]
    assert await rows_of(client, "apikey?Name=Bob&IsActive=1&User=31") == [bob]
    assert await rows_of(client, "apikey?Sort=Name+DESC") == [bob, ann]
    assert await rows_of(client, f"apikey/{STRANGERS_KEY}") == [bob]


async def test_a_key_of_another_account_does_not_exist_for_others_than_the_master(stranger):
    [own] = await rows_of(stranger, "apikey")
    assert own["ID"] == STRANGER
    for key in (ACCOUNT, KEY):
        refused(await stranger.get(f"{REST}/apikey/{key}"), 404, "Object not found")
        refused(await stranger.put(f"{REST}/apikey/{key}", json={"Name": "x"}), 404, "Object not found")
    refused(await stranger.post(f"{REST}/apikey", json={"Name": "x"}), 403, "Operation not allowed")
    refused(await stranger.put(f"{REST}/apikey/{STRANGER}", json={"Name": "x"}), 403, "Operation not allowed")


async def test_a_new_key_shows_its_secret_once_and_opens_an_account_of_its_own(client, door):
    answer = await client.post(f"{REST}/apikey", json={"Name": "Shop"})
    assert answer.status_code == 201
    [made] = answer.json()["Data"]
    assert re.fullmatch("[0-9a-f]{32}", made["APIKey"])
    assert re.fullmatch("[0-9a-f]{32}", made["SecretKey"])
    assert (made["Name"], made["IsActive"], made["IsMaster"]) == ("Shop", True, False)
    assert await rows_of(client, f"apikey/{made['ID']}") == [made | {"SecretKey": ""}]
    assert await rows_of(client, f"apikey/{made['APIKey']}") == [made | {"SecretKey": ""}]


async def test_a_key_is_renamed_and_deactivated_by_the_master_but_not_the_masters_own(client):
    path = f"{REST}/apikey/{STRANGER}"
    [changed] = (await client.put(path, json={"Name": "Robert", "IsActive": False})).json()["Data"]
    assert (changed["Name"], changed["IsActive"]) == ("Robert", False)
    assert await rows_of(client, f"apikey/{STRANGER}") == [changed]
    assert (await client.put(path, json={"Name": "Robert"})).status_code == 304
    refused(await client.put(path, json={"SecretKey": "x"}), 401, _read_only("SecretKey"))
    master = f"{REST}/apikey/{ACCOUNT}"
    answer = await client.put(master, json={"IsActive": False})
    refused(answer, 400, "The master API key cannot be deactivated")
    assert (await client.delete(path)).status_code == 405


def _read_only(name):
    return f'Internal error: MJ19 Setting a value for property "{name}" is not allowed'


async def test_who_may_open_an_account_are_the_people_of_the_installation(stranger):
    [row] = await rows_of(stranger, "apikeyaccess?Email=Admin@example.com")
    assert row == {
        "AllowedAccess": "",
        "APIKeyID": STRANGER,
        "CreatedAt": "2023-11-14T22:13:20Z",
        "CustomName": "",
        "ID": 31,
        "IsActive": True,
        "LastActivityAt": "",
        "RealUserID": 31,
        "UserID": 31,
    }
    assert await rows_of(stranger, "apikeyaccess/31") == [row]
    assert await rows_of(stranger, f"apikeyaccess?APIKey={ACCOUNT}") == []


async def test_the_accounts_that_can_be_opened_show_their_active_senders(client, stranger):
    ann, bob = await rows_of(client, "apikeyaccessgrantor")
    assert ann == {
        "APIKeyID": ACCOUNT, "IsMaster": True, "IsQuarantined": False, "Name": "Ann", "Senders": "*@example.com",
    }  # fmt: skip
    assert await rows_of(stranger, "apikeyaccessgrantor") == [bob]
    refused(await stranger.get(f"{REST}/apikeyaccessgrantor/{ACCOUNT}"), 404, "Object not found")


async def test_the_user_is_whom_the_first_set_up_made(client, stranger):
    [user] = await rows_of(client, "user")
    assert user == {
        "ACL": "",
        "CreatedAt": "2023-11-14T22:13:20Z",
        "Email": "admin@example.com",
        "FirstIp": "",
        "ID": 31,
        "LastIp": "",
        "LastLoginAt": "",
        "Locale": "en_US",
        "MaxAllowedAPIKeys": 2**31 - 1,
        "Timezone": "etc/UTC",
        "Username": "Undefined",
        "WarnedRatelimitAt": "",
    }
    for path in ("user", "user/31", "user/Admin@example.com"):
        answer = await client.put(f"{REST}/{path}", json={"Locale": "fr_FR", "Username": path})
        assert answer.json()["Data"] == [user | {"Locale": "fr_FR", "Username": path}]
    assert await rows_of(stranger, "user?UserName=user/Admin@example.com") != []
    refused(await client.put(f"{REST}/user", json={"Email": "x@example.com"}), 401, _read_only("Email"))
    refused(await stranger.put(f"{REST}/user", json={"Locale": "de_DE"}), 403, "Operation not allowed")


async def test_a_profile_is_what_the_person_says(client, stranger):
    [empty] = await rows_of(client, "myprofile")
    assert len(empty) == 21
    assert (empty["ID"], empty["UserID"], empty["Firstname"], empty["EstimatedVolume"]) == (31, 31, "", 0)
    told = {"Firstname": "Zoë", "AddressCountry": "FR", "EstimatedVolume": "7000"}
    [changed] = (await client.put(f"{REST}/myprofile", json=told)).json()["Data"]
    assert changed == empty | told | {"EstimatedVolume": 7000}
    assert (await client.put(f"{REST}/myprofile/31", json=told)).status_code == 304
    await client.put(f"{REST}/myprofile", json={"Lastname": "Z"})
    assert await rows_of(stranger, "myprofile/31") == [changed | {"Lastname": "Z"}]
    refused(await stranger.put(f"{REST}/myprofile", json={"Lastname": "X"}), 403, "Operation not allowed")


@pytest.mark.parametrize(
    ("resource", "key", "value", "owner"),
    [
        ("preferences", "Key", "Value", {"UserID": 31}),
        ("apppreferences", "PrefKey", "PrefValue", {"APIKeyID": ACCOUNT}),
    ],
)
async def test_a_preference_is_a_value_for_a_key(client, stranger, resource, key, value, owner):
    path = f"{REST}/{resource}"
    answer = await client.post(path, json={key: "editor.Color", value: "red"})
    assert answer.status_code == 201
    [made] = answer.json()["Data"]
    assert made == {"ID": made["ID"], key: "editor.Color", value: "red"} | owner
    taken = 'value "editor.Color" for Key already exists.'
    assert taken in (await client.post(path, json={key: "editor.Color"})).json()["ErrorMessage"]
    [changed] = (await client.put(f"{path}/{made['ID']}", json={value: "blue"})).json()["Data"]
    assert await rows_of(client, f"{resource}/{made['ID']}") == [changed] == [made | {value: "blue"}]
    for query in (
        "Key=editor.Color",
        "KeyCI=EDITOR.color",
        "KeyLike=r.C",
        "KeyLLikeCI=EDIT",
        "KeyRLike=Color",
    ):
        assert await rows_of(client, f"{resource}?{query}") == [changed], query
    assert await rows_of(client, f"{resource}?KeyRLike=color") == []
    assert await rows_of(stranger, resource) == []
    refused(await stranger.delete(f"{path}/{made['ID']}"), 404, "Object not found")
    assert (await stranger.post(path, json={key: "editor.Color"})).status_code == 201
    assert (await client.delete(f"{path}/{made['ID']}")).status_code == 204
    refused(await client.get(f"{path}/{made['ID']}"), 404, "Object not found")


async def test_the_two_kinds_of_preferences_do_not_meet(client):
    await client.post(f"{REST}/preferences", json={"Key": "color"})
    assert await rows_of(client, "apppreferences") == []
    [row] = await rows_of(client, "preferences/color")
    refused(await client.get(f"{REST}/apppreferences/{row['ID']}"), 404, "Object not found")


async def test_a_token_is_made_up_found_and_taken_away(client, stranger):
    path = f"{REST}/apitoken"
    answer = await client.post(
        path, json={"AllowedAccess": "contacts,stats", "IsActive": "true", "APIKeyALT": KEY}
    )
    assert answer.status_code == 201, answer.text
    [made] = answer.json()["Data"]
    assert re.fullmatch("[0-9a-f]{32}", made["Token"])
    assert (made["APIKeyID"], made["TokenType"], made["ValidFor"]) == (ACCOUNT, "url", 0)
    assert await rows_of(client, f"apitoken/{made['Token']}") == [made]
    assert await rows_of(client, f"apitoken?Token={made['Token']}&IsActive=1&APIKey={ACCOUNT}") == [made]
    [changed] = (await client.put(f"{path}/{made['ID']}", json={"ValidFor": 3600})).json()["Data"]
    assert changed == made | {"ValidFor": 3600}
    refused(await client.put(f"{path}/{made['ID']}", json={"Token": "x"}), 401, _read_only("Token"))
    for key in (made["ID"], made["Token"]):
        refused(await stranger.get(f"{path}/{key}"), 404, "Object not found")
        refused(await stranger.delete(f"{path}/{key}"), 404, "Object not found")
    taken = f'MJ18 A ApiToken resource with value "{made["Token"]}" for Token already exists.'
    refused(await stranger.post(path, json={"Token": made["Token"]}), 400, taken)
    answer = await client.post(path, json={"APIKeyID": STRANGER})
    assert answer.status_code == 400
    assert (await client.delete(f"{path}/{made['Token']}")).status_code == 204
    assert await rows_of(client, "apitoken") == []
