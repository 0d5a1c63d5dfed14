"""``fivetranops_connection`` is changed: in place, by one request; or replaced, with a warning."""

from __future__ import annotations

import pytest
from bodies import CREATED, ORDERS, orders
from expected_requests import change, creation, deletion
from sandbox_server import Sandbox
from scenario import Scenario


def test_several_changes_are_one_request_to_the_same_connection(terraform: Scenario) -> None:
    terraform.step(orders("sync_frequency = 60"), [creation(**CREATED, sync_frequency=60)])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.step(
        orders("sync_frequency = 15\n  paused = true", config=', user = "fivetran"'),
        [change(identifier, sync_frequency=15, paused=True, config={"user": "fivetran"})],
        actions={ORDERS: ["update"]},
    )

    changed = terraform.resource(ORDERS)
    assert (changed["id"], changed["sync_state"]) == (identifier, "paused")


def test_an_update_that_changes_a_computed_attribute(terraform: Scenario) -> None:
    daily = orders('sync_frequency = 1440\n  daily_sync_time = "05:00"')
    terraform.step(daily, [creation(**CREATED, sync_frequency=1440, daily_sync_time="05:00")])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.step(
        orders("sync_frequency = 60"),
        [change(identifier, sync_frequency=60)],
        differences={"sync_frequency", "daily_sync_time"},
    )

    assert terraform.resource(ORDERS)["daily_sync_time"] is None


REPLACED = {
    "schema": (
        ('schema_prefix = "orders"', 'schema_prefix = "sales"'),
        {"config": {**CREATED["config"], "schema_prefix": "sales"}},
        ["config", "schema_prefix"],
    ),
    "group": (
        ('"sandbox_warehouse"', '"sandbox_lake"'),
        {"group_id": "sandbox_lake"},
        ["group_id"],
    ),
    "service": (('"postgres"', '"mysql"'), {"service": "mysql"}, ["service"]),
}


@pytest.mark.parametrize(("edit", "sent", "path"), REPLACED.values(), ids=REPLACED)
def test_a_replacement_is_planned_with_a_warning(
    terraform: Scenario,
    sandbox: Sandbox,
    edit: tuple[str, str],
    sent: dict[str, object],
    path: list[str],
) -> None:
    terraform.step(orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]

    done = terraform.step(
        orders().replace(*edit),
        [deletion(identifier), creation(**{**CREATED, **sent})],
        actions={ORDERS: ["delete", "create"]},
        warns=("Replacing the connection syncs its whole history again",),
    )

    assert done.plan.change(ORDERS)["replace_paths"] == [path]
    (connection,) = sandbox.connections()
    assert connection["id"] == terraform.resource(ORDERS)["id"] != identifier


def test_an_attribute_that_is_no_longer_configured_plans_nothing(terraform: Scenario) -> None:
    terraform.step(orders("sync_frequency = 60"), [creation(**CREATED, sync_frequency=60)])

    terraform.step(orders(), actions={})

    assert terraform.resource(ORDERS)["sync_frequency"] == 60


def test_removed_setting_is_dropped_without_a_request(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    more = ', user = "fivetran"'
    config = {**CREATED["config"], "user": "fivetran"}
    terraform.step(orders(config=more), [creation(**{**CREATED, "config": config})])

    terraform.step(orders(), differences={"config"}, warns=("Settings are no longer managed",))

    assert sandbox.connections()[0]["id"] == terraform.resource(ORDERS)["id"]
    assert sandbox.connection(terraform.resource(ORDERS)["id"])["config"]["user"] == "fivetran"


def test_a_historical_sync_is_started_once(terraform: Scenario, sandbox: Sandbox) -> None:
    sandbox.store.configure(sync_seconds=0)
    terraform.step(orders(), [creation(**CREATED)])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.step(
        orders("is_historical_sync = true"), [change(identifier, is_historical_sync=True)]
    )


STEERING = """
  trust_certificates  = true
  trust_fingerprints  = true
  require_setup_tests = true
  timeouts            = { delete = "30m" }
  connect_card_config = { redirect_uri = "https://example.com" }
"""


def test_settings_of_requests_can_be_added_and_send_nothing(terraform: Scenario) -> None:
    terraform.step(orders(), [creation(**CREATED)])

    terraform.step(
        orders(STEERING),
        differences={
            *("trust_certificates", "trust_fingerprints"),
            *("require_setup_tests", "timeouts", "connect_card_config"),
        },
        warns=("connect_card_config only takes effect at creation",),
    )

    assert terraform.resource(ORDERS)["timeouts"]["delete"] == "30m"


ONLY_TOGETHER = {
    "daily_sync_time": ('daily_sync_time = "05:00"', "sync_frequency = 60"),
    "data_delay_threshold": ("data_delay_threshold = 60", 'data_delay_sensitivity = "LOW"'),
    "private_link_id": ('private_link_id = "one"', 'networking_method = "SshTunnel"'),
    "proxy_agent_id": ('proxy_agent_id = "one"', ""),
    "networking_method": ('networking_method = "ProxyAgent"', ""),
    "run_setup_tests": ("require_setup_tests = true", "run_setup_tests = false"),
    "trust_fingerprints": ("trust_fingerprints = true", "run_setup_tests = false"),
}


@pytest.mark.parametrize("pair", ONLY_TOGETHER.values(), ids=ONLY_TOGETHER)
def test_what_does_not_count_together_is_an_error(
    terraform: Scenario, pair: tuple[str, str]
) -> None:
    name = pair[0].partition(" ")[0]

    output = terraform.refused(orders("\n  ".join(pair)), name, during="validate")

    assert "; allowed is " in " ".join(output.split())
