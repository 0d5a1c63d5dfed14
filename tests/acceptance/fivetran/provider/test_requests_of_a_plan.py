"""How many requests a plan sends that finds nothing to do, and that it finds what there is."""

from __future__ import annotations

from collections import Counter

import pytest
from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib.backend.fivetran.api.batched_reader import AT_ONCE
from constructs_lib.sandbox.fivetran.generated import generate

MANY = 60


def bodies(count: int) -> str:
    return "".join(
        f'resource "fivetranops_connection" "c{n}" {{\n'
        'group_id = "sandbox_warehouse"\nservice = "connector_sdk"\nrun_setup_tests = false\n'
        f'config = {{ schema = "reads_{n}", package_id = "p" }}\n}}\n'
        for n in range(count)
    )


def created(scenario: Scenario, sandbox: Sandbox, count: int) -> None:
    scenario.write(bodies(count))
    scenario.apply()
    sandbox.requests()


def planned(scenario: Scenario, sandbox: Sandbox) -> tuple[Counter[str], Counter[str]]:
    """The requests of a plan: those for lists, and those for single connections, by path."""
    rest = scenario.unsettled()
    assert not rest, rest
    paths = [entry.path for entry in sandbox.requests()]
    lists = Counter(path for path in paths if path == "/v1/connections")
    return lists, Counter(path for path in paths if path != "/v1/connections")


def test_a_page_tells_of_many(terraform: Scenario, sandbox: Sandbox) -> None:
    sandbox.store.configure(list_config=True)
    created(terraform, sandbox, MANY)

    totals = []
    # Where Terraform gives no sign for a quarter of a second, as on a busy machine, ten are read.
    while not totals or (totals[-1] > 5 and len(totals) < 3):
        lists, singles = planned(terraform, sandbox)
        assert lists.total() == 1
        assert singles.total() <= AT_ONCE
        totals.append(lists.total() + singles.total())

    assert min(totals) <= 5


def test_connection_is_read_once_if_lists_lack_settings(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    sandbox.store.configure(list_config=False)
    created(terraform, sandbox, MANY)

    lists, singles = planned(terraform, sandbox)

    assert lists.total() == 1
    assert singles.total() == MANY
    assert set(singles.values()) == {1}


@pytest.mark.parametrize("others", [(0, 2500), (2500, 0), (1500, 1500)], ids=str)
def test_a_few_of_a_large_account_never_cost_the_whole_of_it(
    terraform: Scenario, sandbox: Sandbox, others: tuple[int, int]
) -> None:
    before, after = others
    sandbox.store.configure(list_config=True)
    made = generate(sandbox.store, connections=before, services=2, groups=["old"], seed=1)
    created(terraform, sandbox, 10)
    made += generate(sandbox.store, connections=after, services=2, groups=["new"], seed=2)
    sandbox.made_by_hand.update(made)

    lists, singles = planned(terraform, sandbox)

    assert lists.total() + singles.total() <= 10
    assert lists.total() == 0


def test_drift_is_found_among_many_and_looked_at_by_itself(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    sandbox.store.configure(list_config=True)
    created(terraform, sandbox, MANY)
    address = f"fivetranops_connection.c{MANY - 1}"
    identifier = terraform.resource(address)["id"]
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", {"config": {"package_id": "other"}})

    plan = terraform.plan()

    assert plan.actions() == {address: ["update"]}
    assert f"/v1/connections/{identifier}" in [entry.path for entry in sandbox.requests()]


def test_what_was_deleted_elsewhere_is_found_among_many(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    sandbox.store.configure(list_config=True)
    created(terraform, sandbox, MANY)
    address = f"fivetranops_connection.c{MANY - 1}"
    sandbox.ask("DELETE", f"/v1/connections/{terraform.resource(address)['id']}")

    plan = terraform.plan()

    assert plan.actions() == {address: ["create"]}


def test_change_after_a_plan_that_read_a_page_is_found(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    sandbox.store.configure(list_config=True)
    created(terraform, sandbox, MANY)
    address = f"fivetranops_connection.c{MANY - 1}"
    identifier = terraform.resource(address)["id"]
    terraform.write(
        bodies(MANY).replace(
            f'"reads_{MANY - 1}", package_id = "p"', f'"reads_{MANY - 1}", package_id = "mine"'
        )
    )
    plan = terraform.plan()
    sandbox.ask("PATCH", f"/v1/connections/{identifier}", {"config": {"package_id": "theirs"}})
    sandbox.requests()

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert "changed" in output
    assert sandbox.writes() == []
    assert sandbox.connection(identifier)["config"]["package_id"] == "theirs"
