"""An API that cannot be reached at all, or does not know us: one error, however many ask."""

from __future__ import annotations

from bodies import cursor, orders
from sandbox_server import Sandbox
from scenario import Scenario

CLOSED = "http://127.0.0.1:9"
REFUSED = "got no answer from 127.0.0.1:9: the connection was refused"
REMEDY = "Check api_url, the network and the proxy settings"
DATA = """
data "fivetranops_connection" "one" {
  connection_id = "abc"
}
"""


def many(count: int) -> str:
    return orders(f"count = {count}", schema='"orders_${count.index}"')


def existing(terraform: Scenario, sandbox: Sandbox, count: int) -> list[str]:
    """Create some connections; their addresses."""
    terraform.write(many(count))
    terraform.apply()
    assert len(sandbox.writes()) == count
    return terraform.addresses()


def errors_of(output: str) -> int:
    return output.splitlines()[0].count("Error: ")


def test_many_resources_of_an_api_out_of_reach_are_one_error(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    addresses = existing(terraform, sandbox, 20)
    terraform.environment["FIVETRAN_API_URL"] = CLOSED

    output = terraform.refused(None, REFUSED, during="plan")

    assert errors_of(output) == 1
    assert REMEDY in output
    assert terraform.addresses() == addresses


def test_wrong_credentials_of_many_resources_are_one_error(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    addresses = existing(terraform, sandbox, 5)
    terraform.environment["FIVETRAN_APISECRET"] = "canary-wrong"

    output = terraform.refused(None, "answered 401", during="plan")

    assert errors_of(output) == 1
    assert "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET" in output
    assert terraform.addresses() == addresses


def test_what_a_plan_looks_at_by_itself_is_not_told_again(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    existing(terraform, sandbox, 3)
    terraform.environment["FIVETRAN_API_URL"] = CLOSED

    output = terraform.refused(many(4) + cursor("{ a = 1 }", of=connection), REFUSED, during="plan")

    assert errors_of(output) == 1


def test_a_data_source_of_an_api_out_of_reach_is_an_error(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    existing(terraform, sandbox, 3)
    terraform.environment["FIVETRAN_API_URL"] = CLOSED

    output = terraform.refused(many(3) + DATA, REFUSED, during="plan")

    # The data source has nothing to answer; it is short, unless it is the one that tells all.
    assert errors_of(output) <= 2
    assert output.splitlines()[0].count(REMEDY) == 1


def test_an_apply_that_cannot_begin_tells_the_remedy_once(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.write(many(5))
    plan = terraform.plan()
    terraform.environment["FIVETRAN_API_URL"] = CLOSED

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert errors_of(output) == 5
    assert output.splitlines()[0].count(REMEDY) == 1
    assert output.splitlines()[0].count("Another error of this run says what to do about it") == 4
    assert terraform.addresses() == []
    assert sandbox.connections() == []


def test_an_apply_plans_again_and_breaks_no_promise(terraform: Scenario, sandbox: Sandbox) -> None:
    made = [sandbox.add("connector_sdk", schema=f"s{n}", package_id="p") for n in range(2)]
    terraform.write(
        "".join(
            cursor("{ a = 1 }", of=identifier).replace('"cursor"', f'"state_{number}"')
            for number, identifier in enumerate(made)
        )
    )
    plan = terraform.plan()
    terraform.environment["FIVETRAN_APISECRET"] = "canary-wrong"

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert "inconsistent" not in output
    assert errors_of(output) == 2
    assert output.splitlines()[0].count("Check FIVETRAN_APIKEY and FIVETRAN_APISECRET") == 1


def test_an_import_from_an_api_out_of_reach_is_an_error(terraform: Scenario) -> None:
    terraform.environment["FIVETRAN_API_URL"] = CLOSED
    terraform.write(orders())

    output = terraform.run("import", "-input=false", "fivetranops_connection.orders", "a", ok=False)

    assert REFUSED in output
    assert errors_of(output) == 1
    assert terraform.addresses() == []
