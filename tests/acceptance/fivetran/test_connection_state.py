"""``fivetranops_connection_state`` with the real terraform and a sandbox on a socket."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_server import Sandbox
from workspace import Workspace, wait_until

from constructs_lib.sandbox import JournalEntry

ADDRESS = "fivetranops_connection_state.cursor"


def invoices(state: str, more: str = "", identifier: str = "") -> str:
    identifier = f'"{identifier}"' if identifier else "fivetranops_connection.invoices.id"
    return f"""
resource "fivetranops_connection_state" "cursor" {{
  connection_id = {identifier}
  state         = {state}
  {more}
}}
"""


CONNECTION = """
resource "fivetranops_connection" "invoices" {
  group_id = "sandbox_warehouse"
  service  = "connector_sdk"
  config   = { schema = "invoices", package_id = "p" }
}
"""


@pytest.fixture
def connection(sandbox: Sandbox) -> str:
    """A running connection that a person made."""
    return sandbox.add("connector_sdk", schema="invoices", package_id="p")


def state_of(sandbox: Sandbox, identifier: str) -> Any:
    return sandbox.ask("GET", f"/v1/connections/{identifier}/state")["state"]


def steps(entries: list[JournalEntry], identifier: str) -> list[str]:
    """Requests in words; equal neighbours once."""
    words = {
        ("GET", ""): "read",
        ("GET", "/state"): "read state",
        ("PATCH", "/state"): "patch state",
    }
    found: list[str] = []
    for entry in entries:
        tail = entry.path.removeprefix(f"/v1/connections/{identifier}")
        word = words.get((entry.method, tail), f"{entry.method} {entry.path} {entry.body}")
        if (entry.method, tail) == ("PATCH", ""):
            word = "pause" if entry.body == {"paused": True} else f"patch {entry.body}"
            word = "unpause" if entry.body == {"paused": False} else word
        if found[-1:] != [word]:
            found.append(word)
    return found


def test_the_state_of_a_running_connection_is_set_in_order(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    terraform.write(invoices('{ cursor = "2024-01-01" }', identifier=connection))
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {"force": True})
    before = sandbox.store.journal(0)[-1].number
    process = terraform.start("apply", "-auto-approve", "-no-color")
    waiting = ["GET"] * 3

    def looks() -> list[str]:
        entries = sandbox.store.journal(before)
        pauses = [n for n, entry in enumerate(entries) if entry.writes]
        return [entry.method for entry in entries[pauses[0] + 1 :]] if pauses else []

    wait_until(lambda: looks()[:3] == waiting)
    sandbox.store.advance(1000)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 0, output

    entries = sandbox.requests()
    assert steps(entries, connection) == [
        *("read", "read state", "pause", "read", "patch state", "read state", "unpause"),
    ]
    assert state_of(sandbox, connection) == {"cursor": "2024-01-01"}
    assert sandbox.ask("GET", f"/v1/connections/{connection}")["paused"] is False
    assert terraform.is_settled()


def test_a_connection_that_was_paused_stays_paused(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}", {"paused": True})
    terraform.write(invoices('{ cursor = "2024-01-01" }', identifier=connection))
    terraform.apply()

    assert not {"pause", "unpause"} & set(steps(sandbox.requests(), connection))
    assert sandbox.ask("GET", f"/v1/connections/{connection}")["paused"] is True


def test_progress_of_the_connector_is_no_diff_and_a_change_is_set_once(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(sync_seconds=0)
    terraform.write(invoices('{ cursor = "2024-01-01" }', identifier=connection))
    terraform.apply()
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {})
    moved = state_of(sandbox, connection)
    assert moved["cursor"] > "2025"

    assert terraform.is_settled()
    assert sandbox.writes() == []

    terraform.write(invoices('{ cursor = "2024-06-01" }', identifier=connection))
    assert terraform.plan().differences(ADDRESS) == {"state", "previous_state"}
    terraform.apply()
    assert [path.rpartition("/")[2] for _, path, _ in sandbox.writes()].count("state") == 1
    assert state_of(sandbox, connection) == {"cursor": "2024-06-01"}
    assert terraform.resource(ADDRESS)["previous_state"] == moved
    assert terraform.is_settled()


def test_enforcing_says_what_it_rewinds(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(sync_seconds=0)
    body = invoices('{ cursor = "2024-01-01" }', 'drift_policy = "enforce"', connection)
    terraform.write(body)
    terraform.apply()
    assert terraform.is_settled()
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {})
    moved = state_of(sandbox, connection)["cursor"]

    plan = terraform.plan()

    assert plan.actions() == {ADDRESS: ["update"]}
    assert moved in plan.output
    assert "sets the state of a connection again" in plan.output
    terraform.apply()
    assert state_of(sandbox, connection) == {"cursor": "2024-01-01"}


def test_an_equal_state_needs_no_write(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 5}})
    terraform.write(invoices("{ cursor = 5 }", identifier=connection))
    terraform.apply()

    assert sandbox.writes() == []


def test_big_and_precise_numbers_arrive_digit_by_digit(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    numbers = (
        "{ a = 1763700000000000001, b = 0.1, c = 12345678901234567890123, d = [1, true, null] }"
    )
    terraform.write(invoices(numbers, identifier=connection))
    terraform.apply()

    assert state_of(sandbox, connection) == {
        "a": 1763700000000000001,
        "b": 0.1,
        "c": 12345678901234567890123,
        "d": [1, True, None],
    }
    assert terraform.is_settled()


@pytest.mark.parametrize("paused_after", ["running", "paused"])
def test_the_flag_afterwards_can_be_chosen(
    terraform: Workspace, sandbox: Sandbox, connection: str, paused_after: str
) -> None:
    terraform.write(invoices("{ cursor = 5 }", f'paused_after = "{paused_after}"', connection))
    terraform.apply()

    live = sandbox.ask("GET", f"/v1/connections/{connection}")
    assert live["paused"] is (paused_after == "paused")


@pytest.mark.parametrize(
    ("on_destroy", "expected"), [("keep", {"cursor": 5}), ("restore", {"cursor": 1})]
)
def test_destroying_keeps_or_restores_the_state(
    terraform: Workspace, sandbox: Sandbox, connection: str, on_destroy: str, expected: Any
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 1}})
    terraform.write(invoices("{ cursor = 5 }", f'on_destroy = "{on_destroy}"', connection))
    terraform.apply()

    terraform.write("")
    terraform.apply()

    assert state_of(sandbox, connection) == expected


def test_settings_of_the_resource_alone_need_no_request(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    terraform.write(invoices("{ cursor = 5 }", identifier=connection))
    terraform.apply()
    sandbox.writes()
    terraform.write(invoices("{ cursor = 5 }", 'on_destroy = "restore"', connection))
    terraform.apply()

    assert sandbox.writes() == []
    assert terraform.resource(ADDRESS)["on_destroy"] == "restore"
    assert terraform.is_settled()


def test_a_sync_that_does_not_end_in_time_is_an_error_and_the_flag_is_back(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    terraform.write(invoices("{ cursor = 5 }", 'timeouts = { create = "2s" }', connection))
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {"force": True})

    output = terraform.apply(ok=False)

    assert "took longer than the limit of 2 s" in output
    assert "raise the limit in timeouts" in output
    assert sandbox.ask("GET", f"/v1/connections/{connection}")["paused"] is False


def test_an_interrupted_wait_puts_the_flag_back(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    terraform.write(invoices("{ cursor = 5 }", identifier=connection))
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {"force": True})
    path = f"/v1/connections/{connection}"
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: ("PATCH", path, {"paused": True}) in sandbox.writes())

    output = terraform.interrupt(process)

    assert process.returncode == 1, output
    assert "stopped while waiting for the sync" in output
    assert sandbox.ask("GET", path)["paused"] is False


def test_a_service_without_state_is_named_at_plan_with_those_that_have_one(
    terraform: Workspace, sandbox: Sandbox
) -> None:
    made = sandbox.add("postgres", schema_prefix="orders", host="db.example.com")
    terraform.write(invoices("{ cursor = 5 }", identifier=made))

    output = terraform.run("plan", ok=False)

    assert "'postgres', which keeps no state" in output
    assert "aws_lambda, azure_function, connector_sdk, google_cloud_function" in output


def test_a_state_beside_its_connection_in_one_stack(terraform: Workspace, sandbox: Sandbox) -> None:
    terraform.write(CONNECTION + invoices("{ cursor = 5 }"))
    terraform.apply()

    identifier = terraform.resource("fivetranops_connection.invoices")["id"]
    assert state_of(sandbox, identifier) == {"cursor": 5}
    assert terraform.resource(ADDRESS)["previous_state"] is None
    assert terraform.is_settled()
    terraform.run("destroy", "-auto-approve")
    assert sandbox.connections() == []


def test_import_takes_the_live_state_over(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 5}})
    terraform.write(invoices("{ cursor = 5 }", identifier=connection))

    terraform.run("import", ADDRESS, connection)

    assert terraform.is_settled()
    assert sandbox.writes() == []


def test_the_state_of_a_deleted_connection_leaves_the_terraform_state(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    terraform.write(invoices("{ cursor = 5 }", identifier=connection))
    terraform.apply()
    sandbox.ask("DELETE", f"/v1/connections/{connection}")

    terraform.run("apply", "-refresh-only", "-auto-approve")

    assert terraform.addresses() == []


def test_a_state_that_turns_out_null_is_an_error_and_resets_nothing(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 1}})
    late = 'resource "terraform_data" "late" { input = null }\n'
    terraform.write(late + invoices("terraform_data.late.output", identifier=connection))

    assert "state has no value" in terraform.run("apply", "-auto-approve", ok=False)
    assert state_of(sandbox, connection) == {"cursor": 1}


def test_destroying_an_imported_state_never_puts_back_what_was_never_set(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 5}})
    terraform.write(invoices("{ cursor = 5 }", 'on_destroy = "restore"', connection))
    terraform.run("import", ADDRESS, connection)
    terraform.apply()

    terraform.run("destroy", "-auto-approve")

    assert state_of(sandbox, connection) == {"cursor": 5}


def test_a_replacement_made_first_is_not_undone_by_the_old_one(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 1}})
    more = 'on_destroy = "restore"\n  lifecycle { create_before_destroy = true }'
    terraform.write(invoices("{ cursor = 2 }", more, connection))
    terraform.apply()
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 9}})

    output = terraform.run("apply", "-auto-approve", f"-replace={ADDRESS}")

    assert "The state before is not restored" in output
    assert state_of(sandbox, connection) == {"cursor": 2}


def test_a_failed_attempt_that_is_repeated_keeps_what_was_there_before(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    terraform.write(invoices("{ a = 1 }", identifier=connection))
    terraform.apply()
    sandbox.store.configure(merge_state=True)
    terraform.write(invoices("{ b = 2 }", identifier=connection))
    assert "reads back differently" in terraform.apply(ok=False)
    assert terraform.resource(ADDRESS)["previous_state"] == {"a": 1}

    assert "reads back differently" in terraform.apply(ok=False)

    assert terraform.resource(ADDRESS)["previous_state"] == {"a": 1}
    assert sandbox.ask("GET", f"/v1/connections/{connection}")["paused"] is False


def test_beginning_to_enforce_sets_what_has_moved_and_says_so(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    terraform.write(invoices("{ cursor = 1 }", identifier=connection))
    terraform.apply()
    sandbox.ask("PATCH", f"/v1/connections/{connection}/state", {"state": {"cursor": 2}})
    terraform.write(invoices("{ cursor = 1 }", 'drift_policy = "enforce"', connection))

    assert 'stands at {"cursor": 2}' in terraform.plan().output
    terraform.apply()

    assert state_of(sandbox, connection) == {"cursor": 1}
    assert terraform.is_settled()


def test_limits_that_are_no_longer_configured_leave_the_state(
    terraform: Workspace, connection: str
) -> None:
    terraform.write(invoices("{ cursor = 1 }", 'timeouts = { delete = "2s" }', connection))
    terraform.apply()
    terraform.write(invoices("{ cursor = 1 }", identifier=connection))
    terraform.apply()

    assert terraform.resource(ADDRESS)["timeouts"] is None


def test_a_provider_that_is_known_only_at_apply_can_be_planned(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    url = f"""
resource "terraform_data" "url" {{
  input            = "{sandbox.url}"
  triggers_replace = TRIGGER
}}
provider "fivetranops" {{ api_url = terraform_data.url.output }}
"""
    body = url + invoices("{ cursor = 1 }", identifier=connection)
    terraform.write(body.replace("TRIGGER", "1"))
    terraform.apply()
    terraform.write(body.replace("TRIGGER", "2"))

    assert "fivetranops_connection_state.cursor" not in terraform.plan().actions()
    terraform.apply()
    assert state_of(sandbox, connection) == {"cursor": 1}


def test_the_flag_is_back_after_terraform_was_killed(
    terraform: Workspace, sandbox: Sandbox, connection: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    terraform.write(invoices("{ cursor = 5 }", identifier=connection))
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {"force": True})
    path = f"/v1/connections/{connection}"
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: ("PATCH", path, {"paused": True}) in sandbox.writes())

    process.kill()
    process.communicate()

    wait_until(lambda: ("PATCH", path, {"paused": False}) in sandbox.writes())
