"""Aspects meet each resource, whoever synthesises; what they set is written, or reported."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, reported

from constructs_lib import Connection
from constructs_lib.toolkit import (
    NAME,
    Aspects,
    IAspect,
    IConstruct,
    TerraformResource,
    TerraformStack,
    implements,
)

TESTING: Any = importlib.import_module(NAME).Testing


@implements(IAspect)
class Each:
    """Does something with each construct of a kind that it meets."""

    def __init__(self, kind: type, act: Callable[[Any], object]) -> None:
        self.met: list[str] = []
        self._kind = kind
        self._act = act

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, self._kind):
            self.met.append(str(node.node.path))
            self._act(node)


def pause(node: Any) -> None:
    node.paused = True


def nothing(_node: Any) -> None:
    return None


def orders(document: dict[str, Any]) -> dict[str, Any]:
    written: dict[str, Any] = document["resource"]["fivetranops_connection"]["orders"]
    return written


@pytest.mark.parametrize("kind", [Connection, TerraformResource])
def test_an_aspect_that_sets_an_attribute_is_written(
    kind: type, connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connect()
    Aspects.of(stack).add(Each(kind, pause))

    assert orders(synth())["paused"] is True


def test_an_aspect_on_one_construct_meets_its_resource(connect: Connect, synth: Synth) -> None:
    connection, _other = connect(), connect("other")
    aspect = Each(TerraformResource, nothing)
    Aspects.of(connection).add(aspect)

    synth()

    assert aspect.met == ["demo/orders/Default"]


def test_an_aspect_meets_what_came_after_it(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    aspect = Each(TerraformResource, nothing)
    Aspects.of(stack).add(aspect)
    connect()

    synth()

    assert aspect.met == ["demo/orders/Default"]


def test_an_aspect_works_alike_in_the_testing_of_the_cdk(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connect()
    Aspects.of(stack).add(Each(TerraformResource, lambda each: each.add_override("paused", True)))

    in_a_test = orders(json.loads(TESTING.synth(stack)))
    of_the_app = orders(synth())

    of_the_app.pop("//")
    assert in_a_test == of_the_app
    assert in_a_test["paused"] is True


def test_a_wrong_value_of_an_aspect_is_reported(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    def set_wrongly(node: Any) -> None:
        node.sync_frequency = 7

    connect()
    Aspects.of(stack).add(Each(Connection, set_wrongly))

    (finding,) = reported(synth)

    assert (str(finding.place), finding.rule) == ("demo/orders", "enum")
    assert finding.pointer == "/sync_frequency"


def test_a_warning_about_what_an_aspect_did_is_printed(
    connect: Connect, stack: TerraformStack, synth: Synth, capsys: pytest.CaptureFixture[str]
) -> None:
    def misspell(node: Any) -> None:
        node.pasued = True

    connect()
    Aspects.of(stack).add(Each(Connection, misspell))

    synth()

    printed = capsys.readouterr().err
    assert printed.count("warning[unknown-attribute]") == 1
    assert "did you mean 'paused'?" in printed


@pytest.mark.parametrize("validates", [False, True])
def test_the_testing_of_the_cdk_raises_the_findings(
    validates: bool, connect: Connect, stack: TerraformStack
) -> None:
    connect(sync_frequency=7)

    with pytest.raises(RuntimeError, match=r"demo/orders: error\[enum\] /sync_frequency"):
        TESTING.synth(stack, validates)


def test_the_testing_of_the_cdk_needs_no_provider(bare_stack: TerraformStack) -> None:
    config = {"schema_prefix": "orders"}
    Connection(bare_stack, "orders", group_id="g", service="postgres", config=config)

    assert orders(json.loads(TESTING.synth(bare_stack)))["group_id"] == "g"


@pytest.mark.terraform
def test_a_full_synth_of_the_testing_is_valid_terraform(
    connect: Connect, stack: TerraformStack
) -> None:
    connect()

    assert TESTING.to_be_valid_terraform(TESTING.full_synth(stack))
