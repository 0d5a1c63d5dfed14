"""The doctor looks at where Terraform looks for providers."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from constructs_lib import launchers
from constructs_lib.cli.doctor import local_checks
from constructs_lib.cli.doctor.local_checks import CheckResult, Machine

WITHOUT_MIRROR = "provider_installation {\n  direct {}\n}\n"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "home").mkdir()
    return Machine({}, tmp_path / "home", tmp_path)


def configure(machine: Machine, text: str) -> dict[str, CheckResult]:
    (machine.home / ".terraformrc").write_text(text)
    return look(machine)


def look(machine: Machine) -> dict[str, CheckResult]:
    return {finding.check: finding for finding in local_checks.configuration(machine)}


def put_providers(plugins: Path, python: str = sys.executable) -> None:
    launcher = plugins / launchers.path("fivetranops", "darwin_amd64")
    launcher.parent.mkdir(parents=True)
    launcher.touch()
    (plugins / launchers.RECORD).parent.mkdir()
    (plugins / launchers.RECORD).write_text(f"{python}\n")


def test_without_a_configuration_all_is_well(machine: Machine) -> None:
    assert {finding.verdict for finding in look(machine).values()} == {"ok"}


def test_a_file_that_is_named_and_missing_is_a_warning(machine: Machine) -> None:
    environ = {"TF_CLI_CONFIG_FILE": "/nowhere/terraformrc"}

    found = look(machine._replace(environ=environ))["cli config"]

    assert found.verdict == "warning"
    assert "/nowhere/terraformrc" in found.found
    assert "unset the variable" in found.remedy


def test_a_file_that_is_named_and_there_is_told(machine: Machine) -> None:
    file = machine.folder / "rc"
    file.write_text("")

    found = look(machine._replace(environ={"TF_CLI_CONFIG_FILE": str(file)}))["cli config"]

    assert (found.verdict, found.found) == ("ok", str(file))


def test_an_installation_block_without_the_providers_is_an_error(machine: Machine) -> None:
    found = configure(machine, WITHOUT_MIRROR)["providers"]

    assert found.verdict == "error"
    assert "connections install" in found.remedy


def test_an_installation_block_with_our_mirror_is_fine(machine: Machine) -> None:
    mirror = machine.folder / "mirror"
    put_providers(mirror)

    block = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'

    assert configure(machine, block)["providers"].verdict == "ok"


def test_overrides_for_development_are_left_to_the_reader(machine: Machine) -> None:
    block = "provider_installation {\n  dev_overrides {}\n  direct {}\n}\n"

    assert configure(machine, block)["providers"].verdict == "warning"


def test_a_plugin_cache_that_is_missing_stops_terraform(machine: Machine) -> None:
    found = configure(machine, 'plugin_cache_dir = "/no/where"')["plugin cache"]

    assert found.verdict == "error"
    assert "mkdir -p '/no/where'" in found.remedy


def test_a_plugin_cache_that_cannot_be_written_is_an_error(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everywhere, and tests may be run by root.
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    found = configure(machine, f'plugin_cache_dir = "{machine.folder}"')["plugin cache"]

    assert (found.verdict, found.found) == ("error", f"{machine.folder} cannot be written")


def test_a_plugin_cache_that_is_there_is_fine(machine: Machine) -> None:
    environ = {"TF_PLUGIN_CACHE_DIR": str(machine.folder)}

    found = look(machine._replace(environ=environ))["plugin cache"]

    assert (found.verdict, found.found) == ("ok", str(machine.folder))


def test_nothing_has_to_be_installed(machine: Machine) -> None:
    (found,) = local_checks.installed(machine)

    assert found.verdict == "skipped"


@pytest.mark.parametrize(
    ("python", "verdict"), [(sys.executable, "ok"), ("/gone/bin/python", "error")]
)
def test_the_python_of_what_is_installed_must_be_there(
    python: str, verdict: str, machine: Machine
) -> None:
    put_providers(machine.home / ".terraform.d" / "plugins", python)

    (found,) = local_checks.installed(machine)

    assert found.verdict == verdict
    assert python in found.found


def test_what_is_installed_in_another_version_is_a_warning(machine: Machine) -> None:
    record = machine.home / ".terraform.d" / "plugins" / launchers.RECORD
    record.parent.mkdir(parents=True)
    record.write_text(sys.executable)

    (found,) = local_checks.installed(machine)

    assert found.verdict == "warning"
