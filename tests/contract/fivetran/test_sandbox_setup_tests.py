"""When the setup tests run: by the contract after each update, by a public report after some."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import POSTGRES, Carrier

OUTSIDE = {"paused": True}
INSIDE = {"config": {"port": 5433}}


def patch(carrier: Carrier, made: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = carrier.data("PATCH", f"/v1/connections/{made['id']}", json=body)
    return data


@pytest.mark.parametrize(
    ("every", "body", "run"),
    [
        (True, OUTSIDE, True),
        (True, INSIDE, True),
        (True, OUTSIDE | {"run_setup_tests": True}, True),
        (True, OUTSIDE | {"run_setup_tests": False}, False),
        (True, INSIDE | {"run_setup_tests": False}, False),
        (False, OUTSIDE, False),
        (False, OUTSIDE | {"run_setup_tests": True, "trust_certificates": True}, False),
        (False, INSIDE, True),
        (False, {"auth": {"token": "x"}}, True),
        (False, INSIDE | {"run_setup_tests": False}, False),
    ],
)
def test_setup_tests_run_after_an_update(
    carrier: Carrier, every: bool, body: dict[str, Any], run: bool
) -> None:
    carrier.configure(setup_tests_every_update=every)
    made = carrier.create(POSTGRES, run_setup_tests=False)

    changed = patch(carrier, made, body)

    assert ("setup_tests" in changed) is run
    assert changed["status"]["setup_state"] == ("connected" if run else "incomplete")


@pytest.mark.parametrize("every", [True, False])
@pytest.mark.parametrize("name", ["trust_certificates", "trust_fingerprints"])
def test_trust_without_tests_is_400(carrier: Carrier, every: bool, name: str) -> None:
    carrier.configure(setup_tests_every_update=every)
    made = carrier.create()
    body = {"paused": True, "run_setup_tests": False, name: True}

    error = carrier.error("PATCH", f"/v1/connections/{made['id']}", json=body)

    message = f"Field '{name}' requires 'run_setup_tests' to be true"
    assert error == (400, "InvalidInput", message)
    assert carrier.data("GET", f"/v1/connections/{made['id']}")["paused"] is False


def test_trust_that_is_false_needs_no_tests(carrier: Carrier) -> None:
    body = {"paused": True, "run_setup_tests": False, "trust_certificates": False}

    assert patch(carrier, carrier.create(), body)["paused"] is True


def test_trust_lets_the_tests_of_an_update_pass(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES, config={"host": "db.unsigned.test"})
    assert made["status"]["setup_state"] == "incomplete"

    changed = patch(carrier, made, OUTSIDE | {"trust_certificates": True})

    assert changed["status"]["setup_state"] == "connected"


@pytest.mark.parametrize("controls", [{}, {"run_setup_tests": True}])
def test_pause_is_possible_while_a_sync_runs(carrier: Carrier, controls: dict[str, Any]) -> None:
    carrier.configure(update_while_syncing_status=409)
    made = carrier.create()
    carrier.request("POST", f"/v1/connections/{made['id']}/sync", json={})

    assert patch(carrier, made, OUTSIDE | controls)["paused"] is True
