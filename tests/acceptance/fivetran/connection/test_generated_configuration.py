"""``terraform plan -generate-config-out`` writes a configuration that can be planned at once."""

from __future__ import annotations

import pytest
from bodies import CREATED, ORDERS, orders
from expected_requests import change
from sandbox_server import Sandbox
from scenario import Scenario

NEWER = {
    "new_field": 7,
    "new_object": {"list": [1, {"a": None}]},
    "port": "http",
    "update_method": "BY_LUCK",
    "empty": "",
}
"""Settings with which the catalogue of services finds fault, each by another rule."""


@pytest.mark.both_terraforms
def test_generated_configuration_of_newer_settings_plans_nothing(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    identifier = sandbox.add("postgres", **{**CREATED["config"], **NEWER})
    block = f'import {{\n  to = {ORDERS}\n  id = "{identifier}"\n}}\n'
    terraform.write(block)

    terraform.run("plan", "-generate-config-out=generated.tf")

    generated = (terraform.directory / "generated.tf").read_text()
    assert '"config.new_field"' in generated
    plan = terraform.step(block, actions={}).plan
    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in plan.output


def test_import_of_newer_settings_needs_no_unchecked(terraform: Scenario, sandbox: Sandbox) -> None:
    identifier = sandbox.add("postgres", **CREATED["config"], new_field=7)
    block = f'import {{\n  to = {ORDERS}\n  id = "{identifier}"\n}}\n'

    terraform.step(orders() + block, actions={})

    assert "config.new_field" in terraform.resource(ORDERS)["unchecked"]
    # With the first change of config, only what the configuration says is left.
    terraform.step(
        orders(host="db2.example.com"),
        [change(identifier, config={"host": "db2.example.com"})],
        differences={"config", "unchecked"},
        warns=("Settings are no longer managed",),
    )
