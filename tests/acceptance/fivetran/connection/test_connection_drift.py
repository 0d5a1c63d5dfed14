"""What changes in Fivetran without Terraform: mended, left alone, or created again."""

from __future__ import annotations

import pytest
from bodies import CREATED, ORDERS, orders
from expected_requests import change, creation
from sandbox_server import Sandbox
from scenario import Scenario


def test_drift_of_a_managed_key_is_shown_and_mended(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.step(orders("sync_frequency = 60"), [creation(**CREATED, sync_frequency=60)])
    identifier = terraform.resource(ORDERS)["id"]
    drift = {"config": {"host": "elsewhere"}, "sync_frequency": 15}
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", drift)

    done = terraform.step(
        writes=[change(identifier, config={"host": "db.example.com"}, sync_frequency=60)],
        differences={"config", "sync_frequency"},
    )

    assert "elsewhere" in done.plan.output


def test_drift_of_an_unmanaged_key_is_no_diff(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]
    drift = {"config": {"user": "someone"}, "sync_frequency": 15}
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", drift)

    terraform.step(actions={})

    live = sandbox.connection(identifier)
    assert (live["config"]["user"], live["sync_frequency"]) == ("someone", 15)


def test_drift_accepted_by_a_refresh_leaves_nothing_to_do(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", {"sync_frequency": 15, "paused": True})

    terraform.refresh()

    refreshed = terraform.resource(ORDERS)
    assert (refreshed["sync_frequency"], refreshed["paused"]) == (15, True)
    assert refreshed["sync_state"] == "paused"


def test_a_connection_deleted_elsewhere_is_created_again(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    former = terraform.resource(ORDERS)["id"]
    sandbox.ask("DELETE", f"/v1/connections/{former}")

    terraform.step(
        writes=[creation(**CREATED)],
        actions={ORDERS: ["create"]},
        warns=(f"Connection {former} does not exist any more",),
    )

    (connection,) = sandbox.connections()
    assert connection["id"] == terraform.resource(ORDERS)["id"] != former


def test_a_connection_deleted_elsewhere_can_be_destroyed(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    sandbox.ask("DELETE", f"/v1/connections/{terraform.resource(ORDERS)['id']}")

    terraform.run("destroy", "-auto-approve", "-refresh=false")

    assert terraform.addresses() == []


def test_connection_deleted_after_the_plan_is_an_error(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]
    terraform.write(orders(host="db2.example.com"))
    plan = terraform.plan()
    sandbox.ask("DELETE", f"/v1/connections/{identifier}")

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert "answered 404" in output
    assert identifier in output
    assert sandbox.writes() == []
    terraform.step(
        orders(),
        [creation(**CREATED)],
        actions={ORDERS: ["create"]},
        warns=(f"Connection {identifier} does not exist any more",),
    )


DISTORTED = {
    "other-spelling": {
        "config.host": "upper",
        "config.port": "number_as_text",
        "sync_frequency": "number_as_text",
    },
    "other-order": {"config.tables": "reorder", "config.*": "add_key"},
    "left-out": {"config.host": "drop", "config.flag": "boolean_as_text"},
    "nothing": {"config.empty": "nothing_as_list", "config.none": "nothing_as_text"},
    "masked": {"config.host": "mask", "config.port": "default_for_null"},
    "padded": {"config.host": "pad", "networking_method": "null"},
    "added": {"config.*": "add_key", "config.tables": "add_item", "schedule_type": "upper"},
}


@pytest.mark.parametrize("distortions", DISTORTED.values(), ids=DISTORTED)
def test_answers_that_only_look_different_are_no_drift(
    terraform: Scenario, sandbox: Sandbox, distortions: dict[str, str]
) -> None:
    sandbox.store.configure(distortions=distortions)
    settings = 'sync_frequency = 60\n  networking_method = "Directly"'
    config = ', flag = true, tables = ["b", "a"], empty = "", none = null'
    sent = {**CREATED["config"], "flag": True, "tables": ["b", "a"], "empty": ""}
    first, second = "Db.example.com", "other.example.com"
    body = {**CREATED, "config": {**sent, "host": first}}
    terraform.step(
        orders(settings, host=first, config=config),
        [creation(**body, sync_frequency=60, networking_method="Directly")],
    )

    terraform.step(
        orders(settings, host=second, config=config),
        [change(terraform.resource(ORDERS)["id"], config={"host": second})],
        differences={"config"},
    )
