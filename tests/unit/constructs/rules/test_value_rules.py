"""Values that the CDK or Terraform cannot take as they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import ConnectionState, FivetranProvider
from constructs_lib.toolkit import Fn, TerraformStack, TerraformVariable, Token

SDK = {"service": "connector_sdk", "config": {"schema": "sdk"}}


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


WRONG: list[tuple[Any, str, str]] = [
    ({"__proto__": 1}, "reserved-key", "/state"),
    ({"a": [{"__proto__": {"b": 1}}]}, "reserved-key", "/state/a/0"),
    ({"a": {"_children": 1, "_metadata": 2}}, "reserved-key", "/state/a"),
    ({"a": "${x}"}, "terraform-expression", "/state/a"),
    ({"a": ["50%{x}"]}, "terraform-expression", "/state/a/0"),
    ({"${x}": 1}, "terraform-expression", "/state/${x}"),
    (json.dumps({"a": "${x}"}), "terraform-expression", "/state"),
    ({"a": "#{TfToken[TOKEN.0]} and more"}, "list-in-text", "/state/a"),
    ({"a": "x\ud800"}, "not-text", "/state/a"),
    ({"\udfff": "x"}, "not-text", "/state/\udfff"),
    ({"a": 10**5000}, "not-json", "/state/a"),
    ({"a": 10**150 + 1}, "not-json", "/state/a"),
    (nested(101), "not-json", "/state"),
    ('{"a": 1e99999999}', "limit", "/state/a"),
    ('{"a":' * 300 + "1" + "}" * 300, "limit", "/state/a"),
]


@pytest.mark.parametrize(("state", "rule", "pointer"), WRONG)
def test_a_value_that_cannot_arrive_is_one_finding(
    state: Any, rule: str, pointer: str, connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    ConnectionState(stack, "cursor", connection=connect(**SDK), state=state)

    assert findings_of(synth) == [("demo/cursor", rule, pointer)]


@pytest.mark.parametrize(
    "key",
    ["constructor", "toString", "toJSON", "then", "$jsii.byref", "$jsii.map", "resolve", "//"],
)
def test_a_key_that_only_looks_special_arrives(
    key: str, connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    state = {key: 1, "a": {key: {"b": "c"}}, "l": [{key: "x"}]}
    ConnectionState(stack, "cursor", connection=connect(**SDK), state=state)

    assert synth()["resource"]["fivetranops_connection_state"]["cursor"]["state"] == state


def test_the_marks_of_the_cdk_arrive_as_expressions(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    state = {"a": "String Map Token Value", "b": "Any Map Token Value", "c": -123456789}
    ConnectionState(stack, "cursor", connection=connect(**SDK), state=state)

    written = synth()["resource"]["fivetranops_connection_state"]["cursor"]["state"]
    assert written == {
        "a": '${"String Map Token Value"}',
        "b": '${"Any Map Token Value"}',
        "c": "${-123456789}",
    }


def test_tokens_of_every_kind_are_let_through(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    many = TerraformVariable(stack, "many", type="list(string)")
    text = TerraformVariable(stack, "text", type="string").string_value
    state = {
        "text": text,
        "within": f"a {text} b",
        "upper": Fn.upper(text),
        "joined": Fn.join(",", many.list_value),
        "list": many.list_value,
        "number": Token.as_number("${var.number}"),
        "map": Token.as_string_map("${var.map}"),
        "both": [f"{many.fqn}", {"a": text}],
    }
    ConnectionState(stack, "cursor", connection=connect(**SDK), state=state)

    assert len(synth()["resource"]["fivetranops_connection_state"]["cursor"]["state"]) == 8


def test_a_shell_variable_gets_the_hint_to_double_the_mark(connect: Connect, synth: Synth) -> None:
    connect(config={"schema_prefix": "x", "host": "db.${DOMAIN}"})

    (finding,) = reported(synth)
    assert finding.found == "'${DOMAIN}' in 'db.${DOMAIN}'"
    assert finding.hint == "write $${ for the text ${"


def test_a_wrong_expression_in_a_secret_is_not_shown(connect: Connect, synth: Synth) -> None:
    connect(secrets={"password": "hunter2${x"})

    found = {finding.rule: finding.found for finding in reported(synth)}
    assert found["terraform-expression"] == "(hidden)"


def test_the_values_of_a_provider_are_looked_at(bare_stack: TerraformStack, synth: Synth) -> None:
    FivetranProvider(bare_stack, "fivetran", api_url="https://${HOST}/v1")

    assert ("demo/fivetran", "terraform-expression", "/api_url") in findings_of(synth)


@pytest.mark.parametrize("for_each", [["${x}"], {"eu": "${x}"}])
def test_the_values_of_for_each_are_looked_at(
    for_each: Any, connect: Connect, synth: Synth
) -> None:
    connect(for_each=for_each, config={"schema_prefix": "x_${each.key}"})

    (finding,) = reported(synth)
    assert finding.rule == "terraform-expression"
