"""The checks that each scenario gets by default fail where they should."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import state_file
from bodies import CREATED, ORDERS, orders
from expected_requests import creation
from provider_process import ProviderProcess
from sandbox_server import Sandbox
from scenario import Scenario


def test_a_write_request_that_is_not_expected_fails_a_step(terraform: Scenario) -> None:
    with pytest.raises(AssertionError, match="POST"):
        terraform.step(orders())


def test_expected_request_that_is_not_sent_fails_a_step(terraform: Scenario) -> None:
    with pytest.raises(AssertionError, match="POST"):
        terraform.step(orders(), [creation(**CREATED)] * 2)


def test_a_write_request_between_two_steps_fails_the_second(terraform: Scenario) -> None:
    terraform.write(orders())
    terraform.apply()

    with pytest.raises(AssertionError, match="that no check has seen"):
        terraform.step()


def test_a_plan_that_still_changes_something_fails_a_step(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    # The text is another one at each plan.
    late = 'output "now" { value = timestamp() }\n'

    with pytest.raises(AssertionError, match="not settled"):
        terraform.step(late + orders(), [creation(**CREATED)])


def test_a_warning_that_is_not_named_fails_a_step(terraform: Scenario) -> None:
    broken = {**CREATED, "config": {**CREATED["config"], "host": "db.invalid"}}

    with pytest.raises(AssertionError, match=r"unexpected: .*Setup test"):
        terraform.step(orders(host="db.invalid"), [creation(**broken)])


def test_another_error_than_the_expected_one_fails(terraform: Scenario) -> None:
    with pytest.raises(AssertionError, match="unexpected: "):
        terraform.refused(orders('paused = "perhaps"'), "answered 401", during="validate")


def test_an_import_that_differs_fails(terraform: Scenario) -> None:
    terraform.step(orders("run_setup_tests = false"), [creation(**CREATED, run_setup_tests=False)])

    with pytest.raises(AssertionError, match=r"differs in .*run_setup_tests"):
        terraform.import_(ORDERS, terraform.resource(ORDERS)["id"])


def test_a_connection_that_is_left_fails_the_end(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]
    terraform.run("state", "rm", ORDERS)

    with pytest.raises(AssertionError, match=identifier):
        terraform.finish()

    sandbox.ask("DELETE", f"/v1/connections/{identifier}")


def test_state_is_read_as_terraform_shows_it(terraform: Scenario, connection: str) -> None:
    more = f"""
    resource "fivetranops_connection_state" "cursor" {{
      for_each      = toset(["{connection}"])
      connection_id = each.key
      state         = {{ type = "page", value = [1, 2.5, null], deep = [{{ a = true }}] }}
    }}
    data "fivetranops_connection" "same" {{
      connection_id = "{connection}"
    }}
    """
    terraform.write(orders('timeouts = { create = "5m" }') + more)
    terraform.apply()

    read = state_file.resources(state_file.text_of(terraform.directory))

    shown = terraform.shown()["values"]["root_module"]["resources"]
    assert len(shown) == 3
    assert read is not None
    assert {one["address"]: one["values"] for one in read} == {
        one["address"]: one["values"] for one in shown
    }


def test_state_of_other_providers_is_not_guessed(terraform: Scenario) -> None:
    terraform.write('resource "terraform_data" "one" { input = { a = 1 } }')
    terraform.apply()

    assert state_file.resources(state_file.text_of(terraform.directory)) is None
    assert terraform.resource("terraform_data.one")["input"] == {"a": 1}


def test_provider_process_is_replaced_with_its_environment(tmp_path: Path) -> None:
    provider = ProviderProcess(tmp_path, tmp_path / "provider.log")
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}

    first = provider.reattach(environment)
    again = provider.reattach({**environment, "TF_VAR_password": "x"})
    other = provider.reattach({**environment, "FIVETRAN_API_URL": "sandbox"})
    provider.end()

    assert first == again != other
