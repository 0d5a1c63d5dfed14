"""Whole accounts move: every form of a setting, every service, each type and version of a state."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from account_size import SIZE
from official_accounts import state_of
from official_provider import plant
from official_states import CANARY, write_state
from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib.sandbox.fivetran.generated import generate
from constructs_lib.schemas.official_state import official_connection
from constructs_lib.schemas.rules import REASON_OF_IMPORT, settings_at_fault


def configuration(type_name: str, attributes: Any) -> dict[str, Any]:
    """The resource that describes what a state tells, as a person would write it."""
    found, secrets = official_connection(type_name, attributes)
    # A list with a secret is given as a whole, and is left as it is until then.
    hidden = {re.split(r"[.\[]", secret)[1] for secret in secrets if "[]" in secret}
    config = {
        name: value
        for name, value in found["config"].items()
        if value not in (None, "", [], {}) and name not in hidden
    }
    at_fault = settings_at_fault(found["service"], config)
    written = {name: found[name] for name in ("service", "group_id")} | {"config": config}
    return written | ({"unchecked": dict.fromkeys(at_fault, REASON_OF_IMPORT)} if at_fault else {})


def as_json(document: Any) -> str:
    """A document in which no text is a template."""
    return json.dumps(document, default=float).replace("${", "$${").replace("%{", "%%{")


@pytest.mark.both_terraforms
@pytest.mark.parametrize("type_name", ["fivetran_connection", "fivetran_connector"])
def test_an_account_of_60_services_moves_without_a_change(
    terraform: Scenario, sandbox: Sandbox, type_name: str
) -> None:
    # Given its connections in the state of that provider
    made = generate(sandbox.store, connections=SIZE, services=60)
    sandbox.made_by_hand |= set(made)
    states = {f"c{n}": state_of(sandbox.connection(each), type_name) for n, each in enumerate(made)}
    plant(terraform.directory)
    write_state(terraform.directory, type_name, states, 4 if type_name.endswith("or") else 1)
    resources = {name: configuration(type_name, state) for name, state in states.items()}
    (terraform.directory / "connections.tf.json").write_text(
        as_json(
            {
                "resource": {"fivetranops_connection": resources},
                "moved": [
                    {"from": f"{type_name}.{name}", "to": f"fivetranops_connection.{name}"}
                    for name in states
                ],
            }
        )
    )
    terraform.write("")
    terraform.run("init", "-input=false")
    sandbox.writes()
    # When it moves, then nothing changes, nothing is sent, and no secret is left
    output = terraform.run("apply", "-auto-approve", "-input=false")
    assert len(set(re.findall(r"has moved to (\S+)", output))) == SIZE
    assert "0 added, 0 changed, 0 destroyed" in output
    assert sandbox.writes() == []
    assert CANARY not in (terraform.directory / "terraform.tfstate").read_text()
    # And nothing is left to do
    assert terraform.is_settled()
    (terraform.directory / "terraform.tfstate").unlink()
