"""Connections as the entries of a settings file."""

from __future__ import annotations

from decimal import Decimal

import pytest
import yaml

from constructs_lib.adopt.description import Described, Document, UnfitForm, Variable
from constructs_lib.adopt.yaml_form import IMPORTS, to_yaml

ORDERS = Described(
    "orders",
    {
        "service": "postgres",
        "config": {"schema_prefix": "orders", "mark": "${a}", "port": Decimal(5432)},
        "secrets": {"a": Variable("kept"), "b": Variable("needed", keep_unset=False)},
    },
    "0123e4",
    comments=("config.x is not managed",),
)


def test_yaml_is_the_entries_of_an_environment() -> None:
    assert to_yaml(Document((ORDERS, Described("b", {"service": "s3"}, "id_b")))) == {
        "connections.yaml": (
            "connections:\n"
            "  orders:\n"
            '    import_id: "0123e4"\n'
            "    service: postgres\n"
            "    config:\n"
            "      schema_prefix: orders\n"
            '      mark: "$${a}"\n'
            "      port: 5432\n"
            "    secrets:\n"
            "      a: {variable: kept, unset: keep}\n"
            "      b: {variable: needed}\n"
            "    # config.x is not managed\n"
            "\n"
            "  b:\n"
            "    import_id: id_b\n"
            "    service: s3\n"
        )
    }


def test_yaml_imports_can_be_found_again() -> None:
    text = to_yaml(Document((ORDERS, Described("b", {}), Described("c", {}, "id_c"))))

    assert IMPORTS.findall(text["connections.yaml"]) == [("orders", "0123e4"), ("c", "id_c")]
    assert list(yaml.safe_load(text["connections.yaml"])["connections"]) == ["orders", "b", "c"]


@pytest.mark.parametrize(
    ("number", "value"), [("5", 5), ("0.25", 0.25), ("1E+3", 1000), ("0.1000000000000000001", None)]
)
def test_yaml_numbers_of_a_state_keep_their_digits(number: str, value: float | None) -> None:
    text = to_yaml(Document((Described("a", {"config": {"n": Decimal(number)}}),)))

    written = yaml.safe_load(text["connections.yaml"])["connections"]["a"]["config"]["n"]
    assert written == (number if value is None else value)


@pytest.mark.parametrize(
    "document", [Document((ORDERS._replace(moved_from="a.b"),)), Document((), ("a.b",))]
)
def test_yaml_has_no_word_for_what_moves(document: Document) -> None:
    with pytest.raises(UnfitForm, match="choose the form hcl"):
        to_yaml(document)
