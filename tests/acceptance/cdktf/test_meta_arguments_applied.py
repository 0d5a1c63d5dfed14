"""Terraform's meta-arguments, from Python to an applied state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
from cdktf_project import Machine, Result, cdk_project, machine, synthesise

from constructs_lib.sandbox import JournalEntry, SandboxAdapter, Store

pytestmark = pytest.mark.terraform

MAIN = """
import sys
from cdktf import App, TerraformStack
from constructs_lib import (Connection, ConnectionState, ConnectionSync, ConnectionTest,
    FivetranProvider, Lifecycle)

host, schema = sys.argv[1:]
app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="sandbox:main.sqlite3")
second = FivetranProvider(stack, "second", alias="second", api_url="sandbox:second.sqlite3")
common = {"group_id": "sandbox_warehouse"}
found = Connection(stack, "found", **common, service="github", config={"schema": "found"},
    import_id="@found@", lifecycle={"prevent_destroy": True})
Connection(stack, "elsewhere", **common, service="github", config={"schema": "elsewhere"},
    provider=second, depends_on=[found])
Connection(stack, "ignored", **common, service="postgres",
    config={"schema_prefix": "ignored", "host": host},
    lifecycle=Lifecycle(ignore_changes=["config"]))
Connection(stack, "replaced", **common, service="postgres",
    config={"schema_prefix": schema}, lifecycle={"create_before_destroy": True})
regions = Connection(stack, "regions", **common, service="connector_sdk",
    config={"schema": "${each.value}"}, for_each={"eu": "region_eu", "us": "region_us"})
sdks = Connection(stack, "sdks", **common, service="connector_sdk",
    config={"schema": "sdk_${count.index}"}, count=2)
ConnectionState(stack, "cursors", connection_id="${fivetranops_connection.sdks[count.index].id}",
    state={"page": "${count.index}"}, count=2)
ConnectionState(stack, "eu", connection=regions.at("eu"), state={"page": 7})
ConnectionSync(stack, "anew", connection=found, mode="resync", resync_everything=True, count=0)
of_second = Connection(stack, "of_second", **common, service="connector_sdk", provider=second,
    config={"schema": "of_second"})
ConnectionState(stack, "second_cursor", connection=of_second, state={"page": 9})
ConnectionTest(stack, "second_gate", connection_id=of_second.id)
app.synth()
"""

ADDRESSES = {
    "fivetranops_connection.found",
    "fivetranops_connection.elsewhere",
    "fivetranops_connection.ignored",
    "fivetranops_connection.replaced",
    'fivetranops_connection.regions["eu"]',
    'fivetranops_connection.regions["us"]',
    "fivetranops_connection.sdks[0]",
    "fivetranops_connection.sdks[1]",
    "fivetranops_connection_state.cursors[0]",
    "fivetranops_connection_state.cursors[1]",
    "fivetranops_connection_state.eu",
    "fivetranops_connection.of_second",
    "fivetranops_connection_state.second_cursor",
    "fivetranops_connection_test.second_gate",
}


class Deployed(NamedTuple):
    """A project whose stack is applied, and what was there before."""

    machine: Machine
    project: Path
    found: str
    """Identifier of the connection that was made by hand, and is imported."""

    @property
    def folder(self) -> Path:
        return self.project / "cdktf.out" / "stacks" / "demo"

    def terraform(self, *arguments: str) -> Result:
        return self.machine.run(self.folder, "terraform", *arguments)

    def synthesise(self, host: str = "a.example.com", schema: str = "before") -> None:
        synthesise(self.machine, self.project, host, schema)

    def apply(self, **settings: str) -> None:
        self.synthesise(**settings)
        self.machine.succeed(self.folder, "terraform", "apply", "-auto-approve", "-no-color")

    def journal(self, account: str = "main", since: int = 0) -> list[JournalEntry]:
        with Store(self.project / f"{account}.sqlite3") as store:
            return [entry for entry in store.journal(since) if entry.writes]

    def created(self, account: str) -> list[Any]:
        """The destination schemas of the connections that were created."""
        made = [entry for entry in self.journal(account) if entry.path == "/v1/connections"]
        bodies = [entry.body for entry in made]
        return [
            body["config"].get("schema", body["config"].get("schema_prefix")) for body in bodies
        ]


def made_by_hand(database: Path) -> str:
    with requests.Session() as session:
        session.mount("sandbox://", SandboxAdapter(database))
        body = {"group_id": "sandbox_warehouse", "service": "github", "config": {"schema": "found"}}
        answer = session.post(
            "sandbox://local/v1/connections", json=body, auth=("sandbox", "sandbox"), timeout=10
        )
        identifier: str = answer.json()["data"]["id"]
    return identifier


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    folder = tmp_path_factory.mktemp("meta")
    project = cdk_project(folder / "project")
    found = made_by_hand(project / "main.sqlite3")
    (project / "main.py").write_text(MAIN.replace("@found@", found))
    deployed = Deployed(machine(folder / "home"), project, found)
    deployed.synthesise()
    deployed.machine.succeed(deployed.folder, "terraform", "init")
    deployed.apply()
    return deployed


@pytest.fixture
def entries_of_a_replacement(deployed: Deployed) -> Iterator[list[tuple[str, int]]]:
    """The writes while a connection is replaced: method and status. It is put back afterwards."""
    last = deployed.journal()[-1].number
    deployed.apply(schema="after")
    yield [(entry.method, entry.status) for entry in deployed.journal(since=last)]
    deployed.apply()


def test_count_and_for_each_make_their_instances(deployed: Deployed) -> None:
    state = deployed.terraform("state", "list")

    assert set(state.output.split()) == ADDRESSES


def test_the_next_plan_is_empty(deployed: Deployed) -> None:
    deployed.synthesise()

    assert deployed.terraform("plan", "-detailed-exitcode").status == 0


def test_a_resource_belongs_to_the_account_of_its_provider(deployed: Deployed) -> None:
    assert sorted(deployed.created("second")) == ["elsewhere", "of_second"]
    assert "elsewhere" not in deployed.created("main")


def test_a_count_of_0_begins_no_resync(deployed: Deployed) -> None:
    assert [entry.path for entry in deployed.journal() if entry.path.endswith("/resync")] == []
    assert "fivetranops_connection_sync" not in deployed.terraform("state", "list").output


def test_what_is_about_a_connection_is_done_in_its_account(deployed: Deployed) -> None:
    done = [entry.path.rpartition("/")[2] for entry in deployed.journal("second")]

    assert (done.count("state"), done.count("test")) == (1, 1)


def test_what_exists_is_taken_over_and_not_made_again(deployed: Deployed) -> None:
    shown = deployed.terraform("state", "show", "fivetranops_connection.found")

    assert deployed.found in shown.output
    assert deployed.created("main").count("found") == 1


def test_a_resource_waits_for_what_it_depends_on(deployed: Deployed) -> None:
    state = json.loads((deployed.project / "terraform.demo.tfstate").read_text())

    (elsewhere,) = (each for each in state["resources"] if each["name"] == "elsewhere")
    assert elsewhere["instances"][0]["dependencies"] == ["fivetranops_connection.found"]


def test_each_state_is_set_for_its_instance(deployed: Deployed) -> None:
    bodies = [entry.body for entry in deployed.journal() if entry.path.endswith("/state")]

    pages = sorted(str(body["state"]["page"]) for body in bodies)
    assert pages == ["0", "1", "7"]


def test_an_ignored_change_plans_nothing(deployed: Deployed) -> None:
    deployed.synthesise(host="b.example.com")

    assert deployed.terraform("plan", "-detailed-exitcode").status == 0


def test_the_new_connection_is_made_before_the_old_one_goes(
    entries_of_a_replacement: list[tuple[str, int]],
) -> None:
    assert entries_of_a_replacement == [("POST", 201), ("DELETE", 200)]


def test_what_must_not_be_destroyed_is_not(deployed: Deployed) -> None:
    deployed.synthesise()
    last = deployed.journal()[-1].number

    result = deployed.terraform("destroy", "-auto-approve", "-no-color")

    assert result.status == 1
    assert "Instance cannot be destroyed" in result.output
    assert deployed.journal(since=last) == []
