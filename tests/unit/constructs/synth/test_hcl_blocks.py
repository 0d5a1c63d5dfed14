"""What is a block of a provider's own in HCL, and the refusal of what could be one."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib import schemas
from constructs_lib.backend.plugin.protocol.conversion import resource_schema
from constructs_lib.constructs.synth.hcl_document import NotHcl, Shape, document, shape
from constructs_lib.constructs.synth.hcl_grammar import WITHOUT_BLOCKS

OURS = [name for name in schemas.names() if "ops" in name]

PART = {"value": [{"size": {"value": 5, "isBlock": False}}], "isBlock": True}
INNER = {"value": [{"inner": PART}], "isBlock": True}
TAGS = {"value": {}, "isBlock": False}


def inside(attributes: dict[str, Any], known: Shape | None = None, type_name: str = "a") -> str:
    """The lines of a resource, joined by spaces."""
    content = {"resource": {type_name: {"x": attributes}}}
    lines = document(content, {"resource": {type_name: known or {}}}).splitlines()
    return " ".join(line.strip() for line in lines[1:-1])


def refusal(attributes: dict[str, Any], known: Shape | None = None) -> NotHcl:
    with pytest.raises(NotHcl) as refused:
        inside(attributes, known)
    return refused.value


@pytest.mark.parametrize(
    "value", [{"size": 5}, [{"size": 5}], {}, [], [{}], [None, {"size": 5}], [[{"size": 5}]]]
)
def test_what_may_be_a_block_is_refused(value: Any) -> None:
    error = refusal({"part": value})

    assert (error.block, error.path) == (("resource", "a", "x"), ("part",))
    assert error.hint == (
        "set it with a parameter of the class; or override dynamic.part with for_each and content "
        "for blocks, or part with an expression such as Fn.merge([...]) for an argument"
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (["5"], 'part = ["5"]'),
        ([{"a": 1}, "5"], 'part = [{"a" = 1}, "5"]'),
        ('${merge([{"a" = "5"}]...)}', 'part = "${merge([{"a" = "5"}]...)}"'),
    ],
)
def test_what_is_no_block_in_json_is_an_attribute(value: Any, written: str) -> None:
    assert inside({"part": value}) == written


def test_a_name_that_a_block_does_not_know_is_refused() -> None:
    error = refusal({"part": [{"size": 5, "more": {"a": 1}}]}, shape({"part": PART}))

    assert error.path == ("part", "more")


def test_a_value_inside_of_an_attribute_is_never_a_block() -> None:
    assert inside({"tags": {"a": {"b": [{}]}}}, shape({"tags": TAGS})) == (
        'tags = {"a" = {"b" = [{}]}}'
    )


def test_a_block_in_the_content_of_a_dynamic_one_is_a_block() -> None:
    entry = {"for_each": [1], "content": {"size": 5, "inner": [{"size": 6}]}}

    assert inside({"dynamic": {"part": entry}}, shape({"part": INNER})) == (
        'dynamic "part" { for_each = [1] content { size = 5 inner { size = 6 } } }'
    )


@pytest.mark.parametrize(("name", "is_first"), [("part", False), ("cpu", True)])
def test_a_block_and_a_dynamic_one_have_the_order_of_json(name: str, is_first: bool) -> None:
    entry = {"for_each": [1], "content": {"size": 6}}
    dynamic = f'dynamic "{name}" {{ for_each = [1] content {{ size = 6 }} }}'
    static = f"{name} {{ size = 5 }}"

    written = inside({name: {"size": 5}, "dynamic": {name: entry}}, shape({name: PART}))

    assert written == " ".join([static, dynamic] if is_first else [dynamic, static])


def test_a_dynamic_block_in_the_content_of_another_has_blocks() -> None:
    inner = {"for_each": [2], "content": {"inner": {"size": 6}}}
    entry = {"for_each": [1], "content": {"dynamic": [{"part": inner}]}}
    known = shape({"part": {"value": [{"part": INNER}], "isBlock": True}})

    assert inside({"dynamic": {"part": entry}}, known) == (
        'dynamic "part" { for_each = [1] content { dynamic "part" { for_each = [2]'
        " content { inner { size = 6 } } } } }"
    )


def test_a_name_in_dynamic_content_that_is_not_known_is_refused() -> None:
    entry = {"for_each": [1], "content": {"size": 5, "inner": {"size": 6}}}

    error = refusal({"dynamic": {"part": entry}})

    assert error.path == ("dynamic", "part", "content", "inner")


def test_a_block_that_the_cdk_makes_for_each_item_is_known() -> None:
    moved = {"dynamic": {"for_each": [1], "content": {}}, "isBlock": True}

    assert inside({"part": {"size": 5}}, shape({"part": moved})) == "part { size = 5 }"


@pytest.mark.parametrize("type_name", ["terraform_data", "fivetranops_connection"])
def test_a_provider_without_blocks_has_attributes_only(type_name: str) -> None:
    values = {"timeouts": {"create": "5m"}, "new": [{}], "lifecycle": {"prevent_destroy": True}}

    assert inside(values, type_name=type_name) == (
        'timeouts = {"create" = "5m"} new = [{}] lifecycle { prevent_destroy = true }'
    )


@pytest.mark.parametrize("name", OURS)
def test_what_the_providers_of_ours_announce_has_no_block(name: str) -> None:
    announced = resource_schema(schemas.load(name), 0)

    assert announced.block.attributes
    assert not announced.block.block_types
    assert name.rpartition(".")[2].partition("_")[0] in WITHOUT_BLOCKS


def test_a_provider_may_have_blocks_of_its_own() -> None:
    content = {"provider": {"cloud": [{"features": {}}]}}

    with pytest.raises(NotHcl) as refused:
        document(content, {})

    assert (refused.value.block, refused.value.path) == (("provider", "cloud"), ("features",))
    known = shape({"features": {"value": {}, "isBlock": True}})
    shown = document(content, {"provider": {"cloud": known}})
    assert " ".join(shown.split()) == 'provider "cloud" { features { } }'


def test_the_data_source_of_a_check_has_known_blocks() -> None:
    content = {"check": {"it": {"data": {"a": {"x": {"part": [{"size": 5}]}}}}}}
    known = {"data": {"a": shape({"part": PART})}}

    shown = " ".join(document(content, known).split())
    assert shown == 'check "it" { data "a" "x" { part { size = 5 } } }'


@pytest.mark.parametrize(
    ("backend", "name", "written"),
    [
        ("kubernetes", "exec", 'exec { command = "$" }'),
        ("oss", "assume_role", 'assume_role { command = "$" }'),
        ("cos", "assume_role", 'assume_role { command = "$" }'),
        ("remote", "workspaces", 'workspaces { command = "$" }'),
        ("s3", "assume_role", 'assume_role = {"command" = "$"}'),
        ("kubernetes", "labels", 'labels = {"command" = "$"}'),
    ],
)
def test_a_backend_has_the_blocks_of_terraform(backend: str, name: str, written: str) -> None:
    content = {"terraform": {"backend": {backend: {name: {"command": "$"}}}}}

    lines = document(content, {}).splitlines()

    assert " ".join(line.strip() for line in lines[2:-2]) == written
