"""Connections as HCL: data stays data, secrets are variables, and what moves has its blocks."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.adopt.description import Described, Document, UnfitForm, Variable
from constructs_lib.adopt.hcl_form import IMPORTS, to_hcl


def described(name: str = "orders", **attributes: Any) -> Described:
    return Described(name, {"service": "postgres", "group_id": "lake", **attributes})


def resource(**attributes: Any) -> list[str]:
    """The lines of a resource, without its service and its group."""
    text = to_hcl(Document((described(**attributes),)))["connections.tf"]
    return [line[2:] for line in text.splitlines()[3:-1]]


def test_hcl_names_attributes_as_terraform_does() -> None:
    found = resource(
        sync_frequency=60,
        paused=True,
        config={"host": "db"},
        secrets={"password": Variable("orders_password")},
        auth={"client_access": {"user_agent": "ours"}},
        auth_secrets={"refresh_token": Variable("orders_token", keep_unset=False)},
    )

    assert found == [
        "sync_frequency = 60",
        "paused         = true",
        "config = {",
        '  host = "db"',
        "}",
        "config_wo = {",
        '  password = var.orders_password == "" ? null : var.orders_password',
        "}",
        "auth = {",
        "  client_access = {",
        '    user_agent = "ours"',
        "  }",
        "}",
        "auth_wo = {",
        "  refresh_token = var.orders_token",
        "}",
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("${path}", r'"\u0024{path}"'),
        ("$${a} %{b}", r'"\u0024\u0024{a} \u0025{b}"'),
        ('a "b" \\ c', r'"a \"b\" \\ c"'),
        ("one\ntwo\r\t", r'"one\ntwo\r\t"'),
        ("Zoë 注文 \U0001f600", '"Zoë 注文 \U0001f600"'),
        ("\x00\x7f", r'"\u0000\u007f"'),
        ("var.orders", '"var.orders"'),
    ],
)
def test_hcl_text_is_data(text: str, written: str) -> None:
    assert resource(config={"key": text}) == ["config = {", f"  key = {written}", "}"]


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("a_b9", "a_b9"),
        ("a-b", '"a-b"'),
        ("9a", '"9a"'),
        ("a.b", '"a.b"'),
        ("for", '"for"'),
        ("null", '"null"'),
        ("", '""'),
        ("${k}", r'"\u0024{k}"'),
        ("ключ", r'"\u043a\u043b\u044e\u0447"'),
        ("\U0001f600", r'"\U0001f600"'),
    ],
)
def test_hcl_odd_keys_are_quoted(key: str, written: str) -> None:
    assert resource(config={key: 1})[1] == f"  {written} = 1"


def test_hcl_list_of_secrets_is_null_until_all_have_values() -> None:
    secrets = [{"key": "a", "value": Variable("one")}, {"key": "b", "value": Variable("two")}]

    assert resource(secrets={"secrets_list": secrets})[1] == (
        "  secrets_list = try(length(var.one), 0) == 0 || try(length(var.two), 0) == 0 ? null : "
        '[{ key = "a", value = var.one }, { key = "b", value = var.two }]'
    )


def test_hcl_object_with_a_secret_stays_an_object() -> None:
    secrets = {"aws": {"role": Variable("role"), "keys": {"a": Variable("a", keep_unset=False)}}}

    assert resource(secrets=secrets)[1:-1] == [
        "  aws = {",
        '    role = var.role == "" ? null : var.role',
        "    keys = {",
        "      a = var.a",
        "    }",
        "  }",
    ]


def test_hcl_secrets_are_sensitive_ephemeral_variables() -> None:
    secrets = {"a": Variable("kept"), "b": Variable("needed", keep_unset=False)}

    found = to_hcl(Document((described(secrets=secrets),)))["variables.tf"]

    assert found == (
        'variable "kept" {\n'
        "  type      = string\n"
        "  default   = null\n"
        "  sensitive = true\n"
        "  ephemeral = true\n"
        "}\n\n"
        'variable "needed" {\n'
        "  type      = string\n"
        "  sensitive = true\n"
        "  ephemeral = true\n"
        "}\n"
    )


def test_hcl_one_place_that_needs_a_variable_is_enough() -> None:
    kept = described("a", secrets={"x": Variable("shared")})
    needed = described("b", secrets={"x": Variable("shared", keep_unset=False)})

    found = to_hcl(Document((kept, needed)))["variables.tf"]

    assert found.count("variable") == 1
    assert "default" not in found


def test_hcl_imports_are_blocks_that_can_be_found_again() -> None:
    one, two = described("a")._replace(import_id="id_1"), described("b")._replace(import_id="id_2")

    found = to_hcl(Document((one, two)))["imports.tf"]

    assert found.startswith(
        'import {\n  to = fivetranops_connection.a\n  id = "id_1"\n}\n\nimport {'
    )
    assert IMPORTS.findall(found) == [("a", "id_1"), ("b", "id_2")]


def test_hcl_what_moves_and_what_is_forgotten_has_blocks() -> None:
    moved = described()._replace(moved_from='module.a["x"].fivetran_connection.orders')

    found = to_hcl(Document((moved,), ("fivetran_connector_schedule.orders",)))

    assert "imports.tf" not in found
    assert found["moved.tf"] == (
        "moved {\n"
        '  from = module.a["x"].fivetran_connection.orders\n'
        "  to   = fivetranops_connection.orders\n"
        "}\n\n"
        "removed {\n"
        "  from = fivetran_connector_schedule.orders\n\n"
        "  lifecycle {\n"
        "    destroy = false\n"
        "  }\n"
        "}\n"
    )


def test_hcl_comments_stand_in_the_resource() -> None:
    text = to_hcl(Document((described()._replace(comments=("config.a is not managed",)),)))

    assert text["connections.tf"].endswith("\n  # config.a is not managed\n}\n")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (Document((described("a b"),)), "'a b' is not a valid name"),
        (Document((described("a\n"),)), "is not a valid name"),
        (Document((described(), described())), "two connections have the name 'orders'"),
        (Document((), ("fivetran_x.y\n}",)), "is not the address of a resource"),
    ],
)
def test_hcl_odd_names_and_addresses_are_refused(document: Document, words: str) -> None:
    with pytest.raises(UnfitForm, match=words):
        to_hcl(document)
