"""Connect cards and data sources with a provider that is known late, or out of reach."""

from __future__ import annotations

import pytest
from bodies import INVOICES
from card_bodies import CARD, card, ephemeral, issuing
from data_bodies import data
from sandbox_server import Sandbox
from scenario import Scenario


def late(url: str, trigger: int = 1) -> str:
    """A provider whose address is known only at apply whenever the trigger changes."""
    return f"""
resource "terraform_data" "url" {{
  input            = "{url}"
  triggers_replace = {trigger}
}}
provider "fivetranops" {{ api_url = terraform_data.url.output }}
"""


def test_a_card_can_be_planned_before_its_provider_is_known(
    terraform: Scenario, sandbox: Sandbox, connection: str
) -> None:
    terraform.step(late(sandbox.url) + card(of=connection), [issuing(connection)])

    done = terraform.step(late(sandbox.url, 2) + card(of=connection), planned=True)

    assert CARD not in done.plan.actions()


@pytest.mark.parametrize("kind", ["data", "ephemeral"])
def test_what_must_be_known_at_plan_says_how(
    terraform: Scenario, sandbox: Sandbox, connection: str, kind: str
) -> None:
    by_id = data("connection", f'connection_id = "{connection}"')
    body = by_id if kind == "data" else ephemeral(of=f'"{connection}"')

    output = terraform.refused(
        late(sandbox.url) + body, "The provider's configuration is not known yet", during="plan"
    )

    assert "Create it first (terraform apply -target" in output


def test_what_is_known_only_at_apply_itself_can_be_read_then(
    terraform: Scenario, sandbox: Sandbox
) -> None:
    of = "connection_id = fivetranops_connection.invoices.id"
    terraform.write(late(sandbox.url) + INVOICES + data("connection", of))

    terraform.apply()

    assert len(sandbox.connections()) == 1
    sandbox.writes()
    terraform.check_settled()


def test_card_of_an_unreachable_api_names_the_address(terraform: Scenario) -> None:
    terraform.environment["FIVETRAN_API_URL"] = "http://127.0.0.1:9"

    output = terraform.refused(
        card('timeouts = { create = "1s" }', of="abc"), "the connection was refused"
    )

    assert "Check api_url" in output
