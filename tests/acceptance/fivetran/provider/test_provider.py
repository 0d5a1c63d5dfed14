"""The configuration of the provider: from its block, from the environment, and where it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from bodies import CREATED, orders
from expected_requests import creation
from sandbox_server import Sandbox
from scenario import Scenario
from workspace import Workspace


@pytest.mark.launched
@pytest.mark.parametrize("missing", ["FIVETRAN_APIKEY", "FIVETRAN_APISECRET"])
def test_missing_credentials_are_one_clear_error(terraform: Scenario, missing: str) -> None:
    del terraform.environment[missing]

    output = terraform.refused(
        'provider "fivetranops" {}' + orders(),
        "Credentials for Fivetran are missing",
        during="plan",
    )

    assert output.splitlines()[0].count("Error: ") == 1
    assert f"Set {missing}" in output


@pytest.mark.parametrize("url", ["http://api.fivetran.com", "ftp://x", "nonsense"])
def test_an_address_that_would_leak_the_key_is_refused(terraform: Scenario, url: str) -> None:
    terraform.environment["FIVETRAN_API_URL"] = url

    terraform.refused(
        'provider "fivetranops" {}' + orders(),
        "The address of Fivetran's API cannot be used",
        during="plan",
    )


def test_an_address_in_the_configuration_is_checked_by_validate(terraform: Scenario) -> None:
    output = terraform.refused(
        'provider "fivetranops" { api_url = "http://api.fivetran.com" }\n' + orders(),
        "allowed is an address with https://, one with http:// for this machine only, or sandbox.",
        during="validate",
    )

    assert "regular expression" not in output


def test_configuration_known_only_at_apply_can_be_planned(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    del terraform.environment["FIVETRAN_API_URL"]
    provider = f"""
resource "terraform_data" "url" {{ input = "{sandbox.url}" }}
provider "fivetranops" {{ api_url = terraform_data.url.output }}
"""

    terraform.step(provider + orders(), [creation(**CREATED)])

    assert len(sandbox.connections()) == 1


def test_the_configuration_comes_before_the_environment(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.environment |= {
        "FIVETRAN_API_URL": "http://127.0.0.1:9",
        "FIVETRAN_APIKEY": "canary-wrong",
        "FIVETRAN_APISECRET": "canary-wrong",
    }
    provider = f"""
provider "fivetranops" {{
  api_url    = "{sandbox.url}"
  api_key    = "canary-api-key"
  api_secret = "canary-api-secret"
}}
"""

    terraform.step(provider + orders(), [creation(**CREATED)])


@pytest.mark.launched
def test_embedded_sandbox_needs_no_credentials(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite3"
    workspace = Workspace(tmp_path / "work", f"sandbox:{file}")
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET"):
        del workspace.environment[name]
    workspace.write(orders())
    workspace.apply()

    assert workspace.is_settled()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.launched
@pytest.mark.parametrize("cli_config", ["missing", "unset", "present"])
def test_cli_configuration_may_be_missing_unset_or_present(
    terraform: Scenario, cli_config: str, tmp_path: Path
) -> None:
    file = tmp_path / "terraformrc"
    if cli_config == "present":
        file.write_text("disable_checkpoint = true\n")
    if cli_config != "unset":
        terraform.environment["TF_CLI_CONFIG_FILE"] = str(file)
    terraform.write(orders())

    assert "1 to add" in terraform.plan().output


def test_validate_finds_mistakes_with_their_attribute(terraform: Scenario) -> None:
    output = terraform.refused(
        orders('sync_frequency = 45\nschedule_type = "automatic"\ndaily_sync_time = "5:30"'),
        "sync_frequency",
        "schedule_type",
        "daily_sync_time",
        during="validate",
    )

    assert "360" in output
    assert "did you mean" in output.lower()


@pytest.mark.launched
def test_a_file_that_is_no_sandbox_is_said_and_left_alone(
    terraform: Scenario, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database")
    file.chmod(0o644)
    terraform.environment["FIVETRAN_API_URL"] = f"sandbox:{file}"

    output = terraform.refused(
        'provider "fivetranops" {}' + orders(), "The sandbox cannot be used", during="plan"
    )

    assert "notes.txt" in output
    assert "bug in the provider" not in output
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("not a database", 0o644)


@pytest.mark.launched
def test_embedded_sandbox_ignores_the_key_of_an_account(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "work", "sandbox")
    workspace.write(orders())

    workspace.apply()

    assert workspace.is_settled()
    assert (workspace.directory / ".sandbox" / "fivetran.sqlite3").is_file()
