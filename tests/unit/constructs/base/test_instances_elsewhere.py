"""One attribute of one instance, used in another stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of

from constructs_lib import ConnectionData
from constructs_lib.toolkit import App, Fn, TerraformOutput, TerraformStack

EACH = {"config": {"schema_prefix": "x_${each.key}"}}
COUNT = {"config": {"schema_prefix": "x_${count.index}"}}


@pytest.fixture
def other(app: App) -> TerraformStack:
    return TerraformStack(app, "other")


def use(stack: TerraformStack, *values: Any) -> None:
    """Uses values in a stack."""
    for number, value in enumerate(values):
        TerraformOutput(stack, f"used_{number}", value=value)


def exported(document: dict[str, Any]) -> list[str]:
    """The expressions that a stack exports, sorted."""
    return sorted(output["value"] for output in document["output"].values())


def used(outdir: Path) -> dict[str, str]:
    """What the other stack uses, by name."""
    text = (outdir / "stacks" / "other" / "cdk.tf.json").read_text(encoding="utf-8")
    outputs = json.loads(text)["output"]
    return {name: output["value"].rpartition(".")[2].strip("}") for name, output in outputs.items()}


@pytest.mark.parametrize(
    ("arguments", "key", "index"),
    [({"for_each": ["eu", "us"], **EACH}, "eu", '["eu"]'), ({"count": 2, **COUNT}, 1, "[1]")],
)
def test_only_the_attribute_that_is_used_is_exported(
    arguments: dict[str, Any],
    key: Any,
    index: str,
    connect: Connect,
    other: TerraformStack,
    synth: Synth,
) -> None:
    use(other, connect("regions", **arguments).at(key).id)

    assert exported(synth()) == [f"${{fivetranops_connection.regions{index}.id}}"]


def test_each_kind_of_attribute_is_exported_alone(
    connect: Connect, other: TerraformStack, synth: Synth
) -> None:
    eu = connect("regions", for_each=["eu"], **EACH).at("eu")
    use(other, eu.sync_frequency, eu.paused, eu.secrets_applied, Fn.upper(eu.schema), eu.id)

    names = ["id", "paused", "schema", "secrets_applied", "sync_frequency"]
    address = 'fivetranops_connection.regions["eu"]'
    assert exported(synth()) == [f"${{{address}.{name}}}" for name in names]


def test_an_instance_of_a_data_source_is_exported_alone(
    stack: TerraformStack, other: TerraformStack, synth: Synth
) -> None:
    use(other, ConnectionData(stack, "found", connection_id="abc", count=1).at(0).service)

    assert exported(synth()) == ["${data.fivetranops_connection.found[0].service}"]


def test_an_attribute_that_is_used_twice_is_exported_once(
    connect: Connect, other: TerraformStack, synth: Synth, app: App
) -> None:
    regions = connect("regions", for_each=["eu"], **EACH)
    use(other, regions.at("eu").id, regions.at("eu").id)
    use(TerraformStack(app, "third"), regions.at("eu").id)

    assert exported(synth()) == ['${fivetranops_connection.regions["eu"].id}']


def test_instances_of_like_names_are_exported_by_different_ones(
    connect: Connect, other: TerraformStack, synth: Synth, outdir: Path
) -> None:
    # The CDK leaves out what is neither a letter nor a digit: each would be "regionsaid".
    keys = ["a", ".a", "a."]
    regions = connect("regions", for_each=keys, **EACH)
    plain = connect("regionsa", config={"schema_prefix": "y"})
    use(other, plain.id, *(regions.at(key).id for key in keys))

    document = synth()

    assert set(exported(document)) == {
        "${fivetranops_connection.regionsa.id}",
        '${fivetranops_connection.regions["\\u0061"].id}',
        '${fivetranops_connection.regions["\\u002ea"].id}',
        '${fivetranops_connection.regions["\\u0061\\u002e"].id}',
    }
    assert len(set(used(outdir).values())) == 4


def test_a_name_that_is_exported_as_an_instance_is_a_finding(
    connect: Connect, other: TerraformStack, synth: Synth
) -> None:
    use(other, connect("sdk", count=2, **COUNT).at(1).id)
    use(TerraformStack(other, "inside"), connect("sdk1", config={"schema_prefix": "y"}).id)

    assert ("demo/sdk1", "export-name", "/id_") in findings_of(synth)


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("é", r"\u00e9"),
        ('a"b', r"a\u0022b"),
        ("c\\d", r"c\u005cd"),
        ("a\nb", r"a\u000ab"),
        ("😀", r"\U0001f600"),
        ("$${x} %%{y}", "$${x} %%{y}"),
        ("", ""),
    ],
)
def test_an_instance_of_an_unusual_key_is_exported_alone(
    key: str, written: str, connect: Connect, other: TerraformStack, synth: Synth
) -> None:
    use(other, connect("regions", for_each=[key], **EACH).at(key).id)

    assert exported(synth()) == [f'${{fivetranops_connection.regions["{written}"].id}}']


@pytest.mark.parametrize(
    ("keys", "second"),
    [
        (["u00e9", "é"], r'"\U000000e9"'),
        (["😀", "U0001f600"], r'"\u00550001f600"'),
        ([".", ""], 'lower("")'),
        (["u0024u007bx", ".$${x", "$${x"], r'"\u0024\u007b\u0078"'),
    ],
)
def test_an_unusual_key_gets_a_form_of_its_own(
    keys: list[str], second: str, connect: Connect, other: TerraformStack, synth: Synth
) -> None:
    regions = connect("regions", for_each=keys, **EACH)
    use(other, *(regions.at(key).id for key in keys))

    found = exported(synth())

    assert len(found) == len(keys)
    assert f"${{fivetranops_connection.regions[{second}].id}}" in found
