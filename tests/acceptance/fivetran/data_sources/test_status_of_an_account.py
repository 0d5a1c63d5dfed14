"""``python -m constructs_lib status`` against the sandbox: requests, filters, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from data_bodies import fill
from sandbox_server import KEY, SECRET, Sandbox

ENVIRONMENT = {"FIVETRAN_APIKEY": KEY, "FIVETRAN_APISECRET": SECRET}


def status(sandbox: Sandbox, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "constructs_lib", "status", *options],
        env={**os.environ, **ENVIRONMENT, "FIVETRAN_API_URL": sandbox.url, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def breaks(sandbox: Sandbox, identifier: str) -> None:
    with sandbox.store.transaction() as tables:
        record = tables.connection(identifier)
        assert record is not None
        record.setup_state = "broken"
        tables.update(record)


def test_5000_connections_need_5_requests(sandbox: Sandbox) -> None:
    fill(sandbox, 5000)

    done = status(sandbox)

    assert (done.returncode, len(done.stdout.splitlines())) == (0, 5001)
    assert done.stderr == "5000 connections: 5000 incomplete\n"
    assert [entry.path for entry in sandbox.requests()] == ["/v1/connections"] * 5


def test_one_that_is_broken_comes_first_and_is_the_exit_status(sandbox: Sandbox) -> None:
    made = fill(sandbox, 3)
    breaks(sandbox, made[2])

    done = status(sandbox)

    assert done.returncode == 1
    first, task = done.stdout.splitlines()[1:3]
    assert first.split()[:3] == [made[2], "postgres", "broken"]
    assert task.strip() == "Reconnect: A setup test failed."
    assert done.stderr == "3 connections: 1 broken, 2 incomplete\n"


@pytest.mark.parametrize(
    ("options", "number"),
    [
        (["--broken"], 1),
        (["--group", "sandbox_lake"], 1),
        (["--group", "sandbox_lake", "--group", "sandbox_warehouse"], 4),
        (["--service", "postgres"], 3),
        (["--service", "postgres", "--service", "connector_sdk"], 4),
    ],
)
def test_the_filters_leave_what_they_say(sandbox: Sandbox, options: list[str], number: int) -> None:
    breaks(sandbox, fill(sandbox, 3)[0])
    config = {"schema": "four", "package_id": "p"}
    body = {"group_id": "sandbox_lake", "service": "connector_sdk", "config": config}
    sandbox.ask("POST", "/v1/connections", body)

    found = json.loads(status(sandbox, "--json", *options).stdout)

    assert len(found) == number


@pytest.mark.parametrize("filter_", [("--group", "nope"), ("--service", "github")])
def test_a_filter_that_leaves_nothing_is_an_error(
    sandbox: Sandbox, filter_: tuple[str, str]
) -> None:
    fill(sandbox, 2)

    done = status(sandbox, "--json", *filter_)

    words = f"status: no connection has the {' '.join(filter_)}; check the name\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", words)


def test_json_has_the_state_and_all_attributes(sandbox: Sandbox) -> None:
    (made,) = fill(sandbox, 1)

    done = status(sandbox, "--json")

    (found,) = json.loads(done.stdout)
    assert (found["id"], found["state"], found["sync_frequency"]) == (made, "incomplete", 360)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("options", "environ", "words"),
    [
        ((), {"FIVETRAN_APISECRET": ""}, "Credentials for Fivetran are missing"),
        ((), {"FIVETRAN_APISECRET": "wrong-canary"}, "401"),
        ((), {"FIVETRAN_API_URL": "ftp://x"}, "cannot be used"),
        (("--brokn",), {}, "unrecognized arguments: --brokn"),
    ],
)
def test_what_cannot_be_read_is_one_message(
    sandbox: Sandbox, options: tuple[str, ...], environ: dict[str, str], words: str
) -> None:
    done = status(sandbox, *options, **environ)

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert "canary" not in done.stderr


def test_whoever_reads_may_stop(sandbox: Sandbox) -> None:
    fill(sandbox, 2000)

    command = f"{sys.executable} -m constructs_lib status | head -1"
    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, **ENVIRONMENT, "FIVETRAN_API_URL": sandbox.url},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == "2000 connections: 2000 incomplete\n"
