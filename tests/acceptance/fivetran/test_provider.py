"""The configuration of the provider, and the ways in which the API can be out of reach."""

from __future__ import annotations

from pathlib import Path

import pytest
from sandbox_server import Sandbox
from workspace import Workspace

BODY = """
resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }
}
"""


def with_line(text: str) -> str:
    return BODY.replace('service  = "postgres"', f'service  = "postgres"\n{text}')


def test_missing_credentials_are_one_clear_error(terraform: Workspace) -> None:
    del terraform.environment["FIVETRAN_APISECRET"]
    terraform.write('provider "fivetranops" {}' + BODY)

    output = terraform.run("plan", ok=False)

    assert output.splitlines()[0].count("Error: ") == 1
    assert "Credentials for Fivetran are missing" in output
    assert "Set FIVETRAN_APISECRET" in output


def test_wrong_credentials_name_the_remedy_and_not_the_secret(terraform: Workspace) -> None:
    terraform.environment["FIVETRAN_APISECRET"] = "canary-wrong"
    terraform.write(BODY)

    output = terraform.apply(ok=False)

    assert "answered 401" in output
    assert "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET" in output
    assert "canary" not in output


@pytest.mark.parametrize("url", ["http://api.fivetran.com", "ftp://x", "nonsense"])
def test_an_address_that_would_leak_the_key_is_refused(terraform: Workspace, url: str) -> None:
    terraform.environment["FIVETRAN_API_URL"] = url
    terraform.write(BODY)

    assert "The address of Fivetran's API cannot be used" in terraform.run("plan", ok=False)


def test_an_address_in_the_configuration_is_checked_by_validate(terraform: Workspace) -> None:
    terraform.write('provider "fivetranops" { api_url = "http://api.fivetran.com" }\n' + BODY)

    output = terraform.run("validate", ok=False)

    assert "https, or http for a loopback address" in output
    assert "regular expression" not in output


def test_a_configuration_that_is_known_only_at_apply_can_be_planned(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(
        f"""
resource "terraform_data" "url" {{ input = "{sandbox.url}" }}
provider "fivetranops" {{ api_url = terraform_data.url.output }}
"""
        + BODY
    )

    terraform.apply()

    assert len(sandbox.connections()) == 1


def test_a_refused_connection_is_an_error_with_the_address_to_check(terraform: Workspace) -> None:
    terraform.environment["FIVETRAN_API_URL"] = "http://127.0.0.1:9"
    terraform.write(with_line('timeouts = { create = "2s" }'))

    output = terraform.apply(ok=False)

    assert "the connection was refused" in output
    assert "Check api_url" in output


def test_the_embedded_sandbox_needs_no_credentials_and_keeps_its_file(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite3"
    workspace = Workspace(tmp_path / "work", f"sandbox:{file}")
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET"):
        del workspace.environment[name]
    workspace.write(BODY)
    workspace.apply()

    assert workspace.is_settled()
    assert file.stat().st_mode & 0o777 == 0o600


def test_twenty_connections_in_parallel(terraform: Workspace, sandbox: Sandbox) -> None:
    many = BODY.replace('"orders" {', '"orders" {\n  count = 20', 1)
    terraform.write(many.replace('"orders", host', '"orders_${count.index}", host'))
    terraform.apply()

    assert len(sandbox.connections()) == 20
    assert len({c["schema"] for c in sandbox.connections()}) == 20
    assert terraform.is_settled()


@pytest.mark.parametrize("cli_config", ["missing", "unset", "present"])
def test_terraforms_cli_configuration_may_be_missing_unset_or_present(
    terraform: Workspace, cli_config: str, tmp_path: Path
) -> None:
    file = tmp_path / "terraformrc"
    if cli_config == "present":
        file.write_text("disable_checkpoint = true\n")
    if cli_config != "unset":
        terraform.environment["TF_CLI_CONFIG_FILE"] = str(file)
    terraform.write(BODY)

    assert "1 to add" in terraform.plan().output


def test_mistakes_in_hcl_are_found_by_validate_with_their_attribute(terraform: Workspace) -> None:
    terraform.write(
        with_line('sync_frequency = 45\nschedule_type = "automatic"\ndaily_sync_time = "5:30"')
    )

    output = terraform.run("validate", ok=False)

    for name in ("sync_frequency", "schedule_type", "daily_sync_time"):
        assert name in output
    assert "360" in output
    assert "did you mean" in output.lower()


def test_a_file_that_is_no_sandbox_is_said_and_left_alone(
    terraform: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database")
    file.chmod(0o644)
    terraform.environment["FIVETRAN_API_URL"] = f"sandbox:{file}"
    terraform.write('provider "fivetranops" {}' + BODY)

    output = terraform.run("plan", ok=False)

    assert "The sandbox cannot be used" in output
    assert "notes.txt" in output
    assert "bug in the provider" not in output
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("not a database", 0o644)


def test_the_embedded_sandbox_does_not_want_the_key_of_an_account(terraform: Workspace) -> None:
    terraform.environment["FIVETRAN_API_URL"] = "sandbox"
    terraform.write(BODY)

    terraform.apply()

    assert terraform.is_settled()
    assert (terraform.directory / ".sandbox" / "fivetran.sqlite3").is_file()


DISTORTED = [
    {"config.host": "upper", "config.port": "number_as_text", "sync_frequency": "number_as_text"},
    {"config.tables": "reorder", "config.*": "add_key"},
    {"config.host": "drop", "config.flag": "boolean_as_text"},
    {"config.empty": "nothing_as_list", "config.none": "nothing_as_text"},
    {"config.host": "mask", "config.port": "default_for_null"},
    {"config.host": "pad", "networking_method": "null"},
]


@pytest.mark.parametrize("distortions", DISTORTED)
def test_answers_that_only_look_different_are_no_drift(
    terraform: Workspace, sandbox: Sandbox, distortions: dict[str, str]
) -> None:
    sandbox.store.configure(distortions=distortions)
    config = (
        '{ schema_prefix = "orders", host = "Db.example.com", port = 5432, flag = true, '
        'tables = ["b", "a"], empty = "", none = null }'
    )
    body = with_line('sync_frequency = 60\nnetworking_method = "Directly"').replace(
        '{ schema_prefix = "orders", host = "db.example.com" }', config
    )
    terraform.write(body)
    terraform.apply()

    assert terraform.is_settled()
    terraform.write(body.replace("Db.example.com", "other.example.com"))
    assert terraform.plan().differences("fivetranops_connection.orders") == {"config"}
    terraform.apply()
    assert terraform.is_settled()
