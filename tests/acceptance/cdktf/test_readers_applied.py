"""Data sources and connect cards written in Python, deployed by the CDK's command line or by
Terraform alone, where the command line is not what a test is about.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cdktf_project import Machine, cdk_project, synthesise

from constructs_lib.sandbox import Store

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

BEGIN = """
from cdktf import App, TerraformOutput, TerraformStack
from constructs_lib import *

app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="sandbox:sandbox.sqlite3")
orders = Connection(stack, "orders", group_id="sandbox_warehouse", service="connector_sdk",
    config={"schema": "orders", "package_id": "p"})
BACK = "https://example.com/back"
"""
EPHEMERAL = """
card = EphemeralConnectCard(stack, "card", connection=orders, redirect_uri=BACK)
Connection(stack, "sink", group_id="sandbox_warehouse", service="connector_sdk",
    config={"schema": "sink", "package_id": "p"},
    secrets={"secrets_list": [{"key": "uri", "value": card.uri}]})
"""
STORED = 'ConnectCard(stack, "stored", connection=orders, redirect_uri=BACK)\n'
READ = """
ElasticProvider(stack, "elastic", endpoints=["sandbox:elastic.sqlite3"])
wiki = ConnectorData(stack, "wiki", connector_id="sandbox_wiki")
again = ConnectionData(stack, "again", connection_id=orders.id)
named = ConnectionData(stack, "named", group_id="sandbox_warehouse", schema="orders",
    depends_on=[orders])
every = ConnectionsData(stack, "all", service="connector_sdk", depends_on=[orders])
state = ConnectionStateData(stack, "state", connection=named)
cursor = ConnectionState(stack, "cursor", connection=again, state={"a": 1})
told = {"wiki": wiki.status, "again": again.schema, "named": named.id, "ids": every.ids,
    "schemas": "${data.fivetranops_connections.all.connections[*].schema}",
    "state": "${jsonencode(data.fivetranops_connection_state.state.state)}"}
for name, value in told.items():
    TerraformOutput(stack, name + "_told", value=value)
"""
MARKS = (b"connect-card/setup", b"eyJ0eXAiOiJKV1Qi")
"""What every address and every token of the sandbox holds."""


def source(*parts: str) -> str:
    return "".join((BEGIN, *parts, "app.synth()\n"))


def apply(machine: Machine, project: Path) -> None:
    synthesise(machine, project)
    for command in (("init",), ("apply", "-auto-approve")):
        machine.terraform(project, "demo", *command)


def everything_stored(project: Path) -> bytes:
    """All files of a project, the database of the sandbox included; archives unpacked."""
    found = b""
    for path in project.rglob("*"):
        if path.is_file() and not path.is_symlink():
            found += path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    found += b"".join(archive.read(name) for name in archive.namelist())
    return found


def issued(project: Path) -> int:
    with Store(project / "sandbox.sqlite3") as store:
        return sum(entry.path.endswith("/connect-card") for entry in store.journal(0))


def outputs(machine: Machine, project: Path) -> dict[str, Any]:
    printed = machine.terraform(project, "demo", "output", "-json")
    return {name.removesuffix("_told"): one["value"] for name, one in json.loads(printed).items()}


def test_an_ephemeral_card_is_used_and_stored_nowhere(machine: Machine, tmp_path: Path) -> None:
    project = cdk_project(tmp_path / "project", source(EPHEMERAL))
    machine.succeed(project, "cdktf", "deploy", "--auto-approve")
    planned = machine.succeed(project, "cdktf", "diff")

    stored = everything_stored(project)
    assert b"secrets_list" in stored
    assert issued(project) >= 2
    assert not any(mark in stored + planned.encode() for mark in MARKS)

    # The same search finds what a resource stores.
    (project / "main.py").write_text(source(EPHEMERAL, STORED))
    apply(machine, project)
    assert all(mark in everything_stored(project) for mark in MARKS)
    before = issued(project)
    machine.terraform(project, "demo", "destroy", "-auto-approve")
    assert issued(project) >= before


def test_what_is_read_arrives(machine: Machine, tmp_path: Path) -> None:
    project = cdk_project(tmp_path / "project", source(READ))
    apply(machine, project)
    with Store(project / "sandbox.sqlite3") as store:
        before = store.journal(0)[-1].number
        apply(machine, project)
        assert [entry for entry in store.journal(before) if entry.writes] == []

    told = outputs(machine, project)

    assert told == {
        "wiki": "created",
        "again": "orders",
        "named": told["named"],
        "ids": [told["named"]],
        "schemas": ["orders"],
        "state": '{"a":1}',
    }
