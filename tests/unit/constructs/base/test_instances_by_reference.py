"""One attribute of an instance whose key is a reference, in its own stack and in another."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from construct_fixtures import Connect, Synth

from constructs_lib.toolkit import App, Fn, TerraformOutput, TerraformStack, TerraformVariable

REGIONS = {"for_each": ["eu", "us"], "config": {"schema_prefix": "x_${each.key}"}}
COUNTED = {"count": 2, "config": {"schema_prefix": "x_${count.index}"}}
IDS = "{for key, value in fivetranops_connection.regions : key => value.id}"
INPUT = "data.terraform_remote_state.cross-stack-reference-input-demo.outputs.cross-stack-output-"
COLUMN = f"{INPUT}forkeyvalueinfivetranops_connectionregionskeyvalue"

Used: TypeAlias = Callable[[], list[Any]]


@pytest.fixture
def other(app: App) -> TerraformStack:
    return TerraformStack(app, "other")


@pytest.fixture
def used(outdir: Path) -> Used:
    """The values of the outputs of the other stack, in their order."""

    def read() -> list[Any]:
        text = (outdir / "stacks" / "other" / "cdk.tf.json").read_text(encoding="utf-8")
        return [output["value"] for output in json.loads(text)["output"].values()]

    return read


def exported(document: dict[str, Any]) -> list[str]:
    """The expressions that a stack exports, sorted."""
    return sorted(output["value"] for output in document["output"].values())


def variable(stack: TerraformStack, type_: str = "string") -> TerraformVariable:
    return TerraformVariable(stack, "key", type=type_)


def test_a_key_of_the_other_stack_picks_from_one_attribute(
    connect: Connect, other: TerraformStack, synth: Synth, used: Used
) -> None:
    key = variable(other).string_value
    TerraformOutput(other, "used", value=connect("regions", **REGIONS).at(key).id)

    assert exported(synth()) == [f"${{{IDS}}}"]
    assert used() == [f'${{{COLUMN}id["${{var.key}}"]}}']


def test_a_key_of_the_own_stack_is_exported_beside_the_attribute(
    connect: Connect, stack: TerraformStack, other: TerraformStack, synth: Synth, used: Used
) -> None:
    key = variable(stack).string_value
    TerraformOutput(other, "used", value=connect("regions", **REGIONS).at(key).id)

    assert exported(synth()) == ["${var.key}", f"${{{IDS}}}"]
    assert used() == [f'${{{COLUMN}id["${{{INPUT}varkey}}"]}}']


def test_a_key_of_a_third_stack_is_read_from_there(
    connect: Connect, other: TerraformStack, synth: Synth, used: Used, app: App
) -> None:
    key = variable(TerraformStack(app, "third")).string_value
    TerraformOutput(other, "used", value=connect("regions", **REGIONS).at(key).id)

    assert exported(synth()) == [f"${{{IDS}}}"]
    assert used() == [f'${{{COLUMN}id["${{{INPUT.replace("demo", "third")}varkey}}"]}}']


def test_an_expression_as_key_is_one_of_the_stack_that_uses_it(
    connect: Connect, other: TerraformStack, synth: Synth, used: Used
) -> None:
    key = '${lookup(each.value, "a b")}'
    TerraformOutput(other, "used", value=connect("regions", **REGIONS).at(key).id)

    synth()

    assert used() == [f'${{{COLUMN}id["{key}"]}}']


def test_a_counted_resource_exports_a_list(
    connect: Connect, other: TerraformStack, synth: Synth, used: Used
) -> None:
    key: Any = variable(other, "number").number_value
    TerraformOutput(other, "used", value=connect("regions", **COUNTED).at(key).id)

    assert exported(synth()) == ["${[for value in fivetranops_connection.regions : value.id]}"]
    assert used() == [f'${{{INPUT}forvalueinfivetranops_connectionregionsvalueid["${{var.key}}"]}}']


def test_several_keys_share_what_is_exported(
    connect: Connect, other: TerraformStack, synth: Synth
) -> None:
    regions, key = connect("regions", **REGIONS), variable(other).string_value
    TerraformOutput(other, "first", value=regions.at(key).id)
    TerraformOutput(other, "second", value=regions.at(f"{key}-b").id)

    assert exported(synth()) == [f"${{{IDS}}}"]


def test_the_same_key_gives_the_same_token(connect: Connect, other: TerraformStack) -> None:
    regions, key = connect("regions", **REGIONS), variable(other).string_value

    assert regions.at(key).id == regions.at(key).id
    assert regions.at(key).id != regions.at(key).service


def test_each_attribute_is_exported_apart(
    connect: Connect, other: TerraformStack, synth: Synth, used: Used
) -> None:
    one = connect("regions", **REGIONS).at(variable(other).string_value)
    TerraformOutput(other, "used", value=[one.paused, one.sync_frequency, one.secrets_applied])

    names = ["paused", "secrets_applied", "sync_frequency"]
    assert exported(synth()) == [f"${{{IDS.replace('.id}', f'.{name}}}')}}}" for name in names]
    (found,) = used()
    assert found == [
        f'${{{COLUMN}{name}["${{var.key}}"]}}'
        for name in ("paused", "sync_frequency", "secrets_applied")
    ]


def test_a_key_in_the_same_stack_exports_nothing(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    regions, key = connect("regions", **REGIONS), variable(stack).string_value
    TerraformOutput(stack, "used", value=f"x-{regions.at(key).id}")

    (value,) = exported(synth())

    assert value == 'x-${fivetranops_connection.regions["${var.key}"].id}'


def test_such_an_attribute_is_an_argument_of_a_function(
    connect: Connect, stack: TerraformStack, other: TerraformStack, synth: Synth, used: Used
) -> None:
    one = connect("regions", **REGIONS).at(f"{variable(other).string_value}-b")
    TerraformOutput(other, "used", value=Fn.join("/", [one.id, Fn.tostring(one.sync_frequency)]))

    synth()

    key = '["${var.key}-b"]'
    assert used() == [
        f'${{join("/", [{COLUMN}id{key}, tostring({COLUMN}sync_frequency{key})])}}',
    ]
