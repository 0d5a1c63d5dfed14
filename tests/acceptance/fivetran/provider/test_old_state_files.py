"""A state file that an older version wrote, under the real terraform and a live API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from expected_requests import careful_state, change, deletion
from sandbox_server import Sandbox
from scenario import Scenario

STATES = Path(__file__).parents[2] / "hostile" / "states"
RECORDED_IDENTIFIER = "pale_hydrogen"
CONNECTION, STATE = "fivetranops_connection.one", "fivetranops_connection_state.one"

Configurations = dict[str, dict[str, Any]]


def recorded(version: str) -> Configurations:
    """The configurations of a recording: attributes by resource type."""
    text = (STATES / version / "configurations.json").read_text(encoding="utf-8")
    found: Configurations = json.loads(text)
    return found


def made_as_recorded(sandbox: Sandbox, configurations: Configurations) -> str:
    """A connection that stands as the recorded one did; its identifier."""
    body = dict(configurations["fivetranops_connection"])
    body["config"] = {**body["config"], **body.pop("config_wo")}
    body.pop("timeouts")
    identifier: str = sandbox.ask("POST", "/v1/connections", body)["id"]
    sandbox.made_by_hand.add(identifier)
    state = {"state": configurations["fivetranops_connection_state"]["state"]}
    sandbox.ask("PATCH", f"/v1/connections/{identifier}/state", state)
    return identifier


def configure(terraform: Scenario, configurations: Configurations) -> None:
    """Writes the configurations, as JSON beside an empty ``main.tf``."""
    reference = f"${{{CONNECTION}.id}}"
    configurations["fivetranops_connection_state"]["connection_id"] = reference
    resources = {kind: {"one": attributes} for kind, attributes in configurations.items()}
    text = json.dumps({"resource": resources})
    (terraform.directory / "resources.tf.json").write_text(text, encoding="utf-8")
    terraform.write("")


@pytest.fixture(params=sorted(path.name for path in STATES.iterdir()))
def upgraded(
    request: pytest.FixtureRequest, terraform: Scenario, sandbox: Sandbox
) -> tuple[str, Configurations]:
    """A working directory with an old state of a connection that exists; its identifier."""
    version: str = request.param
    configurations = recorded(version)
    identifier = made_as_recorded(sandbox, configurations)
    text = (STATES / version / "terraform.tfstate").read_text(encoding="utf-8")
    state = text.replace(RECORDED_IDENTIFIER, identifier)
    (terraform.directory / "terraform.tfstate").write_text(state, encoding="utf-8")
    configure(terraform, configurations)
    return identifier, configurations


def test_an_old_state_plans_nothing_and_is_written_anew(
    terraform: Scenario, upgraded: tuple[str, Configurations]
) -> None:
    terraform.step("", actions={})
    terraform.refresh()

    assert terraform.addresses() == [CONNECTION, STATE]
    assert terraform.resource(CONNECTION)["id"] == upgraded[0]


def test_what_an_old_state_describes_is_changed_in_place(
    terraform: Scenario, upgraded: tuple[str, Configurations]
) -> None:
    identifier, configurations = upgraded
    configurations["fivetranops_connection"]["config"]["region"] = "eu-west-1"
    configure(terraform, configurations)

    terraform.step(
        "",
        [change(identifier, config={"region": "eu-west-1"})],
        actions={CONNECTION: ["update"]},
    )


def test_a_cursor_that_an_old_state_describes_is_moved(
    terraform: Scenario, upgraded: tuple[str, Configurations]
) -> None:
    identifier, configurations = upgraded
    configurations["fivetranops_connection_state"]["state"] = {"page": 13}
    configure(terraform, configurations)

    # The recorded connection is paused, so it is neither paused nor resumed.
    _, patch, _ = careful_state(identifier, {"page": 13})
    terraform.step(
        "",
        [patch],
        actions={STATE: ["update"]},
    )


def test_what_an_old_state_describes_is_destroyed(
    terraform: Scenario, sandbox: Sandbox, upgraded: tuple[str, Configurations]
) -> None:
    # The recording found no state and asks to restore that, which is an empty one.
    _, restored, _ = careful_state(upgraded[0], {})

    terraform.destroy([restored, deletion(upgraded[0])])

    assert sandbox.connections() == []
