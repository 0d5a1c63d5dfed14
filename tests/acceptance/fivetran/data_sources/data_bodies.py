"""Configurations of the data sources, and what they returned."""

from __future__ import annotations

import json
from typing import Any

from sandbox_server import Sandbox
from scenario import Scenario

from constructs_lib.sandbox.fivetran.records import Connection


def data(kind: str, inside: str, name: str = "it") -> str:
    """A data source, and an output with all that it tells.

    :param kind: what follows ``fivetranops_``
    """
    address = f"data.fivetranops_{kind}.{name}"
    return f"""
data "fivetranops_{kind}" "{name}" {{
  {inside}
}}
output "{name}" {{ value = {address} }}
"""


def output_of(terraform: Scenario, name: str = "it") -> dict[str, Any]:
    """The output of a data source of :func:`data`."""
    outputs: dict[str, Any] = json.loads(terraform.run("output", "-json").partition("\n")[2])
    found: dict[str, Any] = outputs[name]["value"]
    return found


def fill(sandbox: Sandbox, number: int, **attributes: Any) -> list[str]:
    """Many connections at once, of which a person made each; their identifiers."""
    made = [f"many_{n:05}" for n in range(number)]
    with sandbox.store.transaction() as tables:
        for identifier in made:
            record = Connection(
                identifier, "sandbox_warehouse", "postgres", identifier, "2026-01-01T00:00:00Z"
            )
            record.attributes.update(attributes)
            tables.insert(record)
    sandbox.made_by_hand |= set(made)
    return made
