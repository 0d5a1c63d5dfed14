"""``fivetranops_connection`` with the real terraform and a sandbox on a socket."""

from __future__ import annotations

import pytest
from sandbox_server import Sandbox
from workspace import Workspace

ADDRESS = "fivetranops_connection.orders"


def orders(more: str = "", *, host: str = "db.example.com", config: str = "") -> str:
    return f"""
resource "fivetranops_connection" "orders" {{
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = {{ schema_prefix = "orders", host = "{host}", port = 5432{config} }}
  {more}
}}
"""


def test_create_read_update_and_destroy(terraform: Workspace, sandbox: Sandbox) -> None:
    terraform.write(orders("sync_frequency = 60"))
    terraform.apply()

    created = terraform.resource(ADDRESS)
    assert sandbox.writes() == [
        (
            "POST",
            "/v1/connections",
            {
                "group_id": "sandbox_warehouse",
                "service": "postgres",
                "sync_frequency": 60,
                "config": {"schema_prefix": "orders", "host": "db.example.com", "port": 5432},
            },
        )
    ]
    assert created["schema"] == "orders"
    assert created["paused"] is False
    assert created["setup_state"] == "connected"
    assert terraform.is_settled()
    assert sandbox.writes() == []

    terraform.write(orders("sync_frequency = 60", host="db2.example.com"))
    assert terraform.plan().differences(ADDRESS) == {"config"}
    terraform.apply()
    assert sandbox.writes() == [
        ("PATCH", f"/v1/connections/{created['id']}", {"config": {"host": "db2.example.com"}})
    ]
    assert terraform.resource(ADDRESS)["id"] == created["id"]
    assert terraform.is_settled()

    terraform.write("")
    terraform.apply()
    assert sandbox.connections() == []


def test_a_diff_reads_as_one_changed_attribute(terraform: Workspace) -> None:
    terraform.write(orders())
    terraform.apply()
    terraform.write(orders(host="db2.example.com"))

    output = terraform.plan().output

    changed = [line.strip() for line in output.splitlines() if line.strip().startswith(("~", "+"))]
    assert changed == [
        "~ update in-place",
        '~ resource "fivetranops_connection" "orders" {',
        "~ config                   = {",
        '~ host          = "db.example.com" -> "db2.example.com"',
    ]


def test_an_attribute_that_is_no_longer_configured_plans_nothing(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(orders("sync_frequency = 60"))
    terraform.apply()
    terraform.write(orders())

    assert terraform.is_settled()


def test_a_key_that_is_no_longer_configured_is_shown_and_sends_nothing(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(orders(config=', user = "fivetran"'))
    terraform.apply()
    sandbox.writes()
    terraform.write(orders())

    plan = terraform.plan()

    assert plan.differences(ADDRESS) == {"config"}
    assert "Settings are no longer managed" in plan.output
    terraform.apply()
    assert sandbox.writes() == []
    path = f"/v1/connections/{terraform.resource(ADDRESS)['id']}"
    assert sandbox.ask("GET", path)["config"]["user"] == "fivetran"
    assert terraform.is_settled()


def test_a_schedule_with_its_hour(terraform: Workspace, sandbox: Sandbox) -> None:
    terraform.write(orders('sync_frequency = 1440\n  daily_sync_time = "05:00"'))
    terraform.apply()
    sandbox.writes()
    terraform.write(orders("sync_frequency = 60"))
    terraform.apply()

    assert [body for _, _, body in sandbox.writes()] == [{"sync_frequency": 60}]
    assert terraform.resource(ADDRESS)["daily_sync_time"] is None
    assert terraform.is_settled()


def test_drift_of_a_managed_key_is_shown_and_mended(terraform: Workspace, sandbox: Sandbox) -> None:
    terraform.write(orders("sync_frequency = 60"))
    terraform.apply()
    path = f"/v1/connections/{terraform.resource(ADDRESS)['id']}"
    sandbox.ask("PATCH", path, {"config": {"host": "elsewhere"}, "sync_frequency": 15})

    plan = terraform.plan()
    assert plan.differences(ADDRESS) == {"config", "sync_frequency"}
    terraform.apply()
    assert sandbox.writes() == [
        ("PATCH", path, {"config": {"host": "db.example.com"}, "sync_frequency": 60})
    ]
    assert terraform.is_settled()


def test_drift_of_an_unmanaged_key_is_no_diff(terraform: Workspace, sandbox: Sandbox) -> None:
    terraform.write(orders())
    terraform.apply()
    path = f"/v1/connections/{terraform.resource(ADDRESS)['id']}"
    sandbox.ask("PATCH", path, {"config": {"user": "someone"}, "sync_frequency": 15})

    assert not terraform.plan().actions()


def test_a_connection_deleted_elsewhere_is_created_again(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(orders())
    terraform.apply()
    sandbox.ask("DELETE", f"/v1/connections/{terraform.resource(ADDRESS)['id']}")

    assert terraform.plan().actions() == {ADDRESS: ["create"]}
    terraform.apply()
    assert len(sandbox.connections()) == 1


def test_a_connection_deleted_elsewhere_can_be_destroyed(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(orders())
    terraform.apply()
    sandbox.ask("DELETE", f"/v1/connections/{terraform.resource(ADDRESS)['id']}")

    terraform.run("destroy", "-auto-approve", "-refresh=false")

    assert terraform.addresses() == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('schema_prefix = "orders"', 'schema_prefix = "sales"'),
        ('"sandbox_warehouse"', '"sandbox_lake"'),
        ('service  = "postgres"', 'service  = "mysql"'),
    ],
)
def test_a_replacement_is_planned_with_a_warning(
    terraform: Workspace, before: str, after: str
) -> None:
    terraform.write(orders())
    terraform.apply()
    terraform.write(orders().replace(before, after))

    plan = terraform.plan()

    assert plan.actions() == {ADDRESS: ["delete", "create"]}
    assert "Replacing the connection syncs its whole history again" in plan.output


def test_a_destination_schema_that_is_known_only_at_apply(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(
        'resource "terraform_data" "name" { input = "orders" }\n'
        + orders().replace('"orders", host', "terraform_data.name.output, host")
    )
    terraform.apply()

    assert terraform.resource(ADDRESS)["schema"] == "orders"
    assert terraform.is_settled()


def test_import_by_command_and_by_block_plans_nothing(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    identifier = sandbox.add("postgres", schema_prefix="orders", host="db.example.com", port=5432)
    terraform.write(orders())
    terraform.run("import", ADDRESS, identifier)
    assert terraform.is_settled()

    terraform.run("state", "rm", ADDRESS)
    terraform.write(orders() + f'import {{\n to = {ADDRESS}\n id = "{identifier}"\n}}\n')
    plan = terraform.plan()
    assert plan.actions() == {}
    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in plan.output
    terraform.apply()
    assert sandbox.writes() == []


def test_the_import_of_an_unknown_identifier_is_a_clear_error(terraform: Workspace) -> None:
    terraform.write(orders())

    assert "Cannot import non-existent remote object" in terraform.run(
        "import", ADDRESS, "no_such_connection", ok=False
    )


def test_failed_setup_tests_are_warnings_with_their_messages(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(orders(host="db.invalid"))

    output = terraform.apply()

    assert "Warning: Setup test" in output
    assert terraform.resource(ADDRESS)["setup_state"] != "connected"
    terraform.write(orders())
    terraform.apply()
    assert terraform.resource(ADDRESS)["setup_state"] == "connected"


def test_required_setup_tests_are_errors_and_the_connection_stays_in_state(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(orders("require_setup_tests = true", host="db.invalid"))

    output = terraform.apply(ok=False)

    assert "Error: Setup test" in output
    assert "terraform untaint" in output
    assert terraform.resource(ADDRESS)["id"] == sandbox.connections()[0]["id"]
    terraform.run("untaint", ADDRESS)
    sandbox.writes()
    terraform.write(orders("require_setup_tests = true"))
    terraform.apply()
    assert [body for _, _, body in sandbox.writes()] == [{"config": {"host": "db.example.com"}}]


def test_everything_the_api_takes_at_creation_is_sent_and_settles(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(
        orders(
            """
  auth                         = { client_access = { user_agent = "x" } }
  paused                       = true
  pause_after_trial            = true
  sync_frequency               = 1440
  daily_sync_time              = "05:00"
  schedule_type                = "manual"
  data_delay_sensitivity       = "CUSTOM"
  data_delay_threshold         = 30
  networking_method            = "PrivateLink"
  private_link_id              = "link"
  hybrid_deployment_agent_id   = "agent"
  destination_configuration    = { virtual_warehouse = "wh" }
  destination_schema_names     = "FIVETRAN_NAMING"
  connect_card_config          = { redirect_uri = "https://example.com", hide_setup_guide = true }
  external_secrets_manager_id  = "vault"
  external_secrets_keys_config = { password = "key-in-vault" }
  run_setup_tests              = false
  trust_certificates           = false
  trust_fingerprints           = false
  require_setup_tests          = false
  timeouts                     = { create = "5m" }
"""
        )
    )
    terraform.apply()

    body = sandbox.writes()[0][2]
    assert body["destination_configuration"] == {"virtual_warehouse": "wh"}
    assert body["connect_card_config"] == {
        "redirect_uri": "https://example.com",
        "hide_setup_guide": True,
    }
    assert body["run_setup_tests"] is False
    assert "timeouts" not in body
    assert "require_setup_tests" not in body
    assert terraform.is_settled()
    assert sandbox.writes() == []


def test_a_historical_sync_is_started_once(terraform: Workspace, sandbox: Sandbox) -> None:
    sandbox.store.configure(sync_seconds=0)
    terraform.write(orders())
    terraform.apply()
    sandbox.writes()
    terraform.write(orders("is_historical_sync = true"))
    terraform.apply()

    assert [body for _, _, body in sandbox.writes()] == [{"is_historical_sync": True}]
    assert terraform.is_settled()
    assert sandbox.writes() == []


STEERING = """
  run_setup_tests     = false
  trust_certificates  = true
  trust_fingerprints  = true
  require_setup_tests = true
  timeouts            = { delete = "30m" }
  connect_card_config = { redirect_uri = "https://example.com" }
"""


def test_what_steers_requests_can_be_added_later_and_sends_nothing(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(orders())
    terraform.apply()
    sandbox.writes()
    terraform.write(orders(STEERING))

    plan = terraform.plan()
    assert plan.differences(ADDRESS) == {
        *("run_setup_tests", "trust_certificates", "trust_fingerprints"),
        *("require_setup_tests", "timeouts", "connect_card_config"),
    }
    assert "connect_card_config has effect at creation only" in plan.output
    terraform.apply()
    assert sandbox.writes() == []
    assert terraform.resource(ADDRESS)["timeouts"]["delete"] == "30m"
    assert terraform.is_settled()


def test_an_import_under_strict_settings_plans_them_alone(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    identifier = sandbox.add("postgres", schema_prefix="orders", host="db.example.com", port=5432)
    terraform.write(orders("require_setup_tests = true"))
    terraform.run("import", ADDRESS, identifier)

    assert terraform.plan().differences(ADDRESS) == {"require_setup_tests"}
    terraform.apply()
    assert sandbox.writes() == []
    assert terraform.is_settled()


def test_an_import_with_a_historical_sync_configured_starts_none(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    identifier = sandbox.add("postgres", schema_prefix="orders", host="db.example.com", port=5432)
    terraform.write(orders("is_historical_sync = true"))
    terraform.run("import", ADDRESS, identifier)
    terraform.apply()

    assert sandbox.writes() == []
    assert terraform.is_settled()


def later(value: str, trigger: int) -> str:
    """A value that is unknown at plan whenever the trigger changes."""
    return f"""
resource "terraform_data" "late" {{
  input            = {value}
  triggers_replace = {trigger}
}}
"""


LATE_SCHEMA = orders().replace('"orders", host', "terraform_data.late.output, host")


def test_a_schema_that_is_unknown_for_a_while_replaces_nothing(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(later('"orders"', 1) + LATE_SCHEMA)
    terraform.apply()
    identifier = terraform.resource(ADDRESS)["id"]
    sandbox.writes()
    terraform.write(later('"orders"', 2) + LATE_SCHEMA)

    assert "The destination schema is not known yet" in terraform.plan().output
    terraform.apply()

    assert terraform.resource(ADDRESS)["id"] == identifier
    assert sandbox.writes() == []


def test_a_schema_that_turns_out_as_another_stops_before_anything_changes(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(later('"orders"', 1) + LATE_SCHEMA)
    terraform.apply()
    sandbox.writes()
    terraform.write(later('"sales"', 2) + LATE_SCHEMA)

    output = terraform.apply(ok=False)

    assert "The destination schema changes, and the plan does not show it" in output
    assert "inconsistent" not in output
    assert sandbox.writes() == []
    assert terraform.plan().actions() == {ADDRESS: ["delete", "create"]}


def test_a_config_that_turns_out_null_is_an_error_and_changes_nothing(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    config = '{ schema_prefix = "orders" }'
    body = orders().replace(
        '{ schema_prefix = "orders", host = "db.example.com", port = 5432 }',
        "terraform_data.late.output",
    )
    terraform.write(later(config, 1) + body)
    terraform.apply()
    sandbox.writes()
    terraform.write(later("null", 2) + body)

    assert "config has no value" in terraform.run("apply", "-auto-approve", ok=False)
    assert sandbox.writes() == []
    terraform.write(later(config, 1) + body)


def test_required_setup_tests_stay_a_gate_until_they_pass(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    terraform.write(orders("require_setup_tests = true"))
    terraform.apply()
    terraform.write(orders("require_setup_tests = true", host="db.invalid"))
    assert "Error: Setup test" in terraform.apply(ok=False)
    path = f"/v1/connections/{terraform.resource(ADDRESS)['id']}"
    sandbox.writes()

    assert "Error: Setup test" in terraform.apply(ok=False)
    assert sandbox.writes() == [("POST", f"{path}/test", {})]

    terraform.write(orders("require_setup_tests = true"))
    terraform.apply()
    assert terraform.is_settled()


def test_a_setting_in_config_and_in_config_wo_is_refused(terraform: Workspace) -> None:
    terraform.write(orders('config_wo = { host = "x" }'))

    output = terraform.run("validate", ok=False)

    assert "host stands in config and in config_wo" in output


def test_settings_that_lose_their_meaning_settle_at_once(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    daily = 'daily_sync_time = "05:00"\n  data_delay_threshold = 60\n  '
    terraform.write(orders(daily + 'sync_frequency = 1440\n data_delay_sensitivity = "CUSTOM"'))
    terraform.apply()
    terraform.write(orders(daily + 'sync_frequency = 60\n data_delay_sensitivity = "NORMAL"'))
    terraform.apply()

    assert terraform.is_settled()


def test_an_empty_identifier_cannot_be_imported(terraform: Workspace) -> None:
    terraform.write(orders())

    output = terraform.run("import", ADDRESS, "", ok=False)

    assert "bug in the provider" not in output


def test_a_taken_destination_schema_says_what_to_do(terraform: Workspace, sandbox: Sandbox) -> None:
    sandbox.add("postgres", schema_prefix="orders", host="db.example.com")
    terraform.write(orders())

    output = terraform.apply(ok=False)

    assert "with the destination schema orders in group sandbox_warehouse already" in output
    assert "import that connection" in output
    assert "sync that is in progress" not in output
