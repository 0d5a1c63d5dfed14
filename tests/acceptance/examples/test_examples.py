"""Each example that a page quotes is deployed, settles and is destroyed; each import imports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from example_deployment import Deploy, Deployment, synthesise
from pages.catalogue import Subject, subjects

pytestmark = pytest.mark.terraform

DEPLOYED = [s for s in subjects() if s.kind not in ("List Resource", "Action")]
SUBJECTS = [pytest.param(subject, id=subject.schema) for subject in DEPLOYED]
LISTS = [pytest.param(s, id=s.schema) for s in subjects() if s.kind == "List Resource"]
ACTIONS = [pytest.param(s, id=s.schema) for s in subjects() if s.kind == "Action"]
IMPORTED = [pytest.param(s, id=s.schema) for s in subjects() if s.kind == "Resource"]
NEW_WITH_EACH_RUN = {"ephemeral.fivetranops_connect_card"}
"""A card of one run is another one in the next, and so is the secret that is made of it."""


def check_deployed(deployment: Deployment, subject: Subject) -> None:
    """Applies, looks that nothing is left to do, and destroys all but what was there before."""
    terraform = deployment.terraform
    terraform.run("apply", "-auto-approve", "-input=false")
    is_there = [subject.type in address for address in terraform.addresses()]
    assert any(is_there) or subject.schema in NEW_WITH_EACH_RUN or subject.kind == "Provider"
    if subject.schema not in NEW_WITH_EACH_RUN:
        assert not terraform.unsettled()
    terraform.run("destroy", "-auto-approve", "-input=false")
    assert not terraform.holds_anything()
    if subject.provider == "fivetranops":
        assert deployment.connections() == [deployment.existing]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_example_in_hcl_is_deployed(
    subject: Subject, deployment: Deploy, tmp_path: Path
) -> None:
    deployed = deployment(subject.provider, tmp_path / "work")
    if subject.kind == "Provider":
        (deployed.terraform.directory / "main.tf").write_text(subject.hcl.read_text())
    else:
        deployed.terraform.write(subject.hcl.read_text())

    check_deployed(deployed, subject)


@pytest.mark.newest_terraform
@pytest.mark.parametrize("subject", ACTIONS)
def test_the_example_of_an_action_is_invoked(
    subject: Subject, deployment: Deploy, tmp_path: Path
) -> None:
    terraform = deployment(subject.provider, tmp_path / "work").terraform
    terraform.write(subject.hcl.read_text())

    output = terraform.run("apply", "-auto-approve", "-input=false")

    assert f"Action complete: action.{subject.type}." in output
    assert not terraform.unsettled()
    terraform.run("destroy", "-auto-approve", "-input=false")


@pytest.mark.cdktf
@pytest.mark.newest_terraform
@pytest.mark.parametrize("subject", ACTIONS)
def test_the_example_of_an_action_in_python_is_invoked(
    subject: Subject, deployment: Deploy, projects: Mapping[str, Path]
) -> None:
    (stack,) = (projects[subject.schema] / "cdktf.out" / "stacks").iterdir()
    terraform = deployment(subject.provider, stack).terraform
    terraform.run("init", "-input=false")

    output = terraform.run("apply", "-auto-approve", "-input=false")

    assert f"Action complete: action.{subject.type}." in output
    assert not terraform.unsettled()
    terraform.run("destroy", "-auto-approve", "-input=false")


@pytest.mark.newest_terraform
@pytest.mark.parametrize("subject", LISTS)
def test_the_example_of_a_list_is_a_query(
    subject: Subject, deployment: Deploy, tmp_path: Path
) -> None:
    terraform = deployment(subject.provider, tmp_path / "work").terraform
    terraform.write("")
    (terraform.directory / subject.hcl.name).write_text(subject.hcl.read_text())

    output = terraform.run("query")

    assert f"list.{subject.type}." in output or "no results" in output.lower()


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The projects of the examples in Python, by their names. One process synthesises them all,
    because each start of the CDK takes seconds.
    """
    folder = tmp_path_factory.mktemp("projects")
    in_python = [subject for subject in subjects() if subject.python in subject.quoted]
    found = {subject.schema: folder / subject.schema for subject in in_python}
    for subject in in_python:
        found[subject.schema].mkdir()
        (found[subject.schema] / "main.py").write_text(subject.python.read_text())
    synthesise(found.values())
    return found


@pytest.mark.cdktf
@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_example_in_python_is_deployed(
    subject: Subject, deployment: Deploy, projects: Mapping[str, Path]
) -> None:
    (stack,) = (projects[subject.schema] / "cdktf.out" / "stacks").iterdir()
    deployed = deployment(subject.provider, stack)
    deployed.terraform.run("init", "-input=false")

    check_deployed(deployed, subject)


@pytest.mark.parametrize("subject", IMPORTED)
def test_both_ways_of_import_take_over_what_exists(
    subject: Subject, deployment: Deploy, tmp_path: Path
) -> None:
    deployed = deployment(subject.provider, tmp_path / "work")
    terraform, body = deployed.terraform, subject.hcl.read_text()
    terraform.write(body)
    terraform.run("apply", "-auto-approve", "-input=false")
    command = (subject.examples / "import.sh").read_text().split()
    address, named = command[-2:]
    identifier = terraform.resource(address)["id"]
    terraform.run("state", "rm", address)

    block = (subject.examples / "import.tf").read_text()
    assert re.search(rf"to = {re.escape(address)}\n +id = \"{named}\"", block)
    terraform.write(body + block.replace(named, identifier))
    assert "1 to import" in terraform.plan().output

    terraform.write(body)
    assert command[:2] == ["terraform", "import"]
    terraform.run("import", "-input=false", address, identifier)
    assert address in terraform.addresses()
    terraform.run("destroy", "-auto-approve", "-input=false")
