"""The plugin of pytest: it costs nothing where it is not used, and clears away what it made."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

STACK = """
from cdktf import App, TerraformStack
from constructs_lib import FivetranProvider


def pipelines(app):
    FivetranProvider(TerraformStack(app, "pipelines"), "fivetran")
"""
TESTS = """
import pytest
from stack import pipelines

from constructs_lib.testing import synthesize


def test_passes(deploy):
    with pytest.raises(AssertionError):
        deploy(pipelines)


def test_fails(deploy):
    deploy(pipelines)


def test_names_no_stack(deploy):
    deploy("pipelines")


def test_gives_no_mapping(deploy):
    deploy(pipelines, "key")


def test_knows_no_output():
    synthesize(pipelines).outputs["id"]


def test_knows_no_fault(fivetran_sandbox):
    fivetran_sandbox.fail("503")


def test_knows_no_setting(fivetran_sandbox):
    fivetran_sandbox.configure(speed=1)
"""
TERRAFORM = """#!/bin/sh
[ "$1" = init ] || {
    echo '{"type": "diagnostic", "diagnostic": {"severity": "error", "summary": "No host"}}'
    exit 1
}
"""
RunPytest = Callable[..., str]


@pytest.fixture
def run_pytest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[RunPytest]:
    """Runs pytest in a project of its own, with a Terraform that fails; returns what it prints.

    It runs in this process, because each start of the CDK takes seconds.
    """
    project = tmp_path / "project"
    project.mkdir()
    (project / "stack.py").write_text(STACK, encoding="utf-8")
    (project / "test_stack.py").write_text(TESTS, encoding="utf-8")
    program = tmp_path / "failing"
    program.write_text(TERRAFORM, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", str(program))
    monkeypatch.chdir(project)
    monkeypatch.syspath_prepend(project)
    capsys.readouterr()

    def run(*options: str) -> str:
        folder = ("--basetemp", str(tmp_path / "kept"), "-p", "no:cacheprovider")
        status = pytest.main(["-q", "--import-mode=importlib", *folder, *options])
        printed = capsys.readouterr().out
        assert status == pytest.ExitCode.TESTS_FAILED, printed
        return printed

    yield run
    for name in ("stack", "test_stack"):
        sys.modules.pop(name, None)


def test_the_plugin_imports_nothing_else() -> None:
    code = (
        "import sys, pytest; before = set(sys.modules);"
        "from importlib.metadata import entry_points;"
        "(plugin,) = entry_points(group='pytest11', name='connections-as-code'); plugin.load();"
        "print(*sorted(n for n in set(sys.modules) - before if not n.startswith('importlib')))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    loaded = set(done.stdout.split())
    assert {name for name in loaded if name.startswith("constructs_lib")} == {
        "constructs_lib",
        "constructs_lib.testing",
        "constructs_lib.testing.plugin",
        "constructs_lib.version",
    }
    assert not {"cdktf", "cdktn", "jsii", "requests", "jsonschema", "sqlite3"} & loaded


def test_every_public_name_is_there() -> None:
    import constructs_lib.testing as kit

    assert all(getattr(kit, name).__name__ == name for name in kit.__all__ if name != "StackSource")
    assert set(kit.__all__) <= set(dir(kit))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        kit.nothing  # noqa: B018


def test_a_failure_shows_terraform_and_no_kit(run_pytest: RunPytest, tmp_path: Path) -> None:
    printed = run_pytest()

    assert "DeployFailed: terraform plan failed\nE       error: No host" in printed
    assert "6 failed, 1 passed" in printed
    assert "constructs_lib/" not in printed
    assert "kept deployments" not in printed
    assert list((tmp_path / "kept").rglob("cdk.tf.json")) == []


def test_folders_of_failed_tests_can_be_kept(run_pytest: RunPytest, tmp_path: Path) -> None:
    printed = run_pytest("--keep-deployments")

    (kept,) = (tmp_path / "kept").rglob("work/cdk.tf.json")
    assert "kept deployments" in printed
    assert str(kept.parents[1]) in printed.splitlines()
