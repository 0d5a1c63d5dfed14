"""``unset: keep``: Fivetran keeps a secret while its variable has no value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stacks.settings import Environment, Variable
from stacks.stack import with_references

Load = Callable[..., Environment]
Found = Callable[..., list[tuple[str, str]]]
BASE = """
defaults: {group_id: g}
connections:
  orders:
    service: postgres
    config: {schema_prefix: orders}
    secrets:
      password: {variable: orders_password, unset: keep}
"""


def test_a_variable_that_keeps_needs_no_value(load: Load) -> None:
    settings = load(BASE)

    assert settings.variables == ()
    assert settings.keeping_variables == ("orders_password",)
    (connection,) = settings.connections
    password = Variable("orders_password", keep_unset=True)
    assert connection.parameters["secrets"] == {"password": password}


def test_one_place_that_needs_the_value_is_enough(load: Load) -> None:
    settings = load(BASE + "      client_private_key: {variable: orders_password}\n")

    assert settings.variables == ("orders_password",)
    assert settings.keeping_variables == ()


def test_another_variable_in_an_overlay_does_not_inherit_it(load: Load) -> None:
    dev = "connections: {orders: {secrets: {password: {variable: mine}}}}"

    assert load(BASE, dev).variables == ("mine",)


@pytest.mark.parametrize(
    "text",
    [
        BASE.replace("unset: keep", "unset: clear"),
        "defaults: {secrets: {password: {variable: a, unset: keep}}}\nconnections: {}",
        "provider: {api_key: {variable: a, unset: keep}}\nconnections: {}",
    ],
)
def test_it_holds_for_secrets_of_one_connection_only(text: str, found: Found) -> None:
    assert [rule for rule, _ in found(text)] == ["variable-unset"]


def test_import_id_is_refused_among_the_defaults(found: Found) -> None:
    text = "defaults: {import_id: some_id}\nconnections: {}"

    assert [rule for rule, _ in found(text)] == ["unknown-attribute"]


def test_a_list_is_null_until_all_of_its_variables_have_values() -> None:
    def item(name: str) -> dict[str, object]:
        return {"key": f"${{{name}}} \b", "value": Variable(name, keep_unset=True)}

    parameters = {"config": {"a": 1}, "secrets": {"secrets_list": [item("a"), item("b")]}}

    assert with_references(parameters, {}) == {
        "config": {"a": 1},
        "secrets": {
            "secrets_list": '${var.a == "" || var.b == "" ? null : '
            '[{"key" = "${a} \\u0008", "value" = var.a}, '
            '{"key" = "${b} \\u0008", "value" = var.b}]}'
        },
    }


def test_an_object_stays_one_with_nulls_inside() -> None:
    secrets = {"login": {"a": Variable("a", keep_unset=True), "b": Variable("b", keep_unset=True)}}

    assert with_references({"secrets": secrets}, {})["secrets"] == {
        "login": {
            "a": '${var.a == "" || var.b == "" ? null : var.a}',
            "b": '${var.a == "" || var.b == "" ? null : var.b}',
        }
    }


def test_a_variable_that_needs_a_value_becomes_its_reference() -> None:
    nested = {"login": {"keys": [Variable("b", keep_unset=False)]}}
    parameters = {
        "secrets": {"a": Variable("a", keep_unset=False), **nested},
        "api_key": Variable("a", keep_unset=False),
        "n": 1,
    }

    assert with_references(parameters, {"a": "${var.a}", "b": "${var.b}"}) == {
        "secrets": {"a": "${var.a}", "login": {"keys": ["${var.b}"]}},
        "api_key": "${var.a}",
        "n": 1,
    }
