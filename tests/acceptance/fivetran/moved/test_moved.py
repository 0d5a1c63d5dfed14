"""Connections move from the state of Fivetran's own provider: nothing is sent, no secret comes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bodies import CONFIG, ORDERS, orders
from expected_requests import change
from official_provider import plant
from official_states import CANARY, connection, connector, moved, write_state
from sandbox_server import Sandbox
from scenario import Scenario

pytestmark = pytest.mark.both_terraforms

MOVED = "0 to add, 0 to change, 0 to destroy|No changes"
SECRETS = "Secrets of connection .* are no longer in the state"
DESTINATION = {"name": None, "prefix": "orders", "table": None, "table_group_name": None}


@pytest.fixture
def there(sandbox: Sandbox) -> str:
    """A connection that Fivetran's own provider has made."""
    return sandbox.add("postgres", **CONFIG, password=CANARY)


def official(identifier: str, type_name: str, **settings: Any) -> Any:
    """Its state, with its secret."""
    made = {"host": "db.example.com", "port": 5432, "password": CANARY, **settings}
    make = connector if type_name == "fivetran_connector" else connection
    return make(identifier, "postgres", made, destination_schema=DESTINATION, name="orders")


def begin(terraform: Scenario, body: str, type_name: str, attributes: Any, version: int) -> None:
    """A working directory with a state of that provider, and the configuration of this one."""
    plant(terraform.directory)
    write_state(terraform.directory, type_name, {"orders": attributes}, version)
    terraform.write(body + moved(type_name))
    terraform.run("init", "-input=false")


def check_moved(terraform: Scenario, sandbox: Sandbox, *warns: str) -> None:
    """Applies: all moves, nothing changes, nothing is sent, and no secret is left."""
    done = terraform.step(None, [], warns=warns, planned=True)
    assert re.search(MOVED, done.plan.output)
    assert f"has moved to {ORDERS}" in done.plan.output
    assert CANARY not in (terraform.directory / "terraform.tfstate").read_text()


@pytest.mark.parametrize(
    ("type_name", "version"),
    [("fivetran_connection", 1), ("fivetran_connection_v2", 1), ("fivetran_connector", 4)],
)
def test_a_connection_moves_without_a_change(
    terraform: Scenario, sandbox: Sandbox, there: str, type_name: str, version: int
) -> None:
    begin(terraform, orders(), type_name, official(there, type_name), version)

    check_moved(terraform, sandbox, SECRETS)

    found = terraform.resource(ORDERS)
    assert (found["id"], found["schema"]) == (there, "orders")


@pytest.mark.parametrize("version", [0, 2, 3])
def test_an_older_state_of_a_connector_moves(
    terraform: Scenario, sandbox: Sandbox, there: str, version: int
) -> None:
    # Given a state in which objects are lists, and numbers and flags are texts
    attributes = official(there, "fivetran_connector", port="5432", update_method="XMIN")
    if version < 3:
        attributes |= {name: [attributes[name]] for name in ("config", "destination_schema")}
        attributes |= {"run_setup_tests": "true", "auth": [], "sync_frequency": "360"}
    attributes["local_processing_agent_id"] = None
    sandbox.ask("PATCH", f"/v1/connections/{there}", {"config": {"update_method": "XMIN"}})
    sandbox.requests()
    # When it moves, then it is as one of today
    begin(terraform, orders(), "fivetran_connector", attributes, version)
    check_moved(terraform, sandbox, SECRETS)


def test_what_the_state_claims_and_the_api_denies_is_shown(
    terraform: Scenario, sandbox: Sandbox, there: str
) -> None:
    # Given a state with a change that was stored, and never sent
    claimed = official(there, "fivetran_connection", host="new.example.com")
    begin(terraform, orders(host="new.example.com"), "fivetran_connection", claimed, 1)
    # When it moves, then the plan shows what Fivetran has, and sends the change
    done = terraform.step(
        None, [change(there, config={"host": "new.example.com"})], warns=(SECRETS,), planned=True
    )
    assert re.search('host *= "db.example.com" -> "new.example.com"', done.plan.output)
    assert "(moved from fivetran_connection.orders)" in done.plan.output


def test_a_moved_secret_is_given_again(terraform: Scenario, sandbox: Sandbox, there: str) -> None:
    attributes = official(there, "fivetran_connection")
    begin(terraform, orders(), "fivetran_connection", attributes, 1)
    check_moved(terraform, sandbox, SECRETS)

    secret = 'config_wo = { password = "again" }'
    terraform.step(
        orders(secret), [change(there, config={"password": "******"})], actions={ORDERS: ["update"]}
    )


def test_a_move_after_an_import_has_no_settings_to_tell(
    terraform: Scenario, sandbox: Sandbox, there: str
) -> None:
    """That provider knows nothing of ``config`` after an import."""
    attributes = connection(there, "postgres", None, destination_schema=DESTINATION)
    begin(terraform, orders(), "fivetran_connection", attributes, 1)

    check_moved(terraform, sandbox)


def test_instances_move_along(terraform: Scenario, sandbox: Sandbox, there: str) -> None:
    attributes = [official(there, "fivetran_connection")]
    begin(terraform, orders("count = 1"), "fivetran_connection", attributes, 1)

    done = terraform.step(None, [], warns=(SECRETS,), planned=True)

    assert f"has moved to {ORDERS}[0]" in done.plan.output


def test_a_tainted_connection_moves_to_be_replaced(
    terraform: Scenario, sandbox: Sandbox, there: str
) -> None:
    attributes = official(there, "fivetran_connection")
    plant(terraform.directory)
    write_state(
        terraform.directory, "fivetran_connection", {"orders": attributes}, 1, status="tainted"
    )
    terraform.write(orders() + moved("fivetran_connection"))
    terraform.run("init", "-input=false")

    assert "is tainted, so must be replaced" in terraform.run("plan", "-input=false")
    (terraform.directory / "terraform.tfstate").unlink()


@pytest.mark.parametrize(
    ("type_name", "version", "more", "words"),
    [
        ("fivetran_connector", 5, {}, "has the version 5, and this provider reads those up to 4"),
        ("fivetran_connection", 1, {"id": "../x"}, "State without a connection"),
        ("fivetran_connection", 1, {"id": None}, "State without a connection"),
        ("fivetran_group", 0, {}, "cannot become one of the type fivetranops_connection"),
    ],
)
def test_what_is_no_connection_is_refused(
    terraform: Scenario,
    sandbox: Sandbox,
    there: str,
    type_name: str,
    version: int,
    more: dict[str, Any],
    words: str,
) -> None:
    attributes = official(there, "fivetran_connector") | more
    begin(terraform, orders(), type_name, attributes, version)

    output = terraform.run("plan", "-input=false", ok=False)

    assert words in output
    assert "Nothing was changed." in output
    assert CANARY not in output
    (terraform.directory / "terraform.tfstate").unlink()


def test_a_provider_of_that_name_elsewhere_is_refused(
    terraform: Scenario, sandbox: Sandbox, there: str
) -> None:
    plant(terraform.directory, "registry.terraform.io/somebody/fivetran")
    attributes = official(there, "fivetran_connector")
    write_state(terraform.directory, "fivetran_connector", {"orders": attributes}, 4)
    file = terraform.directory / "terraform.tfstate"
    file.write_text(file.read_text().replace("io/fivetran/", "io/somebody/"))
    terraform.write(orders() + moved("fivetran_connector"))
    terraform.run("init", "-input=false")

    output = terraform.run("plan", "-input=false", ok=False)

    assert "of registry.terraform.io/somebody/fivetran cannot become one of the type" in output
    file.unlink()
