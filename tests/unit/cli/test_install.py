"""``install`` and ``uninstall`` put the launchers into a plugin directory, and take them away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from constructs_lib import launchers
from constructs_lib.backend import __main__ as backend

LAUNCHER = launchers.path("fivetranops", "linux_amd64")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("TF_CLI_CONFIG_FILE", "TERRAFORM_CONFIG", "TF_PLUGIN_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def plugins(home: Path) -> Path:
    return home / ".terraform.d" / "plugins"


def files(folder: Path) -> dict[str, int]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in found}


def test_each_provider_is_installed_for_each_platform(plugins: Path) -> None:
    assert backend.main(["install"]) == 0

    expected = {
        str(launchers.path(provider, platform))
        for provider in ("elasticops", "fivetranops")
        for platform in ("darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64")
    }
    assert set(files(plugins)) == {*expected, "connections-as-code/python"}
    assert (plugins / "connections-as-code" / "python").read_text() == f"{sys.executable}\n"


def test_repeated_it_writes_nothing_and_says_so(
    plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.main(["install"])
    assert "Installed elasticops" in capsys.readouterr().out
    before = files(plugins)

    backend.main(["install"])

    assert files(plugins) == before
    assert "are already installed" in capsys.readouterr().out


def test_another_python_is_recorded_and_the_former_one_named(
    plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.main(["install"])

    backend.main(["install", "--python", "/bin/sh"])

    assert (plugins / launchers.RECORD).read_text() == "/bin/sh\n"
    assert f"(before: {sys.executable})" in capsys.readouterr().out


def test_a_python_that_is_none_is_refused_and_nothing_written(
    plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        backend.main(["install", "--python", "/no/python"])

    assert ended.value.code == 2
    assert "/no/python is not a program" in capsys.readouterr().err
    assert not plugins.exists()


@pytest.mark.parametrize("command", [["uninstall"], ["install", "--remove"]])
def test_removing_leaves_nothing_of_any_version(command: list[str], plugins: Path) -> None:
    backend.main(["install"])
    old = plugins / str(LAUNCHER).replace(launchers.__version__, "0.0.9")
    old.parent.mkdir(parents=True)
    old.touch()

    assert backend.main(command) == 0

    assert list(plugins.iterdir()) == []


def test_removing_leaves_what_is_of_others(
    plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.main(["install"])
    other = plugins / "example.com" / "x" / "y" / "1.0.0" / "linux_amd64" / "terraform-provider-y"
    mine = (plugins / LAUNCHER).with_name("notes.txt")
    for path in (other, mine):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    backend.main(["uninstall"])

    assert set(files(plugins)) == {str(p.relative_to(plugins)) for p in (other, mine)}
    assert "Other files remain" in capsys.readouterr().out


def test_removing_twice_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    backend.main(["install"])
    backend.main(["uninstall"])

    assert backend.main(["uninstall"]) == 0
    assert "No provider was installed in" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()

    assert backend.main(["install", "--directory", str(tmp_path / "file" / "x")]) == 1

    printed = capsys.readouterr().err
    assert str(tmp_path / "file") in printed
    assert "--directory" in printed


@pytest.mark.parametrize("directory", [None, "mirror"])
def test_the_lines_for_an_installation_block_are_printed(
    directory: str | None, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / ".terraformrc").write_text("provider_installation {\n  direct {}\n}\n")
    folder = str(tmp_path / directory) if directory else str(home / ".terraform.d" / "plugins")

    backend.main(["install", *(["--directory", folder] if directory else [])])

    printed = capsys.readouterr().out
    assert f"{home / '.terraformrc'} has a provider_installation block" in printed
    assert f'    path    = "{folder}"\n' in printed


def test_a_mirror_that_is_configured_already_is_noticed(
    home: Path, plugins: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mirror = f'filesystem_mirror {{\n path = "{plugins}"\n}}'
    (home / ".terraformrc").write_text(f"provider_installation {{\n{mirror}\n}}\n")

    backend.main(["install"])

    assert "has a filesystem_mirror with this folder already" in capsys.readouterr().out


def test_the_recorded_python_serves_through_a_linked_launcher(tmp_path: Path) -> None:
    python = tmp_path / "a python"
    python.write_text('#!/bin/sh\necho "$0 serves $4" >&3\n')
    python.chmod(0o755)
    backend.main(["install", "--directory", str(tmp_path / "mirror"), "--python", str(python)])
    # As Terraform does it: a link in the project to the folder of the platform.
    project = tmp_path / "project"
    linked = project / ".terraform" / "providers" / LAUNCHER.parent
    linked.parent.mkdir(parents=True)
    linked.symlink_to(tmp_path / "mirror" / LAUNCHER.parent)

    done = subprocess.run(
        [str(linked.relative_to(project) / LAUNCHER.name)],
        cwd=project,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nowhere"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == f"{python} serves fivetranops\n"


def test_a_copied_launcher_finds_the_python_of_the_home_folder(tmp_path: Path, home: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho served >&3\n")
    python.chmod(0o755)
    backend.main(["install", "--python", str(python)])
    copy = tmp_path / "cache" / "launcher"
    copy.parent.mkdir()
    copy.write_bytes(launchers.content("fivetranops"))
    copy.chmod(0o755)

    done = subprocess.run(
        [str(copy)],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "served\n"
