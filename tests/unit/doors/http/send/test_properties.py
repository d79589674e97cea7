"""The tables of properties: every row is complete, and what is derived from the rows agrees with them."""

import inspect
import json

import jsonschema_rs
import pytest

from aerogram.doors.http.openapi import description
from aerogram.doors.http.send.shared.errors import CODES
from aerogram.doors.http.send.shared.findings import Findings
from aerogram.doors.http.send.shared.parsed_message import ParsedMessage
from aerogram.doors.http.send.v3 import properties as v3
from aerogram.doors.http.send.v31 import properties as v31
from aerogram.doors.http.send.v31.call import read_call
from aerogram.model.request import RequestedOptions
from aerogram.wire.mime.parts import Parts
from support import v31_errors
from support.calls import a_call, a_message

TABLES = {"v3": v3.MESSAGE, "v3.1": v31.MESSAGE}
ROWS = [
    pytest.param(row, id=f"{version} {row.name}")
    for version, table in TABLES.items()
    for row in table.rows.values()
]
FIELDS = {*Parts.__struct_fields__, *ParsedMessage.__struct_fields__, *RequestedOptions.__struct_fields__}
OF_A_VERSION = {"bcc", "from_name", "individuals", "replies", "template", "contacts_list_id", "tag"}
"""What a version makes fields of, and the two properties that are accepted and have no use here."""

BOX, FILE = {"Email": "ann@example.net"}, {"ContentType": "text/plain", "Content-type": "text/plain"}
DEEP = json.loads("[" * 60 + "]" * 60)
VALUES = [
    *(0, 1, 7, 1.5, True, "", "a", "a@example.com", "a@example.com, b@example.com", "a@", "a\nb", "a\0b"),
    "x" * 1_000,
    ", ".join(["a@example.com"] * 51),
    *([], [1], [BOX] * 51, [FILE] * 51, [{}], [{"Email": ""}], [{"Email": 1}], [{"Email": "x"}]),
    *([BOX | {"Name": "a\nb"}], [BOX | {"Name": 1}], [BOX | {"Vars": 1}], [BOX | {"Vars": {"a": None}}]),
    *([BOX | {"Vars": {str(n): n for n in range(1_001)}}], [BOX | {"Vars": {"a": DEEP}}]),
    *({}, BOX, {"Email": ""}, {"Email": 1}, {"Email": "x"}, BOX | {"Name": "a\nb"}, {"a": None}, {"a": DEEP}),
    *({"Subject-Of": "x"}, {"X-A": "a\nb"}, {"X-A": True}, {"Bcc": "x"}, {str(n): "n" for n in range(1_001)}),
    *([FILE | {"Filename": name, "Base64Content": data, "content": data}] for name in ("", "a\nb", "a", 1)
      for data in ("", "!", "YQ==")),
]  # fmt: skip


def codes_of(row, value):
    findings = Findings({})
    row.type.parser(row.name, value, findings)
    return {error.code for error in findings.errors}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_complete(row):
    assert row.field in FIELDS | OF_A_VERSION
    assert callable(row.type.parser)
    assert callable(row.type.merge)
    assert row.type.errors
    jsonschema_rs.validator_for(row.type.schema | row.schema)
    assert (row.type.schema | row.schema)["type"]


@pytest.mark.parametrize("row", ROWS)
def test_the_errors_of_a_row_are_documented(row):
    assert row.all_errors <= set(CODES)
    assert len(row.type.errors) == len(set(row.type.errors))


@pytest.mark.parametrize("row", ROWS)
def test_a_parser_notes_the_errors_of_its_type_and_no_others(row):
    assert set().union(*(codes_of(row, value) for value in VALUES)) == set(row.type.errors)


@pytest.mark.parametrize(("properties", "of_call", "expected"), v31_errors.OF_A_MESSAGE)
def test_an_error_of_a_message_is_one_of_the_properties_that_it_names(properties, of_call, expected):
    (parsed,) = read_call(a_call(a_message(**properties), **of_call)).parsed_messages({})
    for error in parsed.errors:
        named = {path.partition("[")[0].partition(".")[0] for path in error.related} & set(v31.MESSAGE.rows)
        assert named or error.code == "send-0001"
        for name in named:
            assert error.code in v31.MESSAGE.rows[name].all_errors


def test_every_code_of_a_message_is_in_the_table():
    noted = {each["ErrorCode"] for _, _, expected in v31_errors.OF_A_MESSAGE for each in expected}
    assert noted <= set().union(*(row.all_errors for row in v31.MESSAGE.rows.values()))


@pytest.mark.parametrize("version", sorted(TABLES))
def test_fields_and_names_are_unique(version):
    rows = list(TABLES[version].rows.values())
    assert len({row.field for row in rows}) == len({row.name.lower() for row in rows}) == len(rows)


def test_a_property_that_is_no_option_of_globals_is_to_alone():
    assert [row.name for row in v31.MESSAGE.rows.values() if not row.in_globals] == ["To"]


@pytest.mark.parametrize("row", ROWS)
def test_a_name_is_read_in_any_case(row):
    table = v31.MESSAGE if v31.MESSAGE.rows.get(row.name) is row else v3.MESSAGE
    assert table.names.spelled({row.name.upper(): 1}) == {row.name: 1}


def schema_of(path):
    paths = description([], [], "https://mail.example.com", "1")["paths"]
    return paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]


def of_table(table, *, without=()):
    return {name: row.type.schema | row.schema for name, row in table.rows.items() if name not in without}


def test_the_openapi_schema_of_v31_is_the_table():
    properties = schema_of("/v3.1/send")["properties"]
    assert properties["Messages"]["items"]["properties"] == of_table(v31.MESSAGE)
    assert properties["Globals"]["properties"] == of_table(v31.MESSAGE, without=("To",))


@pytest.mark.parametrize("path", ["/v3/send", "/v3/send/message"])
def test_the_openapi_schema_of_v3_is_the_table(path):
    one, bulk = schema_of(path)["anyOf"]
    assert one["properties"] == of_table(v3.MESSAGE)
    assert bulk["properties"]["Messages"]["items"] == one


@pytest.mark.parametrize(
    ("name", "default", "value", "merged"),
    [
        ("Subject", "a", "b", "b"),
        ("Cc", [1], [2], [1, 2]),
        ("Attachments", [1], "no array", "no array"),
        ("Variables", {"a": 1, "b": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ("Headers", {"X-Tag": "a", "X-B": "b"}, {"x-tag": "c"}, {"X-B": "b", "x-tag": "c"}),
        ("From", {"email": "a@b.c", "Name": "A"}, {"Name": None}, {"Email": "a@b.c", "Name": "A"}),
        ("From", "no object", {"Name": "A"}, "no object"),
        ("Priority", 1, 3, 3),
    ],
)
def test_a_property_merges_by_the_rule_of_its_type(name, default, value, merged):
    assert v31.MESSAGE.merged({name: default}, {name: value}) == {name: merged}
    assert v31.MESSAGE.merged({name: default}, {name: None}) == {name: default}
    assert v31.MESSAGE.merged({}, {name: value}) == {name: value}


def test_parsers_take_a_path_a_value_and_the_findings():
    for table in TABLES.values():
        for row in table.rows.values():
            names = [
                name
                for name, parameter in inspect.signature(row.type.parser).parameters.items()
                if parameter.default is parameter.empty and parameter.kind is not parameter.KEYWORD_ONLY
            ]
            assert names == ["path", "value", "findings"]
