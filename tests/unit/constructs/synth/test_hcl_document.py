"""A document as HCL says what it says as ``cdk.tf.json``."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.constructs.synth.hcl_document import NotHcl, Shape, document, merged, shape


def lines(content: dict[str, Any], known: Shape | None = None) -> list[str]:
    """The lines of a document, without their indentation."""
    return [line.strip() for line in document(content, known or {}).splitlines()]


def thing(attributes: dict[str, Any]) -> dict[str, Any]:
    """A document with one resource."""
    return {"resource": {"thing": {"a": attributes}}}


def inside(attributes: dict[str, Any], known: Shape | None = None) -> list[str]:
    """The lines of a resource."""
    return lines(thing(attributes), {"resource": {"thing": known or {}}})[1:-1]


BLOCK = {"value": [{"size": {"value": 5, "isBlock": False}}], "isBlock": True}


def test_the_value_of_an_output_is_a_template() -> None:
    found = lines({"output": {"a": {"value": "5 ${var.x}", "description": "${x}"}}})

    assert found == ['output "a" {', 'value = "5 ${var.x}"', r'description = "\u0024{x}"', "}"]


def test_the_default_of_a_variable_is_a_literal() -> None:
    found = lines({"variable": {"a": {"type": "list(string)", "default": ["${x}", ""]}}})

    assert found[1:-1] == ["type = list(string)", r'default = ["\u0024{x}", ""]']


@pytest.mark.parametrize(("value", "written"), [(False, "false"), (0, "0"), ("", '""')])
def test_a_falsy_local_is_written(value: Any, written: str) -> None:
    assert lines({"locals": {"a": value}}) == ["locals {", f"a = {written}", "}"]


def test_the_condition_of_a_variable_is_a_block() -> None:
    rule = {"condition": "${var.a > 1}", "error_message": 'a "b"'}

    found = lines({"variable": {"a": {"validation": [rule]}}})

    assert found[1:-1] == [
        "validation {",
        'condition = "${var.a > 1}"',
        r'error_message = "a \"b\""',
        "}",
    ]


def test_references_stand_as_they_are() -> None:
    found = inside({"provider": "${x.y}", "depends_on": ["thing.b", "${thing.c}"]})

    assert found == ["provider = x.y", "depends_on = [thing.b, thing.c]"]


def test_the_lifecycle_of_a_resource_is_a_block() -> None:
    rule = {"condition": "${var.a}", "error_message": "5"}
    lifecycle = {"ignore_changes": "all", "precondition": [rule, rule]}

    found = inside({"lifecycle": lifecycle})

    condition = ["precondition {", 'condition = "${var.a}"', 'error_message = "5"', "}"]
    assert found == ["lifecycle {", "ignore_changes = all", *condition, *condition, "}"]


def test_what_triggers_an_action_is_a_block_of_keywords() -> None:
    trigger = {"events": ["after_create", "after_update"], "actions": ["${action.mail.send}"]}

    found = inside({"lifecycle": {"action_trigger": [trigger]}})

    events, actions = "events = [after_create, after_update]", "actions = [action.mail.send]"
    assert found == ["lifecycle {", "action_trigger {", events, actions, "}", "}"]


def test_a_provisioner_is_a_block_with_a_label() -> None:
    command = {"command": 'echo "5"', "when": "destroy", "connection": {"host": "a"}}

    found = inside({"provisioner": [{"local-exec": command}]})

    assert found == [
        'provisioner "local-exec" {',
        r'command = "echo \"5\""',
        "when = destroy",
        "connection {",
        'host = "a"',
        "}",
        "}",
    ]


def test_a_map_of_a_resource_is_an_attribute() -> None:
    known = shape({"tags": {"value": {}, "isBlock": False}, "list": {"value": 1, "isBlock": False}})

    assert inside({"tags": {"a": "5"}, "list": [{"a": 1}]}, known) == [
        'tags = {"a" = "5"}',
        'list = [{"a" = 1}]',
    ]


def test_what_the_provider_calls_a_block_is_one() -> None:
    known = shape({"disk": BLOCK, "tags": {"value": {}, "isBlock": False}})

    found = inside({"disk": [{"size": 5}, {"size": "6"}], "tags": {"a": "5"}}, known)

    assert found == ["disk {", "size = 5", "}", "disk {", 'size = "6"', "}", 'tags = {"a" = "5"}']


def test_a_block_inside_of_a_block_is_one() -> None:
    known = shape({"machine": {"value": {"disk": BLOCK}, "is_block": True}})

    assert inside({"machine": {"disk": {"size": 5}}}, known) == [
        "machine {",
        "disk {",
        "size = 5",
        "}",
        "}",
    ]


def test_what_one_resource_says_counts_for_another() -> None:
    empty = {"value": [], "isBlock": True}

    known = merged([shape({"disk": empty}), shape({"disk": BLOCK}), shape({})])

    assert inside({"disk": {"size": 5}}, known) == ["disk {", "size = 5", "}"]


@pytest.mark.parametrize(
    ("is_block", "written"),
    [
        (True, ["timeouts {", 'create = "5m"', "}"]),
        (False, ['timeouts = {"create" = "5m"}']),
    ],
)
def test_timeouts_are_what_the_provider_says(is_block: bool, written: list[str]) -> None:
    known = shape({"timeouts": {"value": {}, "isBlock": is_block}})

    assert inside({"timeouts": {"create": "5m"}}, known) == written


def test_a_dynamic_block_has_its_content() -> None:
    entry = {"for_each": "${var.a}", "iterator": "each_disk", "content": {"size": "5"}}

    assert inside({"dynamic": {"disk": entry}}) == [
        'dynamic "disk" {',
        'for_each = "${var.a}"',
        "iterator = each_disk",
        "content {",
        'size = "5"',
        "}",
        "}",
    ]


def test_the_terraform_block_has_literals() -> None:
    needed = {"p": {"source": "a/b", "configuration_aliases": ["p.x"]}}
    backend = {"remote": {"organization": "${o}", "workspaces": [{"name": "w"}]}}

    found = lines({"terraform": {"required_providers": needed, "backend": backend}})

    assert found[1:-1] == [
        "required_providers {",
        'p = {source = "a/b", configuration_aliases = [p.x]}',
        "}",
        'backend "remote" {',
        r'organization = "\u0024{o}"',
        "workspaces {",
        'name = "w"',
        "}",
        "}",
    ]


def test_each_provider_of_one_name_is_a_block() -> None:
    found = lines({"provider": {"p": [{"alias": "a", "key": "5"}, {"key": "${var.k}"}]}})

    assert found == [
        'provider "p" {',
        'alias = "a"',
        'key = "5"',
        "}",
        'provider "p" {',
        'key = "${var.k}"',
        "}",
    ]


def test_a_module_gets_its_providers_as_references() -> None:
    found = lines({"module": {"m": {"source": "./m", "providers": {"p": "p.a"}, "x": "5"}}})

    assert found[1:-1] == ['source = "./m"', "providers = {p = p.a}", 'x = "5"']


def test_moved_and_imported_resources_are_references() -> None:
    found = lines({"moved": [{"from": "a.b", "to": "a.c"}], "import": [{"to": "a.b", "id": "5"}]})

    moved = ["moved {", "from = a.b", "to = a.c", "}"]
    assert found == [*moved, "import {", "to = a.b", 'id = "5"', "}"]


def test_comments_are_left_out() -> None:
    assert lines({"//": {}, **thing({"//": {"metadata": {}}})}) == ['resource "thing" "a" {', "}"]


def test_a_block_that_is_not_known_is_refused() -> None:
    with pytest.raises(NotHcl) as refusal:
        document({"invented": {}}, {})

    assert (refusal.value.path, refusal.value.found) == (("invented",), "a block 'invented'")


def test_an_expression_without_an_end_is_refused() -> None:
    content = thing({"lifecycle": {"precondition": [{"condition": ["x", "${var.a"]}]}})

    with pytest.raises(NotHcl) as refusal:
        document(content, {})

    assert refusal.value.path == ("lifecycle", "precondition", "condition", 1)
