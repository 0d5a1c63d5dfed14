"""Connections as a Python module: formatted, with data as data, and secrets as variables."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import Any

import pytest

from constructs_lib.adopt.description import Described, Document, UnfitForm, Variable
from constructs_lib.adopt.python_form import IMPORTS, to_python

HARD = {
    "quotes": ["'", '"', "'\"", "it's \"so\" 'so'", "\\"],
    "controls": "\n\r\t\x00\x1b\x7f\x85\u2028\ud800",
    "marks": ["${a}", "%{a}", "$${a}", "$ { }"],
    "Zoë 注文 \U0001f600": {"nothing": None, "empty": [{}, []], "numbers": [0, -1.5, 10**20]},
    "long": "x" * 120,
}


def module(*connections: Described) -> str:
    return to_python(Document(connections))["connections.py"]


def described(name: str = "orders", **attributes: Any) -> Described:
    return Described(name, {"service": "postgres", "group_id": "lake", **attributes}, "id_1")


def arguments(text: str) -> dict[str, Any]:
    """The arguments of the one construct of a module."""
    calls = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Call)]
    (call,) = (each for each in calls if ast.unparse(each.func) == "Connection")
    assert ast.unparse(call.args[0]) == "stack"
    values = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    return {"id": ast.literal_eval(call.args[1]), **values}


def test_python_module_describes_the_connection() -> None:
    text = module(described(paused=True, config={"host": "db"}))

    assert arguments(text) == {
        "id": "orders",
        "service": "postgres",
        "group_id": "lake",
        "paused": True,
        "config": {"host": "db"},
        "import_id": "id_1",
    }
    assert "TerraformVariable" not in text


def test_python_values_are_data_to_terraform() -> None:
    config = arguments(module(described(config=HARD)))["config"]

    assert config.pop("marks") == ["$${a}", "%%{a}", '${"$$"}{a}', "$ { }"]
    assert config == {key: value for key, value in HARD.items() if key != "marks"}


def test_python_secrets_are_references() -> None:
    secrets = {
        "password": Variable("p"),
        "token": Variable("t", keep_unset=False),
        "list": [{"key": "${a}", "value": Variable("v")}],
    }

    text = module(described(secrets=secrets))

    assert arguments(text)["secrets"] == {
        "password": '${var.p == "" ? null : var.p}',
        "token": "${var.t}",
        "list": r'${try(length(var.v), 0) == 0 ? null : [{ key = "\u0024{a}", value = var.v }]}',
    }
    assert 'KEPT_SECRETS = [\n    "p",\n    "v",\n]\nNEEDED_SECRETS = [\n    "t",\n]\n' in text


@pytest.mark.parametrize("line_length", ["79", "88", "100", "140"])
@pytest.mark.parametrize(
    "secrets", [{}, {"password": Variable("p")}, {"token": Variable("t", keep_unset=False)}]
)
def test_python_module_is_formatted(line_length: str, secrets: dict[str, Any]) -> None:
    given = {"secrets": secrets} if secrets else {}
    comment = ("config.a is not managed: " + "why " * 40,)
    first = described(config=HARD, **given)._replace(comments=comment)
    text = module(first, described("invoices"))

    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", line_length]
    done = subprocess.run(
        [*command, "--stdin-filename", "connections.py", "-"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )

    assert done.stdout.decode() == text


def test_python_imports_can_be_found_again() -> None:
    text = module(
        described("a", config=HARD),
        Described("b", {"config": {"x": ["y"]}}),
        described("c")._replace(import_id="id_3"),
    )

    assert IMPORTS.findall(text) == [("a", "id_1"), ("c", "id_3")]


@pytest.mark.parametrize(
    "document",
    [
        Document((described()._replace(moved_from="fivetran_connection.a"),)),
        Document((), ("fivetran_connection.a",)),
    ],
)
def test_python_has_no_word_for_what_moves(document: Document) -> None:
    with pytest.raises(UnfitForm, match="choose the form hcl"):
        to_python(document)


def test_python_of_nothing_is_no_file() -> None:
    assert to_python(Document(())) == {}
