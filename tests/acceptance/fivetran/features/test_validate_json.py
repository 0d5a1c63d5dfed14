"""``terraform validate -json``: each mistake with its place, and no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from bodies import INVOICES, ORDERS, cursor, gate, orders, sync
from sandbox_server import Sandbox
from scenario import Scenario
from terraforms import NEWEST

pytestmark = pytest.mark.both_terraforms

SECRET = "canary-secret"
MISTAKES = f"""
resource "fivetranops_connection" "settings" {{
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = {{
    schema_prefix = "settings"
    hots          = "db"
    port          = "http"
  }}
  config_wo = {{ password = "{SECRET}", hots = "db" }}
}}
resource "fivetranops_connection" "one_line" {{
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = {{ schema_prefix = "one_line", hots = "db", password = "{SECRET}" }}
}}
resource "fivetranops_connection" "schedule" {{
  count           = 2
  group_id        = "sandbox_warehouse"
  service         = "postgress"
  config          = {{ schema_prefix = "schedule" }}
  daily_sync_time = "05:00"
}}
resource "fivetranops_connection_state" "cursor" {{
  for_each      = toset(["a/b"])
  connection_id = each.value
  state         = {{ page = 1 }}
  drift_policy  = "always"
}}
resource "fivetranops_connection_sync" "sync" {{
  connection_id = "pale_hydrogen"
  mode          = "resync"
}}
"""


CONNECTION, SERVICE = "fivetranops_connection", 'service = "postgress"'
HOTS, HTTP = 'hots = "db"', 'port = "http"'


class Message(NamedTuple):
    """What a program reads of a message."""

    severity: str
    address: str
    summary: str
    line: str
    """The line of the configuration that it points to."""


class Validated(NamedTuple):
    """What ``terraform validate -json`` printed."""

    document: dict[str, Any]
    messages: list[Message]


def validated(terraform: Scenario, body: str, *, ok: bool) -> Validated:
    """Validates a configuration; neither a secret nor a traceback is in the output."""
    terraform.write(body)
    _, _, output = terraform.run("validate", "-json", ok=ok).partition("\n")
    assert SECRET not in output
    assert "Traceback" not in output
    document = json.loads(output)
    found = document["diagnostics"]
    return Validated(document, sorted(_message(terraform.directory, each) for each in found))


def _message(directory: Path, found: dict[str, Any]) -> Message:
    place = found["range"]
    text = (directory / place["filename"]).read_text().splitlines()[place["start"]["line"] - 1]
    line = " ".join(text.split())
    return Message(found["severity"], found["address"], found["summary"], line)


def begin(address: str) -> str:
    """The line that a resource begins with."""
    type_, _, name = address.partition(".")
    return f'resource "{type_}" "{name}" {{'


def expected(*, finds_settings: bool) -> list[Message]:
    """What validating :data:`MISTAKES` finds.

    :param finds_settings: True for a Terraform that finds a setting within ``config``
    """
    several, one_line = f"{CONNECTION}.settings", f"{CONNECTION}.one_line"
    places = (HOTS, HTTP) if finds_settings else [begin(several)] * 2
    unknown, time = "Unknown setting", "A daily sync time without a daily sync"
    drift, extent = "Invalid value of drift_policy", "The extent of the re-sync is missing"
    return sorted(
        [
            Message("error", several, unknown, places[0]),
            Message("error", several, "A setting of the wrong type", places[1]),
            # There may be a secret in each of these lines.
            Message("error", several, unknown, begin(several)),
            Message("error", several, "A setting in two places", begin(several)),
            Message("error", one_line, unknown, begin(one_line)),
            Message("error", one_line, "A secret in config", begin(one_line)),
            Message("warning", f"{CONNECTION}.schedule", "Unknown service", SERVICE),
            Message("error", f"{CONNECTION}.schedule", time, 'daily_sync_time = "05:00"'),
            Message("error", f"{CONNECTION}_state.cursor", drift, 'drift_policy = "always"'),
            Message("error", f"{CONNECTION}_sync.sync", extent, 'mode = "resync"'),
        ]
    )


def test_a_valid_configuration_has_no_message(terraform: Scenario, sandbox: Sandbox) -> None:
    body = orders() + INVOICES + cursor("{ page = 1 }") + gate() + sync()

    found = validated(terraform, body, ok=True).document

    assert (found["valid"], found["error_count"], found["warning_count"]) == (True, 0, 0)
    assert found["diagnostics"] == []
    assert sandbox.requests() == []


def test_each_mistake_is_told_with_its_place(
    terraform: Scenario, sandbox: Sandbox, terraform_program: Path
) -> None:
    found = validated(terraform, MISTAKES, ok=False)

    is_newest = NEWEST.exists() and terraform_program.samefile(NEWEST)
    finds_settings = is_newest or any(each.line == HOTS for each in found.messages)
    assert found.messages == expected(finds_settings=finds_settings)
    counts = found.document["error_count"], found.document["warning_count"]
    assert (found.document["valid"], *counts) == (False, 9, 1)
    assert sandbox.requests() == []


def test_a_mistake_in_a_module_names_the_module(terraform: Scenario) -> None:
    terraform.write("")
    header = (terraform.directory / "main.tf").read_text()
    (terraform.directory / "part").mkdir()
    (terraform.directory / "part" / "main.tf").write_text(header + orders("sync_frequency = 7"))
    body = 'module "part" {\n  source = "./part"\n}\n'
    terraform.write(body)
    terraform.run("get")

    [message] = validated(terraform, body, ok=False).messages

    assert message.address == f"module.part.{ORDERS}"
    assert message.summary == "Invalid value of sync_frequency"
    assert message.line == "sync_frequency = 7"


@pytest.mark.parametrize("address", ["https://user:{0}@api.example.com", "key:{0}@example.com"])
def test_a_login_in_the_address_is_not_shown(terraform: Scenario, address: str) -> None:
    block = f'provider "fivetranops" {{\n  api_url = "{address.format(SECRET)}"\n}}\n'

    [message] = validated(terraform, block + orders(), ok=False).messages

    assert (message.severity, message.line) == ("error", 'provider "fivetranops" {')
    assert message.address.startswith("provider[")
