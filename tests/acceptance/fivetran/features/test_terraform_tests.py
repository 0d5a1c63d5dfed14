"""``terraform test``: on the API, with overridden objects, and with a mocked provider."""

from __future__ import annotations

import pytest
from bodies import (
    CREATED,
    CURSOR,
    GATE,
    INVOICES,
    INVOICES_CREATED,
    ORDERS,
    cursor,
    gate,
    orders,
    orders_with_secret,
    sync,
)
from card_bodies import card, ephemeral
from markdown_pages import blocks
from pages.catalogue import DOCS
from sandbox_server import Sandbox
from scenario import Scenario
from terraform_test_file import outcome, run

from constructs_lib.sandbox import Store

pytestmark = pytest.mark.both_terraforms

SECRET = "canary-password"
GUIDE = DOCS / "guides" / "terraform_features.md"
MOCK = 'mock_provider "fivetranops" {}\n'
INVENTS = """mock_provider "fivetranops" {
  override_during = plan
  mock_resource "fivetranops_connection" {
    defaults = { id = "pale_hydrogen" }
  }
}
"""
STACK = f"""
{orders_with_secret().replace('"db.example.com"', "var.host")}
{INVOICES}
{cursor("{ page = 1 }")}
variable "host" {{ default = "db.example.com" }}
data "fivetranops_connection" "found" {{ connection_id = {ORDERS}.id }}
output "id" {{ value = {ORDERS}.id }}
output "config" {{ value = data.fivetranops_connection.found.config }}
"""
EVERYTHING = f"""
{STACK}
{gate()}
{sync()}
{card(of=f"${{{ORDERS}.id}}")}
data "fivetranops_connections" "all" {{ service = "postgres" }}
data "fivetranops_connection_state" "cursor" {{ connection_id = {ORDERS}.id }}
output "all" {{ value = data.fivetranops_connections.all }}
output "state" {{ value = data.fivetranops_connection_state.cursor.state }}
"""
"""A stack with each resource and data source of the provider."""


def result(terraform: Scenario, stack: str, *tests: str, ok: bool = True) -> str:
    """What ``terraform test`` prints of a stack, which holds no secret."""
    given = f'variables {{ password = "{SECRET}" }}\n' if "var.password" in stack else ""
    output = outcome(terraform, stack, given, *tests, ok=ok)
    assert SECRET not in output
    return output


def test_a_test_plans_applies_changes_and_destroys(terraform: Scenario, sandbox: Sandbox) -> None:
    output = result(
        terraform,
        STACK,
        run("plans", f'{ORDERS}.config.host == "db.example.com"', "command = plan"),
        run(
            "applies",
            f'{ORDERS}.setup_state == "connected" && {CURSOR}.previous_state == null'
            " && output.config.port == 5432",
        ),
        run("changes", f"{ORDERS}.id == run.applies.id", 'variables { host = "db2" }'),
    )

    assert "Success! 3 passed, 0 failed." in output
    written = sandbox.writes()
    created = [
        body for method, path, body in written if (method, path) == ("POST", "/v1/connections")
    ]
    with_secret = {**CREATED, "config": {**CREATED["config"], "password": "******"}}
    assert len(created) == 2
    assert with_secret in created
    assert INVOICES_CREATED in created
    assert {"config": {"host": "db2"}} in [body for _, _, body in written]
    assert [method for method, _, _ in written].count("DELETE") == 2
    assert sandbox.connections() == []


def test_a_wrong_assertion_ends_with_its_words(terraform: Scenario, sandbox: Sandbox) -> None:
    words = f"The host is ${{{ORDERS}.config.host}}."

    output = result(
        terraform,
        orders_with_secret(),
        run("wrong", f'{ORDERS}.config.host == "other"', words=words),
        ok=False,
    )

    assert "Error: Test assertion failed" in output
    assert "The host is db.example.com." in output
    assert "Failure! 0 passed, 1 failed." in output
    # What the run had applied is destroyed all the same.
    assert [method for method, _, _ in sandbox.writes()] == ["POST", "DELETE"]
    assert sandbox.connections() == []


def test_a_mocked_provider_makes_everything_and_asks_nothing(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    output = result(
        terraform,
        EVERYTHING,
        """mock_provider "fivetranops" {
  mock_resource "fivetranops_connection" {
    defaults = { id = "pale_hydrogen", setup_state = "broken" }
  }
  mock_data "fivetranops_connection" {
    defaults = { config = { port = 5433, tables = ["a"] } }
  }
  mock_data "fivetranops_connections" {
    defaults = { ids = ["pale_hydrogen"] }
  }
  mock_data "fivetranops_connection_state" {
    defaults = { state = { page = 7 } }
  }
}
""",
        run("plans", f"{ORDERS}.config.port == 5432", "command = plan"),
        run(
            "applies",
            f'{ORDERS}.setup_state == "broken" && {ORDERS}.config.host == "db.example.com"'
            ' && output.config.tables[0] == "a" && output.state.page == 7'
            ' && output.all.ids[0] == "pale_hydrogen"',
        ),
        run("changes", f'{ORDERS}.config.host == "db2"', 'variables { host = "db2" }'),
    )

    assert "Success! 3 passed, 0 failed." in output
    assert sandbox.requests() == []


def test_what_a_mock_makes_by_itself(terraform: Scenario) -> None:
    output = result(
        terraform,
        EVERYTHING,
        MOCK,
        run(
            "applies",
            "output.config == null && output.state == null && length(output.all.connections) == 0"
            f" && length({GATE}.results) == 0 && length(output.id) > 0",
        ),
    )

    assert "Success! 1 passed, 0 failed." in output


def test_an_overridden_object_is_not_asked_for(terraform: Scenario, sandbox: Sandbox) -> None:
    output = result(
        terraform,
        STACK,
        f"""override_resource {{
  target = {ORDERS}
  values = {{ id = "pale_hydrogen" }}
}}
override_resource {{
  target = fivetranops_connection.invoices
}}
override_resource {{
  target = {CURSOR}
  values = {{ previous_state = {{ page = 0 }} }}
}}
override_data {{
  target = data.fivetranops_connection.found
  values = {{ config = {{ port = 5433 }} }}
}}
""",
        run(
            "applies",
            'output.id == "pale_hydrogen" && output.config.port == 5433'
            f" && {CURSOR}.previous_state.page == 0",
        ),
    )

    assert "Success! 1 passed, 0 failed." in output
    assert sandbox.requests() == []


def test_a_mistake_in_the_settings_is_found_under_a_mock(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    output = result(
        terraform,
        orders(config=', hots = "db"'),
        MOCK,
        run("applies"),
        ok=False,
    )

    assert "Error: Unknown setting" in output
    assert sandbox.requests() == []


@pytest.mark.launched
def test_the_tests_of_the_guide_pass_without_an_account(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    named = {block.code.partition("\n")[0]: block.code for block in blocks(GUIDE)}
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET"):
        del terraform.environment[name]
    terraform.environment["FIVETRAN_API_URL"] = "sandbox"
    terraform.write(named["# main.tf"])
    (terraform.directory / "tests").mkdir()
    for name in ("tests/applied.tftest.hcl", "tests/mocked.tftest.hcl"):
        (terraform.directory / name).write_text(named[f"# {name}"])

    output = terraform.run("test")

    assert "Success! 2 passed, 0 failed." in output
    assert sandbox.requests() == []
    with Store(terraform.directory / ".sandbox" / "fivetran.sqlite3") as store:
        assert [entry.method for entry in store.journal(0) if entry.writes] == ["POST", "DELETE"]


IMPORT = f'import {{\n  to = {ORDERS}\n  id = "pale_hydrogen"\n}}\n'


@pytest.mark.parametrize(
    ("stack", "mock", "words"),
    [
        (orders() + IMPORT, MOCK, "Cannot import resources from mock providers"),
        (
            ephemeral(of='"pale_hydrogen"') + INVOICES,
            MOCK,
            "No ephemeral resource types in mock providers",
        ),
        (orders(), INVENTS, "Provider produced inconsistent final plan"),
    ],
    ids=["import", "ephemeral", "override during plan"],
)
def test_what_terraform_does_not_mock_is_an_error(
    terraform: Scenario, sandbox: Sandbox, stack: str, mock: str, words: str
) -> None:
    output = result(terraform, stack, mock, run("applies"), ok=False)

    assert words in output
    assert sandbox.requests() == []


def test_an_ephemeral_variable_needs_a_value_in_the_test(terraform: Scenario) -> None:
    stack = orders_with_secret().replace("ephemeral = true", 'ephemeral = true\n  default = "x"')

    output = outcome(terraform, stack, MOCK, run("applies"), ok=False)

    assert 'The ephemeral input variable "password" was not set during the plan phase' in output


def test_an_import_under_a_mock_needs_an_override(terraform: Scenario, sandbox: Sandbox) -> None:
    output = result(
        terraform,
        orders() + IMPORT,
        f'mock_provider "fivetranops" {{}}\noverride_resource {{\n  target = {ORDERS}\n}}\n',
        run("applies", f'{ORDERS}.config.host == "db.example.com"'),
    )

    assert "Success! 1 passed, 0 failed." in output
    assert sandbox.requests() == []
