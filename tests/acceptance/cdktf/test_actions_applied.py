"""Actions that constructs describe, from Python to the requests of an apply."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
import requests
from cdktf_project import Machine, Result, cdk_project, synthesise
from toolkits import TOOLKITS, Toolkit

from constructs_lib.sandbox import SandboxAdapter, Store

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

MAIN = """
import os
from cdktf import App, TerraformStack
from constructs_lib import (ActionTrigger, Connection, ConnectionPauseAction,
    ConnectionSyncAction, ConnectionTestAction, FivetranProvider, Lifecycle)

host, found = os.environ["DEMO_HOST"], os.environ.get("DEMO_FOUND")
event = os.environ.get("DEMO_EVENT", "after_update")
app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="sandbox:sandbox.sqlite3")
stack.add_override("terraform.required_version", "< 2.0")
common = {"group_id": "sandbox_warehouse", "service": "postgres"}
orders = Connection(stack, "orders", **common, run_setup_tests=False,
    config={"schema_prefix": "orders", "host": host})
test = ConnectionTestAction(stack, "test", connection=orders)
sync = ConnectionSyncAction(stack, "sync", connection=orders, wait=True)
orders.lifecycle = Lifecycle(action_triggers=[
    ActionTrigger(events=[event], actions=[test, sync],
        condition='${fivetranops_connection.orders.service == "postgres"}'),
])
many = ConnectionSyncAction(stack, "many", connection_id="${each.value}",
    for_each={"eu": orders.id})
Connection(stack, "other", **common, paused=True, config={"schema_prefix": "other",
    "host": "a.example.com"}, lifecycle={"action_triggers": [
        {"events": ["before_update"], "actions": [many.at("eu")], "condition": False}]})
ConnectionPauseAction(stack, "pause", connection=orders, paused=True)
if found:
    Connection(stack, "found", group_id="sandbox_warehouse", service="github",
        config={"schema": "found"}, import_identity={"id": found})
app.synth()
"""
_WITHOUT_ID = re.compile("(?<=^/v1/connections)/[^/]+")
CREATION, CHANGE = ("POST", "/v1/connections"), ("PATCH", "/v1/connections")
TEST, SYNC = ("POST", "/v1/connections/test"), ("POST", "/v1/connections/sync")
NO_CHANGES = "No changes. Your infrastructure matches the configuration."


class Project:
    """A project whose stack has actions, and the account that it is deployed to."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine, self.folder = machine, cdk_project(folder, MAIN)
        self.command: tuple[str, ...] = ()
        """What synthesises; the app itself if it is empty."""
        self.database = folder / "sandbox.sqlite3"
        self.stack = folder / "cdktf.out" / "stacks" / "demo"
        with Store(self.database) as store:
            store.configure(sync_seconds=1)

    def synthesise(self, host: str = "a.example.com", **environ: str) -> None:
        environ = {"DEMO_HOST": host, **environ}
        if self.command:
            self.machine.succeed(self.folder, *self.command, **environ)
        else:
            synthesise(self.machine, self.folder, **environ)

    def synthesise_as_hcl(self, toolkit: Toolkit) -> None:
        """Lets the command line of a CDK synthesise from now on."""
        path = os.pathsep.join([*map(str, toolkit.tools), self.machine.environ["PATH"]])
        self.command = ("env", f"PATH={path}", toolkit.name, "synth", "--hcl")
        main, settings = self.folder / "main.py", self.folder / "cdktf.json"
        main.write_text(MAIN.replace("from cdktf import", f"from {toolkit.name} import"))
        settings.write_text(settings.read_text().replace(sys.executable, str(toolkit.python)))

    def terraform(self, *arguments: str) -> Result:
        return self.machine.run(self.stack, "terraform", *arguments, "-no-color")

    def apply(self, *arguments: str) -> str:
        return self.machine.succeed(
            self.stack, "terraform", "apply", "-auto-approve", "-no-color", *arguments
        )

    def deploy(self, **environ: str) -> str:
        """Deploys for the first time."""
        self.synthesise(**environ)
        self.machine.succeed(self.stack, "terraform", "init", "-input=false")
        return self.apply()

    def writes(self, since: int = 0) -> list[tuple[str, str]]:
        """The writes after so many: their methods, and their paths without the identifier."""
        with Store(self.database) as store:
            entries = [entry for entry in store.journal(0) if entry.writes][since:]
        return [(each.method, _WITHOUT_ID.sub("", each.path)) for each in entries]


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Project:
    return Project(machine, tmp_path / "project")


@pytest.fixture
def deployed(project: Project) -> Project:
    project.deploy()
    assert project.writes() == [CREATION, CREATION]
    return project


def made_by_hand(database: Path) -> str:
    body = {"group_id": "sandbox_warehouse", "service": "github", "config": {"schema": "found"}}
    with requests.Session() as session:
        session.mount("sandbox://", SandboxAdapter(database))
        session.auth = ("sandbox", "sandbox")
        answer = session.post("sandbox://local/v1/connections", json=body, timeout=10)
    identifier: str = answer.json()["data"]["id"]
    return identifier


@pytest.mark.newest_terraform
def test_an_update_is_tested_and_then_synced(deployed: Project) -> None:
    # Given a stack whose connection is tested and synced after each change
    before = len(deployed.writes())
    # When its host changes
    deployed.synthesise("b.example.com")
    output = deployed.apply()
    # Then the tests run, and then the sync, which is followed to its end
    assert deployed.writes(before) == [CHANGE, TEST, SYNC]
    assert "Running the setup tests of connection" in output
    assert "succeeded at" in output
    # And nothing is left to do
    assert NO_CHANGES in deployed.terraform("plan").output
    # And an action can be invoked by itself
    paused = deployed.apply("-invoke=action.fivetranops_connection_pause.pause")
    assert "Action complete: action.fivetranops_connection_pause.pause" in paused
    assert deployed.writes(before) == [CHANGE, TEST, SYNC, CHANGE]


@pytest.mark.newest_terraform
def test_a_failing_test_ends_before_the_sync(deployed: Project) -> None:
    before = len(deployed.writes())
    deployed.synthesise("db.invalid")

    result = deployed.terraform("apply", "-auto-approve")

    assert result.status == 1
    assert "did not pass" in result.output
    assert deployed.writes(before) == [CHANGE, TEST]


@pytest.mark.newest_terraform
def test_what_exists_is_taken_over_by_its_identity(project: Project) -> None:
    found = made_by_hand(project.database)

    output = project.deploy(DEMO_FOUND=found)

    assert "1 imported, 2 added" in output
    assert project.writes() == [CREATION] * 3


def check_created_and_tested(project: Project) -> None:
    """Two connections are created at once; one of them is then tested, and synced."""
    found = project.writes()
    assert sorted(found) == sorted([CREATION, CREATION, TEST, SYNC])
    assert [each for each in found if each != CREATION] == [TEST, SYNC]


@pytest.mark.newest_terraform
@pytest.mark.parametrize("toolkit", TOOLKITS, ids=lambda toolkit: toolkit.name)
def test_a_synth_as_hcl_triggers_the_same(project: Project, toolkit: Toolkit) -> None:
    project.synthesise_as_hcl(toolkit)

    project.deploy(DEMO_EVENT="after_create")

    assert (project.stack / "cdk.tf").exists()
    check_created_and_tested(project)


@pytest.mark.newest_terraform
def test_the_command_line_of_the_cdk_deploys_actions(project: Project) -> None:
    event = {"DEMO_HOST": "a.example.com", "DEMO_EVENT": "after_create"}

    output = project.machine.succeed(
        project.folder, "cdktf", "deploy", "--auto-approve", CI="1", **event
    )

    assert "Actions: 2 to invoke" in output
    assert "Action complete: action.fivetranops_connection_sync.sync" in output
    check_created_and_tested(project)


def test_an_older_terraform_says_only_that_it_is_older(project: Project) -> None:
    project.synthesise()
    shown = project.machine.succeed(project.folder, "terraform", "version", "-json")
    version = tuple(map(int, json.loads(shown)["terraform_version"].split(".")[:2]))
    is_older = version < (1, 14)

    result = project.terraform("init", "-input=false")

    assert result.status == is_older
    assert result.output.count("Error:") == is_older
    assert result.output.count("Error: Unsupported Terraform Core version") == is_older
