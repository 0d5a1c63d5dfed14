"""Settings that look alike: nothing in its forms, other orders, and secrets that are masked."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import CREATED, ORDERS, orders
from expected_requests import change, creation
from sandbox_server import Sandbox
from scenario import Scenario


def created(**more: Any) -> dict[str, Any]:
    return {**CREATED, "config": {**CREATED["config"], **more}}


NOTHING = {
    "empty_text": ('""', ""),
    "empty_list": ("[]", []),
    "empty_object": ("{}", {}),
    "null_in_object": ("{ a = null }", {"a": None}),
    "null_in_list": ("[null]", [None]),
    "nothing_at_all": ("null", None),
}
"""Forms of nothing: in the configuration, and as they are sent; null is not."""
ANSWERED = ("as it is", "nothing_as_null", "nothing_as_text", "nothing_as_list", "drop_nothing")


@pytest.mark.parametrize("answered", ANSWERED)
def test_empty_values_are_sent_and_converge(
    terraform: Scenario, sandbox: Sandbox, answered: str
) -> None:
    if answered != "as it is":
        distortions = {f"config.{name}": answered for name in NOTHING}
        sandbox.store.configure(distortions=distortions)
    text = "".join(f", {name} = {expression}" for name, (expression, _) in NOTHING.items())
    sent = {name: value for name, (_, value) in NOTHING.items() if value is not None}

    terraform.step(orders(config=text), [creation(**created(**sent))])


def test_numbers_in_objects_that_are_alike_stay_numbers(terraform: Scenario) -> None:
    # Terraform writes fractions and large numbers as texts.
    text = ", near = { ratio = 0.1, most = 18446744073709551616 }"
    text += ", far = { ratio = 0.2, most = 18446744073709551617 }"
    new = 'unchecked = { "config.near" = "new", "config.far" = "new" }'
    near = {"ratio": 0.1, "most": 18446744073709551616}
    far = {"ratio": 0.2, "most": 18446744073709551617}

    terraform.step(orders(new, config=text), [creation(**created(near=near, far=far))])
    identifier = terraform.resource(ORDERS)["id"]
    terraform.step(
        orders(new, config=text.replace("0.2", "0.3")),
        [change(identifier, config={"far": {**far, "ratio": 0.3}})],
        differences={"config"},
    )


def test_a_setting_is_cleared_by_any_form_of_nothing(terraform: Scenario, sandbox: Sandbox) -> None:
    forms = {name: NOTHING[name] for name in NOTHING if not name.startswith("null_in")}
    before = "".join(f', {name} = "x"' for name in forms)
    terraform.step(orders(config=before), [creation(**created(**dict.fromkeys(forms, "x")))])
    identifier = terraform.resource(ORDERS)["id"]

    sent = {name: value for name, (_, value) in forms.items()}
    terraform.step(
        orders(config="".join(f", {name} = {text}" for name, (text, _) in forms.items())),
        [change(identifier, config=sent)],
        differences={"config"},
    )

    live = sandbox.connection(identifier)["config"]
    assert {name: live.get(name) for name in forms} == sent


def test_one_form_of_nothing_in_place_of_another_is_sent_once(terraform: Scenario) -> None:
    terraform.step(orders(config=", extra = []"), [creation(**created(extra=[]))])
    identifier = terraform.resource(ORDERS)["id"]

    terraform.write(orders(config=', extra = ""'))
    terraform.apply()

    assert terraform.sandbox.writes() == [change(identifier, config={"extra": ""})]
    terraform.check_settled()


NULL_ATTRIBUTES = """
  paused                       = null
  sync_frequency               = null
  daily_sync_time              = null
  destination_configuration    = null
  external_secrets_keys_config = null
  auth                         = null
  timeouts                     = null
"""


def test_an_attribute_that_is_null_is_one_that_is_left_out(terraform: Scenario) -> None:
    terraform.step(orders(NULL_ATTRIBUTES), [creation(**CREATED)])

    terraform.step(orders(), actions={})


def test_an_empty_map_settles(terraform: Scenario) -> None:
    terraform.step(
        orders("external_secrets_keys_config = {}"),
        [creation(**CREATED)],
    )


def test_an_empty_nested_attribute_settles(terraform: Scenario) -> None:
    terraform.step(
        orders("destination_configuration = {}"),
        [creation(**CREATED, destination_configuration={})],
    )


def test_a_list_that_is_answered_in_another_order_is_no_drift(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.step(
        orders(config=', tables = ["b", "a", "c"]'), [creation(**created(tables=["b", "a", "c"]))]
    )
    identifier = terraform.resource(ORDERS)["id"]
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", {"config": {"tables": ["c", "b", "a"]}})

    terraform.step(actions={})


def test_a_list_that_loses_an_item_elsewhere_is_mended(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    body = orders(config=', tables = ["b", "a"]')
    terraform.step(body, [creation(**created(tables=["b", "a"]))])
    identifier = terraform.resource(ORDERS)["id"]
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", {"config": {"tables": ["a"]}})

    terraform.step(
        writes=[change(identifier, config={"tables": ["b", "a"]})], differences={"config"}
    )


def test_masked_setting_converges_and_can_be_changed(terraform: Scenario, sandbox: Sandbox) -> None:
    sandbox.store.configure(distortions={"config.user": "mask"})
    terraform.step(orders(config=', user = "one"'), [creation(**created(user="one"))])
    identifier = terraform.resource(ORDERS)["id"]
    assert sandbox.connection(identifier)["config"]["user"] == "******"

    terraform.step(
        orders(config=', user = "two"'),
        [change(identifier, config={"user": "two"})],
        differences={"config"},
    )


@pytest.mark.both_terraforms
def test_a_secret_in_config_is_refused_and_not_shown(terraform: Scenario) -> None:
    output = terraform.refused(
        orders(config=', password = "canary-password"'), "A secret in config", during="validate"
    )

    assert "canary" not in output


def test_masked_secrets_beside_config_settle(terraform: Scenario) -> None:
    secret = 'config_wo = { password = "canary-password" }'
    terraform.step(orders(secret), [creation(**created(password="******"))])

    stored = terraform.resource(ORDERS)
    assert stored["config_wo"] is None
    assert "password" not in stored["config"]
    assert list(stored["secrets_applied"]) == ["config.password"]


def test_a_setting_in_config_and_in_config_wo_is_refused(terraform: Scenario) -> None:
    terraform.refused(
        orders('config_wo = { host = "x" }'),
        "host in config and in config_wo",
        during="validate",
    )
