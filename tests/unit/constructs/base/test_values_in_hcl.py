"""Values in a synth as HCL say what they say in JSON."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from construct_fixtures import Connect

from constructs_lib import Connection, ConnectionState, FivetranProvider
from constructs_lib.constructs.base.expressions import hcl_expression, literal
from constructs_lib.toolkit import NAME, TerraformStack, TerraformVariable

Lines: TypeAlias = Callable[[], list[str]]
SDK = {"service": "connector_sdk", "config": {"schema": "sdk"}}

WRITTEN: list[tuple[Any, str]] = [
    ("5", '"5"'),
    ('{"a": 1}', r'"{\"a\": 1}"'),
    ("[1]", '"[1]"'),
    ('"x"', r'"\"x\""'),
    ("a\\b", r'"a\\b"'),
    ("a\nb\r\n\t", r'"a\nb\r\n\t"'),
    ("\x00\x1b\x7f", r'"\u0000\u001b\u007f"'),
    ("é\u2028", '"é\u2028"'),
    ("", '""'),
    ("true", '"true"'),
    ("$${x} %%{y} $", '"$${x} %%{y} $"'),
    ("${var.a}", '"${var.a}"'),
    ('a "${upper("x\\y")}" \\', r'"a \"${upper("x\y")}\" \\"'),
    ("%{ if var.a }\n%{ endif }", r'"%{ if var.a }\n%{ endif }"'),
    ('${upper("a${lower("}")}")} "', r'"${upper("a${lower("}")}")} \""'),
    ("${lower(\n var.a)}", '"${lower(\n var.a)}"'),
    (True, "true"),
    (None, "null"),
    (5, "5"),
    (-0.5, "-0.5"),
    (1.5e300, "1.5e+300"),
    ({}, "{}"),
    ({'a "b"': ["5", {"value": 1}]}, r'{"a \"b\"" = ["5", {"value" = 1}]}'),
]


LITERAL: list[tuple[Any, str]] = [
    ("${x}", r'"\u0024{x}"'),
    ("$${x} %%{y}", r'"\u0024\u0024{x} \u0025\u0025{y}"'),
    ("$ 5% {}", '"$ 5% {}"'),
    ('a\\b\n"', r'"a\\b\n\""'),
    ({"${k}": ["%{v}", 5, None]}, r'{"\u0024{k}" = ["\u0025{v}", 5, null]}'),
]


@pytest.fixture(autouse=True)
def _as_hcl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNTH_HCL_OUTPUT", "true")


@pytest.fixture
def lines(bare_stack: TerraformStack) -> Lines:
    """Returns the lines of the stack ``demo`` as HCL."""

    def run() -> list[str]:
        # The CDK itself reads the variable at the start of Node.
        text = importlib.import_module(NAME).Testing.synth_hcl(bare_stack)
        return [line.strip() for line in text.splitlines()]

    return run


@pytest.mark.parametrize(("value", "written"), WRITTEN)
def test_a_value_is_written_as_an_expression(value: Any, written: str) -> None:
    assert hcl_expression(value) == written


@pytest.mark.parametrize(("value", "written"), LITERAL)
def test_a_literal_is_never_a_template(value: Any, written: str) -> None:
    assert literal(value) == written


def test_a_state_is_copied_into_the_document(
    connect: Connect, stack: TerraformStack, lines: Lines
) -> None:
    state = {"n": "5", "o": '{"a": 1}', "b": "a\\n", "l": "a\nb"}
    ConnectionState(stack, "cursor", connection=connect(**SDK), state=state)

    written = r'{"n" = "5", "o" = "{\"a\": 1}", "b" = "a\\n", "l" = "a\nb"}'
    assert f"state = {written}" in lines()


def test_tokens_stay_references(connect: Connect, stack: TerraformStack, lines: Lines) -> None:
    host = TerraformVariable(stack, "host", type="string").string_value
    paused = TerraformVariable(stack, "paused", type="bool").boolean_value
    connect(config={"schema_prefix": "x", "host": f'"{host}"'}, group_id=host, paused=paused)

    found = lines()

    config = r'{"schema_prefix" = "x", "host" = "\"${var.host}\""}'
    assert f'config = "${{{config}}}"' in found
    assert 'group_id = "${var.host}"' in found
    assert 'paused = "${var.paused}"' in found


def test_the_mapping_of_for_each_is_a_value(connect: Connect, lines: Lines) -> None:
    each = {"eu": {"value": "5", "x": "a\\b"}}
    connect(for_each=each, config={"schema_prefix": "x_${each.key}"})

    written = r'{"eu" = {"value" = "5", "x" = "a\\b"}}'
    assert f'for_each = "${{{written}}}"' in lines()


def test_the_values_of_a_provider_are_texts(bare_stack: TerraformStack, lines: Lines) -> None:
    FivetranProvider(bare_stack, "fivetran", api_url="sandbox", api_key="5", alias="a")
    second = FivetranProvider(bare_stack, "second", api_url="sandbox")
    Connection(bare_stack, "orders", group_id="5", provider=second, **SDK)

    found = lines()

    assert 'api_key = "5"' in found
    assert 'group_id = "5"' in found
