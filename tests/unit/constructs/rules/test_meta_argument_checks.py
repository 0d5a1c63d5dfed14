from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import Lifecycle
from constructs_lib.toolkit import TerraformStack

WRONG = [
    ({"depends_on": ["x"]}, "type", "/depends_on/0"),
    ({"depends_on": "x"}, "type", "/depends_on"),
    ({"count": "three"}, "type", "/count"),
    ({"count": True}, "type", "/count"),
    ({"count": 1.5}, "type", "/count"),
    ({"count": -1}, "minimum", "/count"),
    ({"for_each": 5}, "type", "/for_each"),
    ({"for_each": "eu"}, "type", "/for_each"),
    ({"for_each": {"eu"}}, "type", "/for_each"),
    ({"for_each": [1]}, "type", "/for_each/0"),
    ({"for_each": {"eu": Path("x")}}, "not-json", "/for_each/eu"),
    ({"for_each": {1: "x"}}, "not-json", "/for_each"),
    ({"import_id": 5}, "type", "/import_id"),
    ({"import_id": ""}, "minLength", "/import_id"),
    ({"import_id": ".."}, "pattern", "/import_id"),
    ({"import_id": "pale hydrogen"}, "pattern", "/import_id"),
    ({"lifecycle": {"prevent_destroy": "yes"}}, "type", "/lifecycle/prevent_destroy"),
    ({"lifecycle": {"create_before_destroy": 1}}, "type", "/lifecycle/create_before_destroy"),
    ({"lifecycle": {"ignore_changes": 5}}, "type", "/lifecycle/ignore_changes"),
    ({"lifecycle": {"ignore_changes": [5]}}, "type", "/lifecycle/ignore_changes/0"),
    ({"lifecycle": {"replace_triggered_by": "x"}}, "type", "/lifecycle/replace_triggered_by"),
    ({"lifecycle": {"replace_triggered_by": [5]}}, "type", "/lifecycle/replace_triggered_by/0"),
    ({"lifecycle": Lifecycle(prevent_destroy="no")}, "type", "/lifecycle/prevent_destroy"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("parameters", "rule", "pointer"), WRONG)
def test_a_meta_argument_of_the_wrong_kind_is_a_finding(
    parameters: dict[str, Any], rule: str, pointer: str, connect: Connect, synth: Synth
) -> None:
    connect(**parameters)

    assert [found[1:] for found in findings_of(synth)] == [(rule, pointer)]


@pytest.mark.parametrize(
    ("lifecycle", "hint"),
    [
        ({"prevent_destory": True}, "did you mean 'prevent_destroy'?"),
        ({"ignore_changes": ["confg"]}, "did you mean 'config'?"),
        ({"ignore_changes": ["config_wo"]}, "write 'secrets'"),
        ({"ignore_changes": "secrets"}, "write ['secrets']"),
    ],
)
def test_a_misspelt_lifecycle_says_what_was_meant(
    lifecycle: dict[str, Any], hint: str, connect: Connect, synth: Synth
) -> None:
    connect(lifecycle=lifecycle)

    (finding,) = reported(synth)
    assert finding.hint == hint


def test_a_single_construct_belongs_into_a_list(connect: Connect, synth: Synth) -> None:
    connect("second", depends_on=connect("first"))

    (finding,) = reported(synth)
    assert finding.hint == "put it in a list: [...]"


def test_a_part_of_the_secrets_can_be_ignored(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connect(lifecycle={"ignore_changes": ["secrets.password", "config"]})

    resource = synth()["resource"]["fivetranops_connection"]["orders"]
    assert resource["lifecycle"] == {"ignore_changes": ["config_wo.password", "config"]}


def test_a_connection_can_trigger_a_replacement(connect: Connect, synth: Synth) -> None:
    first = connect("first")
    connect("second", lifecycle=Lifecycle(replace_triggered_by=[first.fqn]))
    connect("third", lifecycle={"replace_triggered_by": [first]})

    resources = synth()["resource"]["fivetranops_connection"]

    for name in ("second", "third"):
        triggers = resources[name]["lifecycle"]["replace_triggered_by"]
        assert [each.strip("${}") for each in triggers] == ["fivetranops_connection.first"]
