"""Who writes plain Terraform learns of a wrong setting when it is validated, as before synth."""

from __future__ import annotations

from bodies import ORDERS
from expected_requests import creation
from scenario import Scenario

_BODY = """
resource "fivetranops_connection" "orders" {{
  group_id  = "sandbox_warehouse"
  service   = "{service}"
  config    = {{ {config} }}
  unchecked = {{ {unchecked} }}
}}
"""


def body(config: str, unchecked: str = "", service: str = "postgres") -> str:
    return _BODY.format(config=config, unchecked=unchecked, service=service)


def test_all_wrong_settings_are_told_before_anything_is_planned(terraform: Scenario) -> None:
    settings = 'schema_prefix = "orders", hostt = "a", port = "many", update_method = "WAL"'

    output = terraform.refused(
        body(settings),
        "Unknown setting",
        "A setting of the wrong type",
        "A setting with a value that is not allowed",
        during="validate",
    )

    assert "Did you mean 'host'? [unknown-field]" in output


def test_a_secret_in_clear_is_refused_and_not_shown(terraform: Scenario) -> None:
    settings = body('schema_prefix = "orders", password = "hunter2"')

    output = terraform.refused(settings, "A secret in config", during="validate")

    assert "Move password from config to config_wo." in output


def test_setting_with_a_reason_is_sent_only_once(
    terraform: Scenario,
) -> None:
    settings = 'schema_prefix = "orders", new_field = "a"'
    created = creation(
        group_id="sandbox_warehouse",
        service="postgres",
        config={"schema_prefix": "orders", "new_field": "a"},
    )

    terraform.step(body(settings, '"config.new_field" = "ticket 4711"'), [created])
    terraform.step(
        body(settings, '"config.new_field" = "ticket 4712"'),
        actions={ORDERS: ["update"]},
        differences={"unchecked"},
    )
