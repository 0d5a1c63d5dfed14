"""``moved_from`` and ``removed`` in settings files: what another provider managed before."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from constructs_lib.toolkit import NAME, App
from stacks.settings import Environment
from stacks.stack import EnvironmentStack

Load = Callable[..., Environment]
Found = Callable[..., list[tuple[str, str]]]
BASE = """
defaults: {group_id: g}
connections:
  orders:
    moved_from: fivetran_connection.orders
    service: postgres
    config: {schema_prefix: orders}
removed:
  - fivetran_connection_config.orders
  - module.a["x"].fivetran_connector_schedule.orders[0]
"""


def document(settings: Environment) -> dict[str, Any]:
    stack = EnvironmentStack(App(), "dev", settings=settings)
    found: dict[str, Any] = json.loads(importlib.import_module(NAME).Testing.synth(stack))
    return found


def test_the_stack_moves_and_forgets(load: Load) -> None:
    found = document(load(BASE))

    moved = {"from": "fivetran_connection.orders", "to": "fivetranops_connection.orders"}
    assert found["moved"] == [moved]
    assert found["removed"] == [
        {"from": address, "lifecycle": {"destroy": False}}
        for address in (
            "fivetran_connection_config.orders",
            'module.a["x"].fivetran_connector_schedule.orders[0]',
        )
    ]


def test_nothing_is_forgotten_by_default(load: Load) -> None:
    assert load("connections: {}").removed == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("connections: {}\nremoved: [orders]", "pattern"),
        ("connections: {}\nremoved: [5]", "type"),
        ("connections: {}\nremoved: a.b", "type"),
        ("connections: {}\nremoved: [a.b, a.b]", "uniqueItems"),
        ("connections: {a: {service: postgres, group_id: g, moved_from: ''}}", "minLength"),
    ],
)
def test_a_mistake_has_its_line(text: str, rule: str, found: Found) -> None:
    assert rule in [each for each, _ in found(text)]


def test_moved_from_is_refused_among_the_defaults(found: Found) -> None:
    text = "defaults: {moved_from: a.b}\nconnections: {}"

    assert [rule for rule, _ in found(text)] == ["unknown-attribute"]
