"""``python -m constructs_lib query`` in the folder of a stack, with Terraform itself."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from cdktf_project import Result, cdk_project, machine, synthesise

from constructs_lib.sandbox import SandboxAdapter

pytestmark = [pytest.mark.terraform, pytest.mark.newest_terraform]

QUERY = ("-m", "constructs_lib", "query")


class Project:
    """A project whose stack is synthesised, and connections that somebody else made."""

    def __init__(self, folder: Path) -> None:
        self.machine, self.folder = machine(folder / "home"), cdk_project(folder / "project")
        synthesise(self.machine, self.folder)
        self.stack = self.folder / "cdktf.out" / "stacks" / "demo"

    def query(self, *arguments: str) -> Result:
        place = () if "--dir" in arguments else ("--dir", str(self.stack))
        command = (sys.executable, *QUERY, *place, *arguments)
        return self.machine.run(self.folder, *command, PATH=self.path)

    def succeed(self, *command: str) -> str:
        return self.machine.succeed(self.stack, *command, PATH=self.path)

    @property
    def path(self) -> str:
        """Where the programs of a test are looked for, its Terraform first."""
        return os.pathsep.join([os.environ["PATH"], self.machine.environ["PATH"]])

    def files(self) -> list[str]:
        return sorted(str(each.relative_to(self.stack)) for each in self.stack.rglob("*"))

    def add(self, schema: str, service: str = "connector_sdk") -> None:
        body = {"group_id": "sandbox_warehouse", "service": service, "config": {"schema": schema}}
        with requests.Session() as session:
            session.mount("sandbox://", SandboxAdapter(self.folder / "sandbox.sqlite3"))
            session.auth = ("sandbox", "sandbox")
            assert session.post("sandbox://local/v1/connections", json=body, timeout=10).ok


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """One for all tests: a query leaves the stack as it was, which they check."""
    project = Project(tmp_path_factory.mktemp("query"))
    project.add("shop")
    project.add("found", "github")
    return project


@pytest.fixture
def initialised(project: Project) -> Iterator[Project]:
    if not (project.stack / ".terraform").exists():
        project.succeed("terraform", "init", "-input=false")
    before = project.files()
    yield project
    assert project.files() == before


def test_init_is_asked_for_before_a_query(project: Project, tmp_path: Path) -> None:
    stack = tmp_path / "stack"
    shutil.copytree(project.stack, stack, ignore=shutil.ignore_patterns(".terraform"))

    done = project.query("--dir", str(stack))

    assert done.status == 1
    assert done.output.endswith("is not initialised. Run 'terraform init' there, and try again\n")


def test_what_is_there_is_printed_and_nothing_is_left(initialised: Project) -> None:
    every = initialised.query()
    one = initialised.query("--service", "github", "--limit", "5")

    assert every.status == one.status == 0, every.output + one.output
    assert "shop (connector_sdk)" in every.output
    assert "found (github)" in every.output
    assert "shop" not in one.output
    assert "found (github)" in one.output


def test_a_filter_is_no_template_to_terraform(initialised: Project) -> None:
    other = initialised.query("--schema", "none")

    for text in ('po"s${x}', "%{if x}", "$${x}", "$5 100%"):
        named = initialised.query("--schema", text)
        assert (named.status, named.output) == (other.status, other.output), text


def test_a_file_that_a_killed_run_left_is_no_obstacle(initialised: Project) -> None:
    block = {"provider": "fivetranops", "config": {}}
    left = json.dumps({"list": {"fivetranops_connection": {"found": block}}})
    (initialised.stack / "connections-abc123.tfquery.json").write_text(left)

    done = initialised.query()

    assert done.status == 0, done.output


def test_what_is_generated_is_beside_the_command(initialised: Project) -> None:
    done = initialised.query("--schema", "shop", "--generate-config-out", "found.tf")

    assert done.status == 0, done.output
    written = (initialised.folder / "found.tf").read_text()
    assert 'resource "fivetranops_connection" "found_0"' in written
    assert "identity = {" in written


def test_json_passes_through(initialised: Project) -> None:
    done = initialised.query("--json", "--schema", "shop")

    lines = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    (found,) = [each for each in lines if each["type"] == "list_resource_found"]
    assert found["list_resource_found"]["display_name"] == "shop (connector_sdk)"


def test_an_error_of_terraform_is_its_status(initialised: Project) -> None:
    done = initialised.query("--provider", "missing")

    assert done.status == 1
    assert "Provider configuration not present" in done.output
