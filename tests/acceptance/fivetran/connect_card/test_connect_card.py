"""``fivetranops_connect_card``: issued, issued anew, forgotten, imported."""

from __future__ import annotations

import pytest
from bodies import CREATED, INVOICES, INVOICES_CREATED, ORDERS, later, orders
from card_bodies import BACK, CARD, card, issuing
from expected_requests import creation
from sandbox_server import Sandbox
from scenario import Scenario

NEW = {"uri", "token"}


def of_invoices(more: str = "") -> str:
    body = card(more, of="LATER").replace('"LATER"', "fivetranops_connection.invoices.id")
    return INVOICES + body


def test_a_card_is_issued_renewed_and_forgotten(terraform: Scenario, connection: str) -> None:
    terraform.step(card(of=connection), [issuing(connection)])
    first = terraform.resource(CARD)
    assert first["token"] in first["uri"]
    assert first["uri"].startswith("https://fivetran.com/connect-card/setup?")

    renewed = card('triggers = { month = "2026-11" }', of=connection)
    done = terraform.step(renewed, [issuing(connection)], differences={"triggers", *NEW})

    assert "1 changed" in done.output
    second = terraform.resource(CARD)
    assert second["id"] == first["id"] == connection
    assert second["token"] != first["token"]
    terraform.destroy()


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ("", "hide_setup_guide = true", {"hide_setup_guide": True}),
        ("hide_setup_guide = true", "", {}),
        ("hide_setup_guide = true", "hide_setup_guide = false", {"hide_setup_guide": False}),
        ("", "all_fields = true", {"all_fields": True}),
        ("all_fields = true", "", {}),
        ('triggers = { a = "1" }', "", {}),
        ('triggers = { a = "1" }', 'triggers = { a = "1", b = "" }', {}),
    ],
)
def test_what_a_card_is_made_of_renews_it(
    terraform: Scenario, connection: str, before: str, after: str, sent: dict[str, bool]
) -> None:
    terraform.write(card(before, of=connection))
    terraform.apply()
    terraform.sandbox.writes()
    (changed,) = {line.split()[0] for line in (before, after) if line}

    terraform.step(
        card(after, of=connection), [issuing(connection, **sent)], differences={changed, *NEW}
    )


def test_another_address_to_return_to_renews_the_card(terraform: Scenario, connection: str) -> None:
    terraform.step(card(of=connection), [issuing(connection)])
    other = "https://example.com/other"

    terraform.step(
        card(of=connection, back=other),
        [issuing(connection, other)],
        differences={"redirect_uri", *NEW},
    )

    assert "other" in terraform.resource(CARD)["uri"]


def test_limits_of_time_send_nothing(terraform: Scenario, connection: str) -> None:
    terraform.step(card('timeouts = { create = "1m" }', of=connection), [issuing(connection)])
    before = terraform.resource(CARD)["token"]

    terraform.step(card('timeouts = { update = "2m" }', of=connection), differences={"timeouts"})
    terraform.step(card(of=connection), differences={"timeouts"})

    assert terraform.resource(CARD)["token"] == before


def test_an_apply_without_a_change_issues_no_card(terraform: Scenario, connection: str) -> None:
    terraform.step(card('triggers = { a = "1" }', of=connection), [issuing(connection)])

    terraform.step(actions={})


def test_another_connection_replaces_the_card(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    other = sandbox.add("connector_sdk", schema="other", package_id="p")
    terraform.step(card(of=connection), [issuing(connection)])

    terraform.step(card(of=other), [issuing(other)], actions={CARD: ["delete", "create"]})


def test_a_card_beside_its_connection_in_one_stack(terraform: Scenario, sandbox: Sandbox) -> None:
    terraform.write(of_invoices())

    terraform.apply()

    identifier = terraform.resource("fivetranops_connection.invoices")["id"]
    assert sandbox.writes() == [creation(**INVOICES_CREATED), issuing(identifier)]
    terraform.check_settled()


def test_a_trigger_that_is_known_only_at_apply(terraform: Scenario, connection: str) -> None:
    late = card("triggers = { a = terraform_data.late.output }", of=connection)
    terraform.step(later('"x"') + late, [issuing(connection)])

    done = terraform.step(later('"x"', 2) + late, planned=True)

    # It turned out to be what it was: the card is left as it is.
    assert done.plan.differences(CARD) >= NEW
    assert terraform.resource(CARD)["triggers"] == {"a": "x"}
    terraform.step(later('"y"', 3) + late, [issuing(connection)])


def test_neither_uri_nor_token_is_shown(terraform: Scenario, connection: str) -> None:
    shown = 'output "uri" {\n  value = fivetranops_connect_card.card.uri\n  sensitive = true\n}\n'
    done = terraform.step(card(of=connection) + shown, [issuing(connection)], planned=True)
    token = terraform.resource(CARD)["token"]

    again = terraform.step(
        card('triggers = { a = "1" }', of=connection) + shown, [issuing(connection)], planned=True
    )

    for output in (done.output, done.plan.output, again.output, again.plan.output):
        assert token not in output
    assert "(sensitive value)" in again.plan.output


def test_the_card_of_a_creation_is_not_shown(terraform: Scenario) -> None:
    wanted = {"redirect_uri": BACK}
    setting = f'connect_card_config = {{ redirect_uri = "{BACK}" }}'
    uri = f"{ORDERS}.connect_card.uri"
    shown = f'output "uri" {{\n  value = {uri}\n  sensitive = true\n}}\n'

    done = terraform.step(
        orders(setting) + shown, [creation(**CREATED, connect_card_config=wanted)], planned=True
    )

    issued = terraform.resource(ORDERS)["connect_card"]
    assert issued["token"] in issued["uri"]
    for output in (done.output, done.plan.output, terraform.run("show")):
        assert issued["token"] not in output


def test_the_card_of_a_deleted_connection_leaves_the_state(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(card(of=connection), [issuing(connection)])
    sandbox.ask("DELETE", f"/v1/connections/{connection}")

    terraform.refused(
        None,
        "answered 404",
        writes=[issuing(connection)],
        warns=(f"Connection {connection} does not exist any more",),
    )

    assert terraform.addresses() == []


def test_the_card_of_a_deleted_connection_can_be_destroyed(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(card(of=connection), [issuing(connection)])
    sandbox.ask("DELETE", f"/v1/connections/{connection}")

    terraform.destroy()


def test_an_import_plans_a_new_card(terraform: Scenario, connection: str) -> None:
    terraform.step(card(of=connection), [issuing(connection)])

    terraform.import_(
        CARD,
        connection,
        except_={"redirect_uri": None, "uri": None, "token": None},
        plans=frozenset({"redirect_uri", *NEW}),
    )


def test_an_import_of_nothing_is_a_clear_error(terraform: Scenario) -> None:
    terraform.write(card(of="no_such_connection"))

    output = terraform.run("import", "-input=false", CARD, "no_such_connection", ok=False)

    assert "Cannot import non-existent remote object" in output


@pytest.mark.parametrize(
    "kind", ["500", "500_after", "502_html", "reset_before", "reset_after", "truncated_body", "429"]
)
def test_a_card_whose_answer_is_lost_is_issued_again(
    terraform: Scenario, sandbox: Sandbox, connection: str, kind: str
) -> None:
    path = "/v1/connections/{id}/connect-card"
    sandbox.store.configure(faults=[{"kind": kind, "method": "POST", "path": path}])

    terraform.step(card(of=connection), [issuing(connection)] * 2)

    assert terraform.resource(CARD)["token"]


def test_a_time_limit_ends_the_repeats(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    path = "/v1/connections/{id}/connect-card"
    sandbox.store.configure(faults=[{"kind": "500", "method": "POST", "path": path, "times": 100}])
    terraform.write(card('timeouts = { create = "1s" }', of=connection))

    output = terraform.apply(ok=False)

    assert "answered 500" in output
    assert set(map(str, sandbox.writes())) == {str(issuing(connection))}
    assert terraform.addresses() == []


def test_a_renewal_that_fails_keeps_the_card(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(card(of=connection), [issuing(connection)])
    before = terraform.resource(CARD)
    path = "/v1/connections/{id}/connect-card"
    faults = [{"kind": "500", "method": "POST", "path": path, "times": 100}]
    sandbox.store.configure(faults=faults)
    body = card('triggers = { a = "1" }\n timeouts = { update = "1s" }', of=connection)
    terraform.write(body)

    terraform.apply(ok=False)

    assert terraform.resource(CARD) == before
    sandbox.writes()
    sandbox.store.configure(faults=[])
    terraform.step(body, [issuing(connection)])


def test_twenty_cards_in_parallel(terraform: Scenario, sandbox: Sandbox, connection: str) -> None:
    terraform.write(card("count = 20", of=connection))

    terraform.apply()

    assert sandbox.writes() == [issuing(connection)] * 20
    assert len({terraform.resource(f"{CARD}[{n}]")["token"] for n in range(20)}) == 20
    terraform.check_settled()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (
            'redirect_uri = "example.com"',
            "allowed is an address that begins with https:// or http://",
        ),
        ('connection_id = ""', "allowed is text that is not empty"),
        ('timeouts = { create = "5 minutes" }', "Invalid value of timeouts.create"),
    ],
)
def test_a_mistake_is_found_by_validate(terraform: Scenario, wrong: str, error: str) -> None:
    lines = {"connection_id": 'connection_id = "abc"', "redirect_uri": f'redirect_uri = "{BACK}"'}
    lines[wrong.split()[0]] = wrong
    inside = "\n  ".join(lines.values())
    body = f'resource "fivetranops_connect_card" "card" {{\n  {inside}\n}}\n'

    terraform.refused(body, error, during="validate")


def test_an_identifier_that_turns_out_blank_is_a_clear_error(terraform: Scenario) -> None:
    body = card(of="LATE").replace('"LATE"', "terraform_data.late.output")

    terraform.refused(later('" "') + body, "Invalid value of connection_id")
