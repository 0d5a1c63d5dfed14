"""A state that moves by itself, that is enforced, imported, or whose connection is gone."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import CURSOR, cursor
from expected_requests import careful_state
from sandbox_server import Sandbox
from scenario import Scenario

ENFORCE = 'drift_policy = "enforce"'


def synced(sandbox: Sandbox, connection: str) -> dict[str, Any]:
    """A sync ran and moved the cursor; the state since then."""
    sandbox.store.configure(sync_seconds=0)
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {})
    moved: dict[str, Any] = sandbox.state(connection)
    assert moved["cursor"] > "2025"
    return moved


def test_progress_is_no_diff_and_a_change_is_set_once(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    first, second = {"cursor": "2024-01-01"}, {"cursor": "2024-06-01"}
    terraform.step(
        cursor('{ cursor = "2024-01-01" }', of=connection), careful_state(connection, first)
    )
    moved = synced(sandbox, connection)

    terraform.step(actions={})
    assert sandbox.state(connection) == moved

    terraform.step(
        cursor('{ cursor = "2024-06-01" }', of=connection),
        careful_state(connection, second),
        differences={"state", "previous_state"},
    )
    assert sandbox.state(connection) == second
    assert terraform.resource(CURSOR)["previous_state"] == moved


def test_enforcing_says_what_it_rewinds(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    first = {"cursor": "2024-01-01"}
    body = cursor('{ cursor = "2024-01-01" }', ENFORCE, of=connection)
    terraform.step(body, careful_state(connection, first))
    moved = synced(sandbox, connection)

    done = terraform.step(
        body,
        careful_state(connection, first),
        actions={CURSOR: ["update"]},
    )

    assert f'cursor: "{moved["cursor"]}" -> "2024-01-01" (backwards by' in done.plan.output
    assert 'drift_policy is "enforce"' in done.plan.output
    assert sandbox.state(connection) == first


def test_beginning_to_enforce_sets_what_has_moved_and_says_so(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(
        cursor("{ cursor = 1 }", of=connection), careful_state(connection, {"cursor": 1})
    )
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 2}})

    done = terraform.step(
        cursor("{ cursor = 1 }", ENFORCE, of=connection),
        careful_state(connection, {"cursor": 1}),
        planned=True,
    )

    assert "moves BACKWARDS" in done.plan.output
    assert "cursor: 2 -> 1 (backwards by 1)" in done.plan.output
    assert sandbox.state(connection) == {"cursor": 1}


def test_drift_of_the_connection_beside_its_state_is_no_diff(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(
        cursor("{ cursor = 1 }", ENFORCE, of=connection), careful_state(connection, {"cursor": 1})
    )
    drift = {"paused": True, "sync_frequency": 15}
    sandbox.ask("PATCH", f"/v1/connections/{connection}", drift)

    terraform.step(actions={})


IMPORTED: dict[str, tuple[str, dict[str, Any], frozenset[str]]] = {
    "defaults": ("", {}, frozenset()),
    "enforced": (
        ENFORCE,
        {"drift_policy": "on_change"},
        frozenset({"drift_policy", "previous_state"}),
    ),
    "restored": (
        'on_destroy = "restore"',
        {"on_destroy": "keep"},
        frozenset({"on_destroy"}),
    ),
}


@pytest.mark.both_terraforms
@pytest.mark.parametrize(("more", "except_", "plans"), IMPORTED.values(), ids=IMPORTED)
def test_an_import_takes_the_live_state_over(
    terraform: Scenario,
    connection: str,
    more: str,
    except_: dict[str, Any],
    plans: frozenset[str],
) -> None:
    terraform.step(
        cursor("{ cursor = 5 }", more, of=connection), careful_state(connection, {"cursor": 5})
    )

    terraform.import_(CURSOR, connection, except_=except_, plans=plans)


def test_an_imported_state_settles_and_is_changed_in_place(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 5}})
    terraform.write(cursor("{ cursor = 5 }", of=connection))
    terraform.run("import", CURSOR, connection)
    terraform.step(actions={})

    terraform.step(
        cursor("{ cursor = 6 }", of=connection), careful_state(connection, {"cursor": 6})
    )

    assert terraform.resource(CURSOR)["previous_state"] == {"cursor": 5}


def test_an_import_by_a_block_plans_and_sends_nothing(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 5}})
    block = f'import {{\n  to = {CURSOR}\n  id = "{connection}"\n}}\n'

    plan = terraform.step(cursor("{ cursor = 5 }", of=connection) + block, actions={}).plan

    assert "1 to import, 0 to add, 0 to change, 0 to destroy" in plan.output


def test_the_import_of_an_unknown_identifier_is_a_clear_error(
    terraform: Scenario, connection: str
) -> None:
    terraform.write(cursor("{ cursor = 5 }", of=connection))

    output = terraform.run("import", CURSOR, "no_such_connection", ok=False)

    assert "Cannot import non-existent remote object" in output


def test_destroy_of_an_imported_state_restores_nothing(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 5}})
    terraform.write(cursor("{ cursor = 5 }", 'on_destroy = "restore"', of=connection))
    terraform.run("import", CURSOR, connection)
    terraform.step(differences={"on_destroy"})

    terraform.destroy([])

    assert sandbox.state(connection) == {"cursor": 5}


def test_state_of_a_deleted_connection_leaves_terraform(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(
        cursor("{ cursor = 5 }", of=connection), careful_state(connection, {"cursor": 5})
    )
    sandbox.ask("DELETE", f"/v1/connections/{connection}")

    terraform.run("apply", "-refresh-only", "-auto-approve")

    assert terraform.addresses() == []
    terraform.refused(None, "answered 404", during="plan")


def test_the_state_of_a_deleted_connection_can_be_destroyed(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(
        cursor("{ cursor = 5 }", 'on_destroy = "restore"', of=connection),
        careful_state(connection, {"cursor": 5}),
    )
    sandbox.ask("DELETE", f"/v1/connections/{connection}")

    terraform.run("destroy", "-auto-approve", "-refresh=false")

    assert terraform.addresses() == []
