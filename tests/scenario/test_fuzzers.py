"""Each fuzzer finds nothing in some seconds; ``make fuzz`` runs one for as long as one likes."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.package import PACKAGE_PATH

ROOT = Path(__file__).parents[2]
INPUTS = {
    ("csv", "files"): 60,
    ("http-head", "requests"): 60,
    ("json", "bodies"): 3_000,
    ("mime", "mails"): 2_000,
    ("segment", "expressions"): 3_000,
    ("smtp", "sessions"): 200,
    ("template", "templates"): 300,
}
SEED = 777


def fuzz(*words):
    environment = {"PYTHONPATH": f"{PACKAGE_PATH}{os.pathsep}{ROOT / 'tests'}", "PATH": os.environ["PATH"]}
    return subprocess.run(
        [sys.executable, "-m", "fuzz", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("name", "noun"), INPUTS)
def test_a_fuzzer_finds_nothing_and_is_repeatable(name, noun):
    number = INPUTS[name, noun]
    done = fuzz(name, "--seed", str(SEED), "--seconds", "60", f"--{noun}", str(number))
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    assert f"seed {SEED}: {number} {noun}, 0 crashes" in done.stdout


def test_a_name_that_is_none_is_told():
    done = fuzz("none")
    assert done.returncode == 2
    assert re.match("Name one of smtp, http-head, mime, json, csv, segment, template", done.stderr)


CRASHING = """
import sys, time
sys.path.insert(0, "fuzz")
import loop
loop.MAX_INPUT_SECONDS = 0.2
loop.MAX_GROWTH_BYTES = 4 * 1024 * 1024
loop.MIN_INPUTS_FOR_GROWTH = 10
kept = []

class Target:
    name, noun = "made_up", "inputs"

    def make(self, rng):
        return b"x"

    def test(self, rng, given):
        if sys.argv[1] == "crash":
            raise ValueError("found")
        if sys.argv[1] == "hang":
            while True:
                pass
        if sys.argv[1] == "growth":
            kept.append(bytes(range(256)) * 4096)
        return ("fine",)

sys.exit(1 if loop.fuzz(Target(), 1, 60.0, 40 if sys.argv[1] != "hang" else 2, None) else 0)
"""


@pytest.mark.parametrize(
    ("what", "found"),
    [("crash", "ValueError: found"), ("hang", "an input took more than 0.2 s"), ("growth", "memory has grown"), ("", "0 crashes")],
)  # fmt: skip
def test_a_crash_a_hang_and_growth_are_findings(what, found):
    done = subprocess.run(
        [sys.executable, "-c", CRASHING, what],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found in done.stdout, done.stderr
    assert done.returncode == (1 if what else 0)
