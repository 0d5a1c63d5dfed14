"""The base of the package under the real Terraform: installed for plain HCL, without any CDK."""

from __future__ import annotations

from pathlib import Path

import pytest
from package_build import MAIN_TF, Installation

from constructs_lib.sandbox import Store

pytestmark = pytest.mark.terraform


@pytest.fixture
def project(base: Installation, tmp_path: Path) -> Installation:
    """The installed package with a home and a project of this test alone."""
    return base.elsewhere(tmp_path)


def install(project: Installation, *options: str) -> str:
    """Install the providers, and write ``main.tf`` with the block that is printed for it."""
    printed = project.python_run("-m", "constructs_lib.backend", "install", *options)
    start = printed.index("terraform {\n")
    block = printed[start : printed.index("\n}\n", start) + 3]
    (project.project / "main.tf").write_text(block + MAIN_TF)
    return printed


def deployed(project: Installation) -> bool:
    with Store(project.project / "sandbox.sqlite3") as store:
        return [e.method for e in store.journal(0) if e.writes] == ["POST"]


def test_terraform_finds_what_is_installed(
    project: Installation,
) -> None:
    install(project)

    project.run("terraform", "init")
    project.run("terraform", "apply", "-auto-approve")

    assert deployed(project)
    assert "No changes" in project.run("terraform", "plan").stdout


def test_installation_block_needs_the_printed_lines(
    project: Installation,
) -> None:
    rc = project.home / ".terraformrc"
    rc.write_text("provider_installation {\n  direct {}\n}\n")
    printed = install(project)
    assert "terraform.local" in project.run("terraform", "init", status=1).stderr

    lines = printed[printed.index("  filesystem_mirror {") :]
    rc.write_text(f"provider_installation {{\n{lines}}}\n")

    project.run("terraform", "init")
    project.run("terraform", "apply", "-auto-approve")
    assert deployed(project)


def test_a_folder_of_ones_own_needs_the_block_that_is_printed(
    project: Installation, tmp_path: Path
) -> None:
    printed = install(project, "--directory", str(tmp_path / "a mirror"))

    block = printed[printed.index("provider_installation {") :]
    (project.home / ".terraformrc").write_text(block)

    project.run("terraform", "init")
    project.run("terraform", "apply", "-auto-approve")
    assert deployed(project)


def test_a_plugin_cache_does_not_hide_the_recorded_python(project: Installation) -> None:
    cache = project.home / "cache"
    cache.mkdir()
    (project.home / ".terraformrc").write_text(f'plugin_cache_dir = "{cache}"\n')
    install(project)

    project.run("terraform", "init")

    assert (
        "2 to add" in project.run("terraform", "plan", environ={"PATH": no_python(project)}).stdout
    )


def test_without_them_terraform_finds_nothing_any_more(project: Installation) -> None:
    install(project)
    project.python_run("-m", "constructs_lib.backend", "uninstall")

    assert "terraform.local" in project.run("terraform", "init", status=1).stderr


def no_python(project: Installation) -> str:
    """The PATH without the Python of the package, so that only the recorded one is left."""
    folders = project.environment()["PATH"].split(":")
    return ":".join(folder for folder in folders if folder != str(project.python.parent))
