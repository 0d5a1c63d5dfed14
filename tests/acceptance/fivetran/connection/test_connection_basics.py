"""``fivetranops_connection`` from its creation to its end, and a plan as a person reads it."""

from __future__ import annotations

import pytest
from bodies import CREATED, ORDERS, orders
from expected_requests import change, creation, deletion
from sandbox_server import Sandbox
from scenario import Scenario


@pytest.mark.launched
def test_create_read_update_and_destroy(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.step(orders("sync_frequency = 60"), [creation(**CREATED, sync_frequency=60)])
    created = terraform.resource(ORDERS)
    assert created["schema"] == "orders"
    assert created["paused"] is False
    assert created["setup_state"] == "connected"

    host = "db2.example.com"
    terraform.step(
        orders("sync_frequency = 60", host=host),
        [change(created["id"], config={"host": host})],
        actions={ORDERS: ["update"]},
        differences={"config"},
    )
    assert terraform.resource(ORDERS)["id"] == created["id"]

    terraform.step("", [deletion(created["id"])], actions={ORDERS: ["delete"]})
    assert sandbox.connections() == []


def test_the_least_configuration_is_created_and_read_back(terraform: Scenario) -> None:
    terraform.step(orders(), [creation(**CREATED)], actions={ORDERS: ["create"]})

    created = terraform.resource(ORDERS)
    assert created["config"] == CREATED["config"]
    assert (created["paused"], created["sync_frequency"]) == (False, 360)
    assert created["created_at"].endswith("Z")


def test_an_apply_without_a_change_sends_no_write_request(terraform: Scenario) -> None:
    terraform.step(orders(), [creation(**CREATED)])

    terraform.step(actions={})
    terraform.refresh()


def test_destroying_leaves_nothing(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.step(orders(), [creation(**CREATED)])

    terraform.destroy([deletion(terraform.resource(ORDERS)["id"])])

    assert sandbox.connections() == []


def test_a_diff_reads_as_one_changed_attribute(terraform: Scenario) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    terraform.write(orders(host="db2.example.com"))

    output = terraform.plan().output

    changed = [line.strip() for line in output.splitlines() if line.strip().startswith(("~", "+"))]
    assert changed == [
        "~ update in-place",
        '~ resource "fivetranops_connection" "orders" {',
        "~ config                   = {",
        '~ host          = "db.example.com" -> "db2.example.com"',
    ]


def test_outputs_follow_a_connection_and_settle(terraform: Scenario) -> None:
    outputs = f'output "made" {{ value = [{ORDERS}.id, {ORDERS}.schema, {ORDERS}.config.host] }}\n'
    terraform.step(orders() + outputs, [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]

    done = terraform.step(
        orders(host="db2.example.com") + outputs,
        [change(identifier, config={"host": "db2.example.com"})],
        planned=True,
    )

    assert identifier in done.output
    assert "db2.example.com" in done.output


def test_twenty_connections_in_parallel(terraform: Scenario, sandbox: Sandbox) -> None:
    body = orders("count = 20", schema='"orders_${count.index}"')
    terraform.write(body)
    terraform.apply()

    sent = [write[2]["config"]["schema_prefix"] for write in sandbox.writes()]
    assert sorted(sent) == sorted(f"orders_{number}" for number in range(20))
    assert len({connection["schema"] for connection in sandbox.connections()}) == 20
    terraform.check_settled()
    terraform.run("destroy", "-auto-approve", "-input=false")
    assert [method for method, _, _ in sandbox.writes()] == ["DELETE"] * 20
    assert sandbox.connections() == []


EVERYTHING = """
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


@pytest.mark.both_terraforms
def test_all_attributes_are_sent_at_creation_and_converge(terraform: Scenario) -> None:
    body = {
        **CREATED,
        "auth": {"client_access": {"user_agent": "******"}},
        "paused": True,
        "pause_after_trial": True,
        "sync_frequency": 1440,
        "daily_sync_time": "05:00",
        "schedule_type": "manual",
        "data_delay_sensitivity": "CUSTOM",
        "data_delay_threshold": 30,
        "networking_method": "PrivateLink",
        "private_link_id": "link",
        "hybrid_deployment_agent_id": "agent",
        "destination_configuration": {"virtual_warehouse": "wh"},
        "destination_schema_names": "FIVETRAN_NAMING",
        "connect_card_config": {"redirect_uri": "https://example.com", "hide_setup_guide": True},
        "external_secrets_manager_id": "vault",
        "external_secrets_keys_config": {"password": "key-in-vault"},
        "run_setup_tests": False,
        "trust_certificates": False,
        "trust_fingerprints": False,
    }

    terraform.step(orders(EVERYTHING), [creation(**body)])
