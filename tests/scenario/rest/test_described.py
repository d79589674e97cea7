"""What ``/openapi.json`` says is so: Schemathesis makes requests from it and checks every answer."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from support.http_door import KEY, SECRET
from support.rest_schema import described

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
REQUESTS = 400
"""In all, right ones and wrong ones; they are the same each time."""
LEAST = 3
"""Requests to each verb of each path, however many there are."""
CONFIG = """\
# A null in the variables of a mail is answered 500, as Mailjet does, and described so.
[[operations]]
include-path-regex = "^/v3/send"
checks.not_a_server_error.enabled = false
"""


# PostgreSQL is the engine that refuses what does not fit.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_answers_are_those_that_the_description_gives(url, tmp_path):
    document = tmp_path / "openapi.json"
    document.write_text(json.dumps(described() | {"servers": [{"url": url}]}))
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    operations = sum(len(path.keys() - {"parameters"}) for path in described()["paths"].values())
    requests = max(REQUESTS // operations, LEAST)
    process = await asyncio.create_subprocess_exec(
        *(str(Path(sys.executable).with_name("schemathesis")), "run", str(document)),
        *("--url", url, "--auth", f"{KEY}:{SECRET}", "--checks", ",".join(CHECKS)),
        *("--phases", "fuzzing", "--max-examples", str(requests), "--seed", "1", "--no-shrink"),
        *("--continue-on-failure", "--no-color", "--output-truncate", "false", "--warnings", "off"),
        *("--suppress-health-check", "all", "--generation-database", "none"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=tmp_path,
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
