"""``moved``: a connection has another address, and Fivetran hears nothing of it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from bodies import (
    CURSOR,
    GATE,
    INVOICES,
    ORDERS,
    PASSWORD,
    SYNC,
    cursor,
    gate,
    orders,
    orders_with_secret,
    sync,
)
from card_bodies import CARD, card
from expected_requests import change
from sandbox_server import Sandbox
from scenario import Scenario

pytestmark = pytest.mark.both_terraforms

SHOP = "fivetranops_connection.shop"
MODULE = '\nmodule "pipeline" {\n  source   = "./pipeline"\n  password = var.password\n}\n'
NOTHING = "Plan: 0 to add, 0 to change, 0 to destroy."


def moved(before: str, after: str) -> str:
    return f"moved {{\n  from = {before}\n  to   = {after}\n}}\n"


def kept(terraform: Scenario) -> tuple[str, dict[str, Any], dict[str, Any] | None]:
    """What Terraform keeps of the one resource: identifier, digests of secrets, identity."""
    document = json.loads((terraform.directory / "terraform.tfstate").read_text())
    [resource] = document["resources"]
    [instance] = resource["instances"]
    secrets = json.loads(base64.b64decode(instance["private"]))["secrets"]
    assert secrets["digests"].keys() == {"config.password"}
    return instance["attributes"]["id"], secrets, instance.get("identity")


def move(terraform: Scenario, body: str, before: str, after: str) -> None:
    """Moves the one resource, which changes nothing of it and sends nothing."""
    known = kept(terraform)
    done = terraform.step(body + moved(before, after), settles=False, planned=True)
    assert f"# {before} has moved to {after}" in done.plan.output
    assert NOTHING in done.plan.output
    assert kept(terraform) == known


def into_module(terraform: Scenario, body: str) -> None:
    """Writes a module beside the configuration, and has Terraform find it."""
    header = (terraform.directory / "main.tf").read_text().removesuffix(terraform.body)
    folder = terraform.directory / "pipeline"
    folder.mkdir()
    (folder / "main.tf").write_text(header + body)
    terraform.write(PASSWORD + MODULE)
    terraform.run("get")


def test_a_moved_connection_keeps_its_secrets(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.environment["TF_VAR_password"] = "canary-password"
    terraform.write(orders_with_secret())
    terraform.apply()
    identifier, _, _ = kept(terraform)
    assert len(sandbox.writes()) == 1

    move(terraform, orders_with_secret(name="shop"), ORDERS, SHOP)
    move(terraform, orders_with_secret("count = 1", name="shop"), SHOP, f"{SHOP}[0]")
    several = orders_with_secret('for_each = toset(["eu"])', name="shop")
    move(terraform, several, f"{SHOP}[0]", f'{SHOP}["eu"]')
    into_module(terraform, orders_with_secret())
    move(terraform, PASSWORD + MODULE, f'{SHOP}["eu"]', f"module.pipeline.{ORDERS}")

    terraform.check_settled()
    terraform.environment["TF_VAR_password"] = "canary-changed"
    terraform.step(
        PASSWORD + MODULE,
        [change(identifier, config={"password": "******"})],
        differences={"secrets_applied"},
    )


def test_a_state_moves_with_its_connection(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.write(INVOICES + cursor("{ page = 1 }", 'on_destroy = "restore"'))
    terraform.apply()
    known = terraform.resource(CURSOR)
    sandbox.writes()
    bills, page = "fivetranops_connection.bills", "fivetranops_connection_state.page"
    body = terraform.body.replace(".invoices", ".bills").replace('"invoices" {', '"bills" {')
    body = body.replace('"cursor" {', '"page" {')
    # As a CDK writes them.
    pairs = {"fivetranops_connection.invoices": bills, CURSOR: page}
    blocks = {"moved": [{"from": before, "to": after} for before, after in pairs.items()]}
    (terraform.directory / "blocks.tf.json").write_text(json.dumps(blocks))

    done = terraform.step(body, [], planned=True)

    assert NOTHING in done.plan.output
    assert terraform.addresses() == [bills, page]
    assert terraform.resource(page) == known


def test_what_was_done_once_is_not_done_for_a_move(terraform: Scenario, sandbox: Sandbox) -> None:
    done_once = gate() + sync() + card(of=f"${{{ORDERS}.id}}")
    terraform.write(orders() + done_once)
    terraform.apply()
    assert len(sandbox.writes()) == 4
    blocks = ""
    for address, name in {GATE: "tests", SYNC: "first", CARD: "letter"}.items():
        type_, _, before = address.partition(".")
        blocks += moved(address, f"{type_}.{name}")
        done_once = done_once.replace(f'"{type_}" "{before}"', f'"{type_}" "{name}"')

    done = terraform.step(orders() + done_once + blocks, [], planned=True)

    assert NOTHING in done.plan.output
    names = {address.rpartition(".")[2] for address in terraform.addresses()}
    assert names == {"orders", "tests", "first", "letter"}
