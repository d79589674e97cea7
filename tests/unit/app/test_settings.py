"""Settings: one declaration each, three sources, and errors an operator can act on."""

from __future__ import annotations

import contextlib
import ipaddress
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.app.settings.settings import DECLARATIONS, DEFAULT_RATE_LIMIT, Settings
from aerogram.app.settings.sources import load
from aerogram.app.settings.values import HostPort
from aerogram.base.clock import DAY, HOUR, MINUTE
from aerogram.base.errors import SettingsError
from aerogram.delivery.routing.route import Hop
from support.package import PACKAGE_PATH


def loaded(tmp_path, flags=None, environ=None, file=None) -> Settings:
    if file is not None:
        (tmp_path / "aerogram.toml").write_text(file, encoding="utf-8")
    return load(flags or {}, environ or {}, tmp_path)


def errors_of(tmp_path, **sources) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        loaded(tmp_path, **sources)
    return str(refused.value).splitlines()


def test_the_defaults_listen_on_loopback_and_capture(tmp_path):
    settings = loaded(tmp_path)
    assert settings == Settings()
    assert settings.http == HostPort("127.0.0.1", 8025)
    assert settings.smtp == (HostPort("127.0.0.1", 1025),)
    assert (settings.https, settings.smtps) == (None, ())
    assert settings.deliver == "capture"
    assert settings.data == Path("aerogram-data")
    assert settings.public_url == "http://127.0.0.1:8025"
    assert settings.expire_after == 5 * DAY
    assert settings.retry_schedule[0] == 5 * MINUTE
    assert settings.max_message_bytes == 15 * 2**20
    assert settings.dkim
    assert not settings.auth_in_clear


def test_a_flag_wins_over_the_environment_and_that_over_the_file(tmp_path):
    file = 'hostname = "file.example"\nlog_level = "error"\nrole = "edge"\n'
    environ = {"AEROGRAM_HOSTNAME": "environment.example", "AEROGRAM_LOG_LEVEL": "debug"}
    settings = loaded(tmp_path, {"hostname": "flag.example"}, environ, file)
    assert (settings.hostname, settings.log_level, settings.role) == ("flag.example", "debug", "edge")


def test_the_file_may_be_named_by_flag_or_variable(tmp_path):
    named = tmp_path / "other.toml"
    named.write_text('role = "delivery"', encoding="utf-8")
    assert loaded(tmp_path, {"config": str(named)}, file='role = "edge"').role == "delivery"
    assert loaded(tmp_path, environ={"AEROGRAM_CONFIG": str(named)}, file='role = "edge"').role == "delivery"


def test_a_named_file_that_does_not_exist_is_an_error(tmp_path):
    assert errors_of(tmp_path, flags={"config": "absent.toml"}) == [
        "--config: there is no file 'absent.toml'"
    ]


def test_the_file_takes_native_values_and_lists(tmp_path):
    settings = loaded(
        tmp_path,
        file='smtp = ["127.0.0.1:2525", "[::1]:2525"]\ndkim = false\nconnections_per_destination = 3\n',
    )
    assert settings.smtp == (HostPort("127.0.0.1", 2525), HostPort("::1", 2525))
    assert settings.dkim is False
    assert settings.connections_per_destination == 3


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("http", "[::1]:8025", HostPort("::1", 8025)),
        ("https", "none", None),
        ("smtp", "none", ()),
        ("smtps", "0.0.0.0:465, [::]:465", (HostPort("0.0.0.0", 465), HostPort("::", 465))),
        ("database_url", "postgresql://u:p@db:5432/x", "postgresql://u:p@db:5432/x"),
        ("database_url", "postgresql://u@/x?host=/run/postgresql", "postgresql://u@/x?host=/run/postgresql"),
        (
            "routes",
            "Example.org=10.0.0.5:25,*=[fd00::1]:26",
            (
                ("example.org", Hop("10.0.0.5", 25)),
                ("*", Hop("fd00::1", 26)),
            ),
        ),
        (
            "trusted_networks",
            "10.1.2.3/24,::1",
            (
                ipaddress.ip_network("10.1.2.0/24"),
                ipaddress.ip_network("::1/128"),
            ),
        ),
        ("trusted_senders", "News@Example.org,@example.com", ("news@example.org", "*@example.com")),
        ("expire_after", "90m", 90 * MINUTE),
        ("retry_schedule", "30s,5m,1h,1d", (30_000, 5 * MINUTE, HOUR, DAY)),
        ("max_message_bytes", "1500kB", 1_500_000),
        ("max_message_bytes", "2 MiB", 2 * 2**20),
        ("max_message_bytes", "4096", 4096),
        ("dkim", "off", False),
        ("allow_private_callbacks", "1", True),
        ("rate_limit", "600", 600),
        ("rate_limit", "none", None),
        ("deliver", "Direct", "direct"),
    ],
)
def test_a_value_is_read_as_its_kind(tmp_path, name, text, value):
    assert getattr(loaded(tmp_path, {name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("http", "8025", "'8025' is not host:port, as 127.0.0.1:8025 or [::1]:8025"),
        ("http", "::1:8025", "'::1:8025' is not host:port"),
        ("http", "localhost:65536", "is not host:port"),
        ("http", "localhost:٣", "is not host:port"),
        ("smtp", "127.0.0.1:25,nonsense", "is not a comma-separated list of host:port"),
        ("routes", "example.org", "'example.org' must have the form domain=host:port"),
        ("trusted_networks", "10.0.0.0/33", "is not a comma-separated list of networks"),
        ("trusted_senders", "example.org", "is not a comma-separated list of addresses and @domains"),
        ("expire_after", "5", "is not a duration, as 30s, 5m, 1h or 5d"),
        ("expire_after", "0s", "is not a duration"),
        ("retry_schedule", "5m,soon", "is not a comma-separated list of durations"),
        ("max_message_bytes", "15 elephants", "is not a size, as 500kB, 15MiB or 2GiB"),
        ("connections_per_destination", "0", "is not a whole number from 1 to 1000"),
        ("dkim", "perhaps", "is not true or false"),
        ("deliver", "carrier pigeon", "is not one of capture, direct, relay"),
        ("public_url", "mail.example.org", "is not an http:// or https:// URL"),
        ("hostname", "mail example", "is not a host name"),
        ("api_key", "with:colon", "printable ASCII characters without blank and colon"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(tmp_path, name, text, says):
    (line,) = errors_of(tmp_path, flags={name: text})
    assert line.startswith(f"--{name.replace('_', '-')}: ")
    assert says in line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("secret_key", "hunter two"),
        ("database_url", "mysql://me:hunter2@db/x"),
        ("database_url", "mysql://me:hunter2@/x?host=/run/mysql"),
        ("database_url", "postgresql://me:hunter2@/x"),
        ("master_key", "hunter2"),
    ],
)
def test_a_wrong_secret_is_not_repeated(tmp_path, name, text):
    (line,) = errors_of(tmp_path, flags={name: text})
    assert "hunter" not in line
    assert "not shown" in line


def test_a_wrong_relay_url_is_told_without_its_password(tmp_path):
    (line,) = errors_of(tmp_path, flags={"relay_url": "http://me:hunter2@relay"})
    assert line == "--relay-url: it must begin with smtp:// or smtps://"


def test_all_errors_are_told_at_once_each_with_its_source(tmp_path):
    lines = errors_of(
        tmp_path,
        flags={"http": "x"},
        environ={"AEROGRAM_DKIM": "perhaps"},
        file='role = "boss"\nretry_shedule = "5m"\nsmtp = [["x"]]\n',
    )
    file = tmp_path / "aerogram.toml"
    assert sorted(lines) == sorted(
        [
            "--http: 'x' is not host:port, as 127.0.0.1:8025 or [::1]:8025",
            "AEROGRAM_DKIM: 'perhaps' is not true or false",
            f"{file}, role: 'boss' is not one of all, edge, delivery, background",
            f"{file}, retry_shedule: there is no such setting; did you mean retry_schedule?",
            f"{file}, smtp: must be a text, a number, true or false, or a list of them",
        ]
    )


def test_an_unknown_variable_is_an_error_with_a_suggestion(tmp_path):
    assert errors_of(tmp_path, environ={"AEROGRAM_HOST_NAME": "x"}) == [
        "AEROGRAM_HOST_NAME: there is no such setting; did you mean AEROGRAM_HOSTNAME?"
    ]


@pytest.mark.parametrize(
    "variable",
    ["AEROGRAM_PORT", "AEROGRAM_SERVICE_HOST", "AEROGRAM_SERVICE_PORT_SMTP", "AEROGRAM_PORT_8025_TCP_ADDR"],
)
def test_the_service_links_of_kubernetes_and_docker_are_not_ours(tmp_path, variable):
    assert loaded(tmp_path, environ={variable: "tcp://10.0.0.1:8025"}) == Settings()


def test_an_empty_variable_leaves_the_setting_out(tmp_path):
    assert loaded(tmp_path, environ={"AEROGRAM_HOSTNAME": ""}).hostname == "localhost"


def test_a_file_that_is_no_toml_is_told_with_its_line(tmp_path):
    (line,) = errors_of(tmp_path, file="role = \n")
    assert "aerogram.toml: cannot be read:" in line
    assert "line 1" in line


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ({"tls_cert": "a.pem"}, "tls_cert and tls_key must be set together"),
        ({"secret_key": "x"}, "api_key and secret_key must be set together"),
        ({"deliver": "relay"}, "deliver = relay requires relay_url, such as smtp://user:password@host:587"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(tmp_path, flags, says):
    assert errors_of(tmp_path, flags=flags) == [says]


def test_the_rate_limit_follows_the_mode(tmp_path):
    assert loaded(tmp_path).rate_limit is None
    assert loaded(tmp_path, {"deliver": "direct"}).rate_limit == DEFAULT_RATE_LIMIT
    assert loaded(tmp_path, {"deliver": "direct", "rate_limit": "none"}).rate_limit is None


def test_the_public_url_follows_http_and_names_no_wildcard(tmp_path):
    flags = {"http": "0.0.0.0:8025", "hostname": "mail.example.org"}
    assert loaded(tmp_path, flags).public_url == "http://mail.example.org:8025"
    assert loaded(tmp_path, {"http": "[::1]:80"}).public_url == "http://[::1]:80"


@given(st.sampled_from(sorted(DECLARATIONS)), st.text(max_size=40))
def test_any_text_is_a_value_or_a_settings_error(name, text):
    with contextlib.suppress(SettingsError):
        load({name: text}, {}, Path("/nonexistent"))


@pytest.mark.parametrize("name", sorted(DECLARATIONS))
def test_every_example_is_a_valid_value(name):
    example = DECLARATIONS[name].example
    if name != "master_key":
        DECLARATIONS[name].kind.parse(example)


def test_reading_settings_imports_nothing_heavy():
    code = "import sys, aerogram.app.settings.sources; print(*sys.modules)"
    modules = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": PACKAGE_PATH},
    ).stdout.split()
    assert not {"sqlalchemy", "pydantic", "asyncio", "typer", "cryptography"} & set(modules)
