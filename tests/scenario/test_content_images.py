"""Images and labels over a real socket: uploads, their bounds, and the addresses that readers load."""

import gzip

import pytest

from aerogram.base.errors import StoreFullError, UnavailableError
from aerogram.content.images import MAX_IMAGE_BYTES
from aerogram.doors.rest.v1.uploads import MAX_FORM_BYTES, MAX_METADATA_BYTES
from support.content_examples import BOUNDARY, FORM, METADATA, PNG, form, made, uploaded
from support.http_door import ACCOUNT, PUBLIC_URL, a_client
from support.rest_schema import assert_described

DATA = "/v1/data/images"
IMAGES = "/v1/REST/images"
LABELS = "/v1/REST/labels"
GIF = b"GIF89a" + bytes(200)


def local(image, name="ImageUrl"):
    """The path of an image's address."""
    assert image[name].startswith(PUBLIC_URL + "/img/")
    return image[name].removeprefix(PUBLIC_URL)


async def upload(client, **options):
    return await client.post(DATA, content=form(**options), headers=FORM)


def refused(answer, status, code, field=None, constraint=None):
    assert (answer.status_code, answer.json()["ErrorCode"]) == (status, code), answer.text
    told = [(detail["Field"], detail["Constraint"]) for detail in answer.json()["Details"]]
    assert told == ([(field, constraint)] if field else [])


async def test_an_image_is_uploaded_and_shown(client):
    label = await made(client, "labels", {"Name": "Cats", "UsedFor": "image"})
    answer = await upload(client, metadata={"name": "logo", "Status": "OPEN", "LabelIDs": [label["ID"]]})
    assert answer.status_code == 201
    assert_described("POST", DATA, answer)
    [row] = answer.json()["Data"]
    assert row.pop("CreatedAt") == row.pop("UpdatedAt")
    guid = row.pop("ID")
    assert row == {
        "OrganisationID": ACCOUNT,
        "Name": "logo",
        "Status": "open",
        "TargetContent": "image",
        "ImageSize": len(PNG),
        "ThumbnailSize": 0,
        "TotalSize": len(PNG),
        "LabelIDs": [label["ID"]],
        "IsStarred": False,
        "ImageUrl": f"{PUBLIC_URL}/img/{guid}/content",
        "ThumbnailUrl": None,
        "ExpiresAt": None,
    }


async def test_whoever_has_the_address_loads_the_image_and_nothing_else(client, url):
    image = await uploaded(client)
    async with a_client(url, auth=None) as reader:
        answer = await reader.get(local(image))
        assert (answer.status_code, answer.content) == (200, PNG)
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "public, max-age=604800"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "set-cookie" not in answer.headers
        unchanged = await reader.get(local(image), headers={"if-none-match": answer.headers["etag"]})
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        head = await reader.head(local(image))
        assert (head.status_code, head.content) == (200, b"")
        refused_verb = await reader.post(local(image))
        assert (refused_verb.status_code, refused_verb.headers["allow"]) == (405, "GET, HEAD")
        other = f"/img/{image['ID'][:-1]}{'0' if image['ID'][-1] != '0' else '1'}/content"
        for path in (
            other,
            local(image).replace("content", "thumbnail"),
            local(image).removesuffix("/content"),
            local(image) + "/x",
            local(image).replace("content", "blob"),
            "/img/",
            f"/img/{'%00' * 36}/content",
            "/img/%2E%2E/%2E%2E/etc/passwd/content",
        ):
            answer = await reader.get(path)
            assert answer.status_code == 404, path


async def test_a_removed_image_is_not_shown(client):
    image = await uploaded(client)
    assert (await client.delete(f"{DATA}/{image['ID'].upper()}")).status_code == 204
    assert (await client.get(local(image))).status_code == 404
    assert (await client.delete(f"{DATA}/{image['ID']}")).status_code == 404


async def test_a_thumbnail_and_another_file_take_their_places(client):
    image = await uploaded(client)
    body = form(file=GIF, metadata=None)
    answer = await client.put(f"{DATA}/{image['ID']}/thumbnail", content=body, headers=FORM)
    assert answer.status_code == 200
    assert_described("PUT", f"{DATA}/{{image_id}}/{{content_type}}", answer)
    [row] = answer.json()["Data"]
    assert (row["ThumbnailSize"], row["TotalSize"]) == (len(GIF), len(GIF) + len(PNG))
    shown = await client.get(local(row, "ThumbnailUrl"))
    assert (shown.content, shown.headers["content-type"]) == (GIF, "image/gif")
    before = (await client.get(local(row))).headers["etag"]
    answer = await client.put(f"{DATA}/{image['ID']}/Content", content=body, headers=FORM)
    [row] = answer.json()["Data"]
    assert (row["ID"], row["ImageUrl"], row["ImageSize"]) == (image["ID"], image["ImageUrl"], len(GIF))
    shown = await client.get(local(row), headers={"if-none-match": before})
    assert (shown.status_code, shown.content) == (200, GIF)
    refused(
        await client.put(f"{DATA}/{image['ID']}/blob", content=body, headers=FORM),
        400,
        "MJ-0002",
        "content_type",
        "MJC-0007",
    )


async def test_a_locked_image_stays(client):
    image = await uploaded(client, metadata=METADATA | {"Status": "locked"})
    one = f"{IMAGES}/{image['ID']}"
    refused(await client.put(one, json={"Name": "mark"}), 409, "PS-0009")
    body = form(file=GIF, metadata=None)
    refused(await client.put(f"{DATA}/{image['ID']}/content", content=body, headers=FORM), 409, "PS-0009")
    [row] = (await client.put(one, json={"Name": "mark", "Status": "open"})).json()["Data"]
    assert (row["Name"], row["Status"]) == ("mark", "open")
    assert (await client.get(local(image))).content == PNG


@pytest.mark.parametrize(
    ("options", "field", "constraint"),
    [
        ({"file": None}, "file", "MJC-0002"),
        ({"file": b""}, "file", "MJC-0007"),
        ({"file": b"<svg xmlns='http://www.w3.org/2000/svg'/>"}, "file", "MJC-0007"),
        ({"file": b"<html><script>alert(1)</script></html>"}, "file", "MJC-0007"),
        ({"file": b"GIF8"}, "file", "MJC-0007"),
        ({"metadata": {"Status": "open"}}, "Name", "MJC-0002"),
        ({"metadata": {"Name": "x"}}, "Status", "MJC-0002"),
        ({"metadata": {"Name": "x", "Status": "shut"}}, "Status", "MJC-0007"),
        ({"metadata": METADATA | {"LabelIDs": [5]}}, "LabelIDs", "MJC-0007"),
        ({"metadata": METADATA | {"Nonsense": 5}}, "nonsense", "MJC-0008"),
        ({"metadata": b"x" * (MAX_METADATA_BYTES + 1)}, "metadata", "MJC-0004"),
    ],
)
async def test_what_is_wrong_with_an_upload_is_told_and_nothing_stays(
    client, tmp_path, options, field, constraint
):
    refused(await upload(client, **options), 400, "MJ-0002", field, constraint)
    assert (await client.get(IMAGES)).json()["Total"] == 0
    assert [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()] == []


async def test_metadata_must_be_a_json_object_and_the_body_a_form(client):
    refused(await upload(client, metadata=b"{"), 400, "MJ-0001")
    answer = await client.post(DATA, json=METADATA)
    refused(answer, 400, "MJ-0002", "body", "MJC-0008")
    cut = form()[:-20]
    refused(await client.post(DATA, content=cut, headers=FORM), 400, "MJ-0002", "body", "MJC-0008")


async def test_metadata_may_come_behind_the_file_and_a_form_be_compressed(client):
    mark = f"--{BOUNDARY}".encode()
    _, first, second, last = form().split(mark)
    swapped = mark + second + mark + first + mark + last
    body = gzip.compress(swapped)
    answer = await client.post(DATA, content=body, headers=FORM | {"content-encoding": "gzip"})
    assert answer.status_code == 201, answer.text
    mixed = {"content-type": f"multipart/mixed; boundary={BOUNDARY}"}
    assert (await client.post(DATA, content=form(), headers=mixed)).status_code == 201


async def test_an_image_is_no_larger_than_it_may_be(client, tmp_path):
    largest = PNG + bytes(MAX_IMAGE_BYTES - len(PNG))
    image = await uploaded(client, file=largest)
    assert (await client.get(local(image))).content == largest
    refused(await upload(client, file=largest + b"x"), 413, "PS-0007")
    refused(await upload(client, file=PNG + bytes(MAX_FORM_BYTES)), 413, "PS-0007")
    refused(await upload(client, file=b"x" * (MAX_IMAGE_BYTES + 1)), 400, "MJ-0002", "file", "MJC-0007")
    assert len([path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]) == 1


async def test_the_reserve_of_the_disk_is_for_mail(client, door):
    door.accept_fault = StoreFullError("The disk is nearly full.")
    answer = await upload(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    door.accept_fault = None
    assert (await upload(client)).status_code == 201


async def test_readers_are_told_when_the_store_is_away(client, door, monkeypatch):
    image = await uploaded(client)

    async def away(_):
        raise UnavailableError("The store is away.")

    monkeypatch.setattr(door.database, "read", away)
    answer = await client.get(local(image))
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")


async def test_images_are_listed_by_filters_below_either_path(client):
    label = await made(client, "labels", {"Name": "Cats", "UsedFor": "image"})
    first = await uploaded(client, metadata=METADATA | {"IsStarred": True})
    second = await uploaded(client, metadata={"Name": "Mark", "Status": "locked", "LabelIDs": [label["ID"]]})
    for path in (IMAGES, DATA):
        listed = await client.get(f"{path}?Sort=Name")
        assert_described("GET", path, listed)
        assert [row["ID"] for row in listed.json()["Data"]] == [second["ID"], first["ID"]]
        for query, expected in {
            f"ID={first['ID']}": first,
            f"IDs={second['ID']},x": second,
            "IsStarred=true": first,
            "Status=locked": second,
            f"LabelIDs={label['ID']}": second,
            "Name=Mark": second,
            "PartialName=LOG": first,
            "Limit=1&Sort=Name+DESC": first,
        }.items():
            assert [row["ID"] for row in (await client.get(f"{path}?{query}")).json()["Data"]] == [
                expected["ID"]
            ], query
        assert (await client.get(f"{path}/{first['ID']}")).json()["Data"] == [first]
    for guid in ("1", "x" * 36, "%00" * 36, "é"):
        assert (await client.get(f"{IMAGES}/{guid}")).status_code == 404


async def test_labels_are_made_found_changed_and_removed(client):
    sport = await made(client, "labels", {"Name": "Sport", "Color": "#a1B2c3"})
    assert sport == {
        "ID": sport["ID"],
        "OrganisationID": ACCOUNT,
        "Name": "Sport",
        "Color": "#a1B2c3",
        "UsedFor": "resource",
    }
    cats = await made(client, "labels", {"Name": "Cats", "UsedFor": "Image"})
    assert (await client.get(LABELS)).json()["Data"] == [sport]
    for query, expected in {
        "UsedFor=image": [cats],
        "Name=Sport": [sport],
        f"IDs={sport['ID']},{cats['ID']}": [sport],
        "Sort=Name+DESC&Limit=1": [sport],
    }.items():
        assert (await client.get(f"{LABELS}?{query}")).json()["Data"] == expected
    one = f"{LABELS}/{sport['ID']}"
    [row] = (await client.put(one, json={"Color": "#000", "UsedFor": "image"})).json()["Data"]
    assert row == sport | {"Color": "#000"}
    refused(await client.put(one, json={"Name": "Cats"}), 409, "PS-0001")
    refused(await client.post(LABELS, json={"Name": "Cats"}), 409, "PS-0001")
    refused(await client.put(one, json={"Color": "red"}), 400, "MJ-0002", "Color", "MJC-0010")
    refused(
        await client.post(LABELS, json={"Name": "x", "UsedFor": "mail"}),
        400,
        "MJ-0002",
        "UsedFor",
        "MJC-0007",
    )
    refused(await client.get(f"{LABELS}?UsedFor=mail"), 400, "MJ-0001")
    template = await made(client, "templates", {"Name": "Welcome", "LabelIDs": [sport["ID"]]})
    assert (await client.delete(one)).status_code == 204
    [row] = (await client.get(f"/v1/REST/templates/{template['ID']}")).json()["Data"]
    assert row["LabelIDs"] == []
