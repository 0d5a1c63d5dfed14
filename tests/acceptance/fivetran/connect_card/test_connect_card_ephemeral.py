"""``ephemeral.fivetranops_connect_card``: a card for each run, and nothing of it in any file."""

from __future__ import annotations

from typing import Any

import pytest
from bodies import INVOICES, INVOICES_CREATED
from card_bodies import CARD, card, consumer, ephemeral, issuing
from expected_requests import creation
from sandbox_server import Sandbox
from scenario import Scenario
from workspace import SETTLED

from constructs_lib.sandbox.fivetran import connections

MARKS = (b"connect-card/setup", b"eyJ0eXAiOiJKV1Qi")
"""What every address and every token holds."""


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What the API issues: no journal keeps it."""
    made: list[dict[str, str]] = []
    issue = connections.issue

    def noted(*arguments: Any) -> dict[str, str]:
        made.append(issue(*arguments))
        return made[-1]

    monkeypatch.setattr(connections, "issue", noted)
    return made


def issued(sandbox: Sandbox) -> list[str]:
    return [path.split("/")[3] for _, path, _ in sandbox.writes() if "connect-card" in path]


@pytest.mark.both_terraforms
@pytest.mark.launched
def test_a_card_reaches_a_write_only_attribute_and_no_file(
    terraform: Scenario, sandbox: Sandbox, connection: str, cards: list[dict[str, str]]
) -> None:
    terraform.write(ephemeral("hide_setup_guide = true", of=f'"{connection}"') + consumer("sink"))
    plan = terraform.plan()
    planned = terraform.bytes_of_all_files()

    output = terraform.run("apply", "-input=false", plan.file.name)

    *first, sent = sandbox.writes()
    assert first == [issuing(connection, hide_setup_guide=True)] * 2
    assert sent[2]["config"]["secrets_list"] == [{"key": "card", "value": "******"}]
    stored = terraform.bytes_of_all_files()
    assert b"secrets_list" in planned
    secrets = {part.encode() for issued in cards for part in issued.values()}
    assert len(secrets) == 4
    assert all(any(mark in secret for secret in secrets) for mark in MARKS)
    for secret in (*MARKS, *secrets):
        assert secret not in planned + stored
        assert secret.decode() not in plan.output + output


def test_the_search_finds_what_a_resource_stores(terraform: Scenario, connection: str) -> None:
    terraform.step(card(of=connection), [issuing(connection)])

    stored = terraform.bytes_of_all_files()

    assert all(mark in stored for mark in MARKS)
    assert terraform.resource(CARD)["token"].encode() in stored


def test_each_run_issues_a_card_of_its_own(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.write(ephemeral(of=f'"{connection}"') + 'output "seen" { value = "x" }\n')

    terraform.apply(from_file=True)

    assert issued(sandbox) == [connection, connection]
    assert terraform.addresses() == []
    assert terraform.is_settled()
    assert issued(sandbox) == [connection] * len(SETTLED)


def test_a_card_of_a_new_connection_is_issued_at_apply(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    terraform.write(INVOICES + ephemeral(of="fivetranops_connection.invoices.id"))
    plan = terraform.plan()
    assert sandbox.writes() == []

    terraform.run("apply", "-input=false", plan.file.name)

    identifier = terraform.resource("fivetranops_connection.invoices")["id"]
    assert sandbox.writes() == [creation(**INVOICES_CREATED), issuing(identifier)]


def test_a_card_configures_another_provider(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    url = "ephemeral.fivetranops_connect_card.card.uri"
    other = f"""
provider "fivetranops" {{
  alias   = "other"
  api_key = length({url}) > 40 ? "canary-api-key" : "wrong"
}}
data "fivetranops_connection" "it" {{
  provider      = fivetranops.other
  connection_id = "{connection}"
}}
"""
    terraform.write('provider "fivetranops" {}\n' + ephemeral(of=f'"{connection}"') + other)

    terraform.apply(from_file=True)

    assert terraform.resource("data.fivetranops_connection.it")["service"] == "connector_sdk"
    assert issued(sandbox)
    assert not any(mark in terraform.bytes_of_all_files() for mark in MARKS)


def test_an_output_of_a_card_is_refused_by_terraform(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    shown = 'output "uri" { value = ephemeral.fivetranops_connect_card.card.uri }\n'
    terraform.write(ephemeral(of=f'"{connection}"') + shown)

    output = terraform.run("plan", "-input=false", ok=False)

    assert "ephemeral" in output
    assert not any(mark.decode() in output for mark in MARKS)
    sandbox.writes()


@pytest.mark.parametrize("kind", ["500", "reset_after", "truncated_body"])
def test_a_card_whose_answer_is_lost_is_opened_again(
    terraform: Scenario, sandbox: Sandbox, connection: str, kind: str
) -> None:
    path = "/v1/connections/{id}/connect-card"
    sandbox.store.configure(faults=[{"kind": kind, "method": "POST", "path": path}])
    terraform.write(ephemeral(of=f'"{connection}"'))

    terraform.plan()

    assert issued(sandbox) == [connection, connection]


def test_a_mistake_is_found_by_validate(terraform: Scenario) -> None:
    terraform.refused(
        ephemeral(of='"abc"', back="ftp://example.com"),
        "Found text; allowed is an address that begins with https:// or http://.",
        during="validate",
    )


def test_it_knows_no_triggers(terraform: Scenario) -> None:
    terraform.refused(
        ephemeral('triggers = { a = "1" }', of='"abc"'),
        'An argument named "triggers" is not expected',
        during="validate",
    )
