"""A sync as a resource: begun at creation and for other triggers, read, imported, forgotten."""

from __future__ import annotations

import json

import pytest
from bodies import CREATED, EVERYTHING, GATE, ORDERS, SYNC, gate, later, orders, sync
from expected_requests import change, creation, deletion, resync, setup_tests
from expected_requests import sync as begun
from sandbox_server import Sandbox
from scenario import Scenario

OF_A_SYNC = {"triggered_at", "outcome", "succeeded_at"}
ANEW = "will be loaded again"
UNSAID = "The extent of the re-sync is missing"
WITHOUT = "resync_everything without a re-sync of everything"
LATE = 'terraform_data.late.output == "a"'


def triggers(value: str) -> str:
    return f"triggers = {{ day = {value} }}\n"


def end_of_syncs(sandbox: Sandbox) -> None:
    sandbox.store.advance(1000)


@pytest.mark.both_terraforms
def test_a_sync_begins_at_creation_and_for_other_triggers(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a sync
    terraform.step(sync(triggers('"1"'), of=database), [begun(database)])
    found = terraform.resource(SYNC)
    assert (found["id"], found["outcome"], found["succeeded_at"]) == (database, "triggered", None)
    assert found["triggered_at"] is not None
    # When the triggers change, then another one begins, in place
    end_of_syncs(sandbox)
    terraform.step(
        sync(triggers('"2"'), of=database),
        [begun(database)],
        actions={SYNC: ["update"]},
        differences={"triggers", *OF_A_SYNC},
    )
    # And destroying sends nothing, and says nothing
    assert "Warning" not in terraform.destroy()


def test_syncs_that_come_and_go_are_no_diff(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(of=database), [begun(database)])
    before = terraform.resource(SYNC)

    for _ in range(2):
        end_of_syncs(sandbox)
        sandbox.ask("POST", f"/v1/connections/{database}/sync", {})
        terraform.refresh()

    assert terraform.resource(SYNC) == before


def test_a_resync_says_in_the_plan_that_history_is_loaded_anew(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    done = terraform.step(sync(EVERYTHING, of=database), [resync(database)], planned=True)

    assert f"The history of connection {database} {ANEW}" in done.plan.output
    assert "All its tables are synced from the beginning." in done.plan.output
    assert sandbox.connection(database)["status"]["is_historical_sync"] is True


def test_a_resync_of_some_tables_names_them(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    tables = {"public": ["orders", "returns"], "audit": ["log"]}
    scope = 'scope = { public = ["orders", "returns"], audit = ["log"] }'

    done = terraform.step(
        sync(f'mode = "resync"\n {scope}', of=database), [resync(database, tables)], planned=True
    )

    assert "audit.log, public.orders, public.returns." in done.plan.output
    assert terraform.resource(SYNC)["scope"] == tables


def test_a_scope_that_is_taken_out_is_gone_at_the_next_resync(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    scope = 'scope = { public = ["orders"] }'
    body = sync(f'mode = "resync"\n {scope}', of=database)
    terraform.step(body, [resync(database, {"public": ["orders"]})])
    end_of_syncs(sandbox)

    body = sync(EVERYTHING + triggers('"1"'), of=database)
    terraform.step(body, [resync(database)])


def test_a_forced_sync_stops_the_one_that_runs(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    sandbox.ask("POST", f"/v1/connections/{database}/sync", {})
    first = sandbox.store.connection(database)
    assert first is not None
    assert first.sync is not None

    terraform.step(sync("force = true", of=database), [begun(database, force=True)])

    second = sandbox.store.connection(database)
    assert second is not None
    assert second.sync is not None
    assert second.sync.started_at > first.sync.started_at


def test_a_sync_of_a_new_connection_behind_its_gate(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.write(orders() + gate() + sync(f"depends_on = [{GATE}]"))

    terraform.apply()

    identifier = terraform.resource(ORDERS)["id"]
    assert sandbox.writes() == [creation(**CREATED), setup_tests(identifier), begun(identifier)]
    terraform.check_settled()
    terraform.destroy([deletion(identifier)])


def test_behind_a_gate_that_is_shut_no_sync_is_sent(terraform: Scenario, sandbox: Sandbox) -> None:
    body = orders(host="db.invalid", more="run_setup_tests = false")
    config = {**CREATED["config"], "host": "db.invalid"}
    made = creation(**{**CREATED, "config": config, "run_setup_tests": False})
    terraform.write(body + gate() + sync(f"depends_on = [{GATE}]"))

    output = terraform.apply(ok=False)

    identifier = terraform.resource(ORDERS)["id"]
    assert "did not pass" in output
    assert sandbox.writes() == [made, setup_tests(identifier)]
    assert terraform.addresses() == [ORDERS]
    # When the host is mended, the same apply mends, tests and syncs in this order.
    terraform.write(
        orders(more="run_setup_tests = false") + gate() + sync(f"depends_on = [{GATE}]")
    )
    terraform.apply()
    mended = change(identifier, config={"host": "db.example.com"}, run_setup_tests=False)
    assert sandbox.writes() == [mended, setup_tests(identifier), begun(identifier)]


def test_triggers_of_a_sync_that_are_known_only_at_apply(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    body = sync(triggers("jsonencode(terraform_data.late.output)"), of=database)
    terraform.step(later('"a"') + body, [begun(database)])

    # Unknown at plan, and as before at apply: none begins.
    terraform.step(later('"a"', trigger=2) + body, [])
    terraform.step(later('"b"', trigger=3) + body, [begun(database)])


def test_a_mode_that_is_known_only_at_apply(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    body = sync(
        "mode = terraform_data.late.output\n scope = { public = [terraform_data.late.output] }",
        of=database,
    )
    terraform.step(later('"resync"') + body, [resync(database, {"public": ["resync"]})])


@pytest.mark.parametrize(
    ("more", "error"),
    [
        (f'mode = "resync"\n scope = {LATE} ? null : {{ public = ["a"] }}', UNSAID),
        (f'mode = "resync"\n resync_everything = {LATE} ? null : true', UNSAID),
        (f'mode = "resync"\n resync_everything = {LATE} ? false : true', UNSAID),
        (f'mode = {LATE} ? "resync" : "sync"', UNSAID),
        (f"{EVERYTHING} scope = {LATE} ? {{}} : null", "Invalid value of scope"),
    ],
)
def test_a_scope_that_turns_out_null_at_apply_sends_nothing(
    terraform: Scenario, sandbox: Sandbox, database: str, more: str, error: str
) -> None:
    terraform.refused(later('"a"') + sync(more, of=database), error)

    assert terraform.addresses() == ["terraform_data.late"]


def test_everything_may_be_asked_for_only_at_apply(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    body = sync('mode = "resync"\n resync_everything = terraform_data.late.output', of=database)

    terraform.step(later("true") + body, [resync(database)])


def test_a_resync_in_an_old_state_wants_its_words(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    # Given a state of a version that knew no resync_everything
    old, new = sync('mode = "resync"', of=database), sync(EVERYTHING, of=database)
    terraform.step(new, [resync(database)])
    file = terraform.directory / "terraform.tfstate"
    state = json.loads(file.read_text(encoding="utf-8"))
    (resource,) = state["resources"]
    assert resource["instances"][0]["attributes"].pop("resync_everything") is True
    file.write_text(json.dumps({**state, "serial": state["serial"] + 1}), encoding="utf-8")
    # When its configuration is still the old one, then that is an error which says what to write
    output = terraform.refused(old, UNSAID, during="plan")
    assert "set resync_everything to true" in " ".join(output.split())
    # And with the word for it nothing is sent
    terraform.step(new, [], actions={SYNC: ["update"]}, differences={"resync_everything"})


def test_a_sync_in_an_old_state_plans_nothing(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(of=database), [begun(database)])
    file = terraform.directory / "terraform.tfstate"
    state = json.loads(file.read_text(encoding="utf-8"))
    (resource,) = state["resources"]
    assert resource["instances"][0]["attributes"].pop("resync_everything") is None
    file.write_text(json.dumps({**state, "serial": state["serial"] + 1}), encoding="utf-8")

    assert terraform.plan("-refresh=false").actions() == {}
    terraform.step(None, [], actions={})


def test_another_connection_is_synced_by_another_resource(
    terraform: Scenario, sandbox: Sandbox, database: str, connection: str
) -> None:
    terraform.step(sync(of=database), [begun(database)])

    terraform.step(sync(of=connection), [begun(connection)], actions={SYNC: ["delete", "create"]})


def test_sync_of_a_deleted_connection_leaves_the_state(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.write(orders() + sync())
    terraform.apply()
    sandbox.ask("DELETE", f"/v1/connections/{terraform.resource(ORDERS)['id']}")
    sandbox.writes()

    assert terraform.plan().actions() == {ORDERS: ["create"], SYNC: ["create"]}


def test_a_sync_of_a_deleted_connection_can_be_destroyed(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(of=database), [begun(database)])
    sandbox.ask("DELETE", f"/v1/connections/{database}")

    terraform.destroy()


def test_an_import_of_a_sync_begins_none(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.step(sync(triggers('"1"'), of=database), [begun(database)])

    terraform.import_(
        SYNC,
        database,
        except_={"triggers": None, "outcome": None, "triggered_at": None},
        plans=frozenset({"triggers"}),
    )


def test_first_triggers_after_an_import_start_no_sync(
    terraform: Scenario, sandbox: Sandbox, database: str
) -> None:
    terraform.write(sync(triggers('"1"'), of=database))
    terraform.run("import", "-input=false", SYNC, database)

    terraform.step(None, [], warns=("No sync of connection .* is started",))

    terraform.step(sync(triggers('"2"'), of=database), [begun(database)])


@pytest.mark.parametrize(
    "name", ["triggers", "mode", "force", "scope", "resync_everything", "wait", "timeouts"]
)
def test_an_attribute_of_a_sync_that_is_null_is_left_out(
    terraform: Scenario, sandbox: Sandbox, database: str, name: str
) -> None:
    terraform.step(sync(f"{name} = null", of=database), [begun(database)])
    terraform.step(sync(of=database), [], actions={})


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ('scope = { public = ["a"] }', "Tables without a re-sync"),
        (EVERYTHING + "force = true", "A re-sync cannot be forced"),
        ('mode = "resync"\n scope = {}', "Invalid value of scope"),
        ('mode = "resync"\n scope = { public = [] }', "Invalid value of scope.public"),
        ('mode = "resync"\n scope = { public = ["a", "a"] }', "Invalid value of scope.public"),
        ('mode = "resync"\n scope = { public = [""] }', "Invalid value of scope.public"),
        ('mode = "resync"\n scope = { public = [null] }', "Invalid value of scope.public"),
        ('mode = "resync"', UNSAID),
        ('mode = "resync"\n scope = null', UNSAID),
        ('mode = "resync"\n resync_everything = false', UNSAID),
        ('mode = "resync"\n resync_everything = null', UNSAID),
        ("resync_everything = true", WITHOUT),
        (EVERYTHING + 'scope = { public = ["a"] }', WITHOUT),
        (EVERYTHING + "scope = {}", "Invalid value of scope"),
        ('mode = "again"', "Invalid value of mode"),
    ],
)
def test_what_does_not_go_together_is_an_error_of_validate(
    terraform: Scenario, database: str, more: str, error: str
) -> None:
    terraform.refused(sync(more, of=database), error, during="validate")


def test_twenty_syncs_in_parallel(terraform: Scenario, sandbox: Sandbox) -> None:
    made = [
        sandbox.add("postgres", schema_prefix=f"shop_{n}", host="h.example.com") for n in range(20)
    ]
    ids = ", ".join(f'"{identifier}"' for identifier in made)
    sandbox.store.configure(sync_seconds=1)
    body = sync("wait = true", of="each").replace('"each"', "each.key")
    terraform.write(body.replace("connection_id", f"for_each = toset([{ids}])\n  connection_id"))

    terraform.apply()

    assert sorted(sandbox.writes(), key=str) == sorted(map(begun, made), key=str)
    terraform.check_settled()
