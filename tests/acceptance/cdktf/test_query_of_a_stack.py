"""``python -m constructs_lib query`` in the folder of a stack, with Terraform itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import requests
from cdktf_project import Machine, Result, cdk_project

from constructs_lib.sandbox import SandboxAdapter

pytestmark = [pytest.mark.terraform, pytest.mark.newest_terraform]

QUERY = ("-m", "constructs_lib", "query")


class Project:
    """A project whose stack is synthesised, and connections that somebody else made."""

    def __init__(self, machine: Machine, folder: Path) -> None:
        self.machine, self.folder = machine, cdk_project(folder)
        machine.succeed(folder, sys.executable, "main.py")
        self.stack = folder / "cdktf.out" / "stacks" / "demo"

    def query(self, *arguments: str) -> Result:
        command = (sys.executable, *QUERY, "--dir", str(self.stack), *arguments)
        return self.machine.run(self.folder, *command)

    def files(self) -> list[str]:
        return sorted(str(each.relative_to(self.stack)) for each in self.stack.rglob("*"))

    def add(self, schema: str, service: str = "connector_sdk") -> None:
        body = {"group_id": "sandbox_warehouse", "service": service, "config": {"schema": schema}}
        with requests.Session() as session:
            session.mount("sandbox://", SandboxAdapter(self.folder / "sandbox.sqlite3"))
            session.auth = ("sandbox", "sandbox")
            assert session.post("sandbox://local/v1/connections", json=body, timeout=10).ok


@pytest.fixture
def project(machine: Machine, tmp_path: Path) -> Project:
    project = Project(machine, tmp_path / "project")
    project.add("shop")
    project.add("found", "github")
    return project


@pytest.fixture
def initialised(project: Project) -> Project:
    project.machine.succeed(project.stack, "terraform", "init", "-input=false")
    return project


def test_what_is_there_is_printed_and_nothing_is_left(initialised: Project) -> None:
    before = initialised.files()

    every = initialised.query()
    one = initialised.query("--service", "github", "--limit", "5")

    assert every.status == one.status == 0, every.output + one.output
    assert "shop (connector_sdk)" in every.output
    assert "found (github)" in every.output
    assert "shop" not in one.output
    assert "found (github)" in one.output
    assert initialised.files() == before


@pytest.mark.parametrize("text", ['po"s${x}', "%{if x}", "$${x}", "$5 100%"])
def test_a_filter_is_no_template_to_terraform(text: str, initialised: Project) -> None:
    named, other = initialised.query("--schema", text), initialised.query("--schema", "none")

    assert (named.status, named.output) == (other.status, other.output)


def test_a_file_that_a_killed_run_left_is_no_obstacle(initialised: Project) -> None:
    before = initialised.files()
    block = {"provider": "fivetranops", "config": {}}
    left = json.dumps({"list": {"fivetranops_connection": {"found": block}}})
    (initialised.stack / "connections-abc123.tfquery.json").write_text(left)

    done = initialised.query()

    assert done.status == 0, done.output
    assert initialised.files() == before


def test_what_is_generated_is_beside_the_command(initialised: Project) -> None:
    done = initialised.query("--schema", "shop", "--generate-config-out", "found.tf")

    assert done.status == 0, done.output
    written = (initialised.folder / "found.tf").read_text()
    assert 'resource "fivetranops_connection" "found_0"' in written
    assert "identity = {" in written
    assert "found.tf" not in initialised.files()


def test_json_passes_through(initialised: Project) -> None:
    done = initialised.query("--json", "--schema", "shop")

    lines = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    (found,) = [each for each in lines if each["type"] == "list_resource_found"]
    assert found["list_resource_found"]["display_name"] == "shop (connector_sdk)"


def test_an_error_of_terraform_is_its_status(initialised: Project) -> None:
    before = initialised.files()

    done = initialised.query("--provider", "missing")

    assert done.status == 1
    assert "Provider configuration not present" in done.output
    assert initialised.files() == before


def test_init_is_asked_for_before_a_query(project: Project) -> None:
    done = project.query()

    assert done.status == 1
    assert done.output.endswith("is not initialised. Run 'terraform init' there, and try again\n")
