from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from cdktf_project import BOTH_TF, MAIN_TF, Machine

from constructs_lib.constructs.synth.delivery import plant

pytestmark = pytest.mark.terraform


def test_the_planted_files_are_all_that_terraform_needs(
    machine: Machine, plain_project: Path
) -> None:
    machine.succeed(plain_project, "terraform", "init")

    plan = machine.succeed(plain_project, "terraform", "plan")

    assert "1 to add" in plan


@pytest.mark.parametrize("content", [None, "", 'plugin_cache_dir = "/nowhere"\n'])
def test_the_cli_configuration_does_not_matter(
    content: str | None, machine: Machine, plain_project: Path, tmp_path: Path
) -> None:
    file = tmp_path / "terraformrc"
    cache = tmp_path / "cache"
    cache.mkdir()
    if content is not None:
        file.write_text(content.replace("/nowhere", str(cache)))

    machine.succeed(plain_project, "terraform", "init", TF_CLI_CONFIG_FILE=str(file))


def test_nothing_but_the_directory_has_to_be_copied(
    machine: Machine, plain_project: Path, tmp_path: Path
) -> None:
    machine.succeed(plain_project, "terraform", "init")

    copy = shutil.copytree(
        plain_project, tmp_path / "copy", ignore=shutil.ignore_patterns(".terraform")
    )
    machine.succeed(copy, "terraform", "init")

    assert "1 to add" in machine.succeed(copy, "terraform", "plan")


def test_a_lock_file_of_another_version_is_brought_up_to_date(
    machine: Machine, plain_project: Path
) -> None:
    lock = plain_project / ".terraform.lock.hcl"
    lock.write_text(lock.read_text().replace("0.2.0", "0.0.9"))

    plant(plain_project, providers=["fivetranops"])

    machine.succeed(plain_project, "terraform", "init")


def test_the_first_init_warns_of_nothing(machine: Machine, plain_project: Path) -> None:
    output = machine.succeed(plain_project, "terraform", "init")

    assert "Incomplete lock file" not in output


def test_init_has_nothing_to_add_to_the_lock_file(machine: Machine, plain_project: Path) -> None:
    lock = plain_project / ".terraform.lock.hcl"
    before = lock.read_text()

    machine.succeed(plain_project, "terraform", "init")

    assert lock.read_text() == before


def test_both_providers_work_in_one_directory(machine: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "both"
    folder.mkdir()
    (folder / "main.tf").write_text(BOTH_TF)
    plant(folder, providers=["elasticops", "fivetranops"])
    lock = folder / ".terraform.lock.hcl"
    before = lock.read_text()

    init = machine.succeed(folder, "terraform", "init")
    applied = machine.succeed(folder, "terraform", "apply", "-auto-approve", "-no-color")

    assert "Incomplete lock file" not in init
    assert lock.read_text() == before
    assert "2 added" in applied
    assert machine.run(folder, "terraform", "plan", "-detailed-exitcode").status == 0


@pytest.mark.parametrize("line", ["", '    "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",\n'])
def test_a_lock_file_of_another_launcher_is_brought_up_to_date(
    line: str, machine: Machine, plain_project: Path
) -> None:
    lock = plain_project / ".terraform.lock.hcl"
    lock.write_text(re.sub(r' +"h1:.*\n', line, lock.read_text()))

    plant(plain_project, providers=["fivetranops"])

    assert "Incomplete" not in machine.succeed(plain_project, "terraform", "init")


def test_terraform_says_that_there_is_no_python(
    machine: Machine, plain_project: Path, tmp_path: Path
) -> None:
    machine.succeed(plain_project, "terraform", "init")
    plant(plain_project, providers=["fivetranops"], python="/gone/bin/python")
    terraform = shutil.which("terraform", path=machine.environ["PATH"])
    assert terraform is not None

    result = machine.run(plain_project, terraform, "plan", PATH="/usr/bin:/bin", PYTHONPATH="")

    shown = " ".join(re.sub("[│╷╵]", "", result.output).split())
    assert "no Python with the package connections-as-code" in shown
    assert "/gone/bin/python" in shown


def test_first_init_without_the_plugin_cache_entry(
    machine: Machine, plain_project: Path, tmp_path: Path
) -> None:
    machine.plugin_cache.mkdir(parents=True)
    cache = {"TF_PLUGIN_CACHE_DIR": str(machine.plugin_cache)}
    new = shutil.copytree(plain_project, tmp_path / "new")
    machine.succeed(plain_project, "terraform", "init", **cache)
    shutil.rmtree(plain_project)

    machine.succeed(new, "terraform", "init", **cache)

    assert "1 to add" in machine.succeed(new, "terraform", "plan", **cache)


def test_projects_side_by_side_share_a_plugin_cache(machine: Machine, tmp_path: Path) -> None:
    machine.plugin_cache.mkdir(parents=True)
    cache = {"TF_PLUGIN_CACHE_DIR": str(machine.plugin_cache)}
    projects = [tmp_path / name for name in ("one", "two")]
    for project in projects:
        project.mkdir()
        (project / "main.tf").write_text(MAIN_TF)
        plant(project, providers=["fivetranops"])
        machine.succeed(project, "terraform", "init", **cache)

    for project in projects:
        assert "1 to add" in machine.succeed(project, "terraform", "plan", **cache)


@pytest.mark.parametrize("deleted", ["one", "two"])
def test_a_project_works_on_after_another_was_deleted(
    deleted: str, machine: Machine, tmp_path: Path
) -> None:
    machine.plugin_cache.mkdir(parents=True)
    cache = {"TF_PLUGIN_CACHE_DIR": str(machine.plugin_cache)}
    projects = {name: tmp_path / name for name in ("one", "two")}
    for project in projects.values():
        project.mkdir()
        (project / "main.tf").write_text(MAIN_TF)
        plant(project, providers=["fivetranops"])
        machine.succeed(project, "terraform", "init", **cache)

    shutil.rmtree(projects.pop(deleted))

    (project,) = projects.values()
    machine.succeed(project, "terraform", "init", **cache)
    assert "1 to add" in machine.succeed(project, "terraform", "plan", **cache)
