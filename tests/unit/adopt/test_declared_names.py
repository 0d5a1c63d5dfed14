"""What the files of a directory declare already is not declared again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from official_states import Stored, connection, state_file

from constructs_lib.adopt import hcl_form
from constructs_lib.adopt.__main__ import main as adopt
from constructs_lib.adopt.migrate.__main__ import main as migrate
from constructs_lib.sandbox import Connection, Store

HCL = """
resource "fivetranops_connection" "orders" {
  service = "postgres"
}
  resource fivetranops_connection plain {}
# resource "fivetranops_connection" "comment" {}
resource "fivetran_connection" "other" {}
variable "orders_password" {}
provider "fivetranops" {}
"""
OF_JSON = {
    "resource": [{"fivetranops_connection": {"orders": {}}}, {"aws_instance": {"other": {}}}],
    "variable": {"orders_password": {}},
    "provider": {"fivetranops": [{}]},
}
OTHERS = [("main.tf", HCL), ("main.tf.json", json.dumps(OF_JSON))]


def test_names_in_the_language_of_terraform_are_found() -> None:
    found = hcl_form.declared([HCL.encode()])

    assert found == ({"orders", "plain"}, {"orders_password"}, True)


def test_names_in_json_are_found() -> None:
    found = hcl_form.declared([json.dumps(OF_JSON).encode()])

    assert found == ({"orders"}, {"orders_password"}, True)


@pytest.mark.parametrize("content", [b"", b"\xff", b"[1]", b'{"resource": [1, {"a": 2}]}'])
def test_other_files_declare_nothing(content: bytes) -> None:
    assert hcl_form.declared([content]) == (frozenset(), frozenset(), False)


@pytest.mark.parametrize(("name", "content"), OTHERS)
def test_a_migration_avoids_what_is_declared(tmp_path: Path, name: str, content: str) -> None:
    # Given a directory with a connection, a variable and the provider
    (tmp_path / name).write_text(content)
    given = {"host": "db", "password": "pw"}
    attributes = connection("a", "postgres", given, destination_schema={"prefix": "orders"})
    stored = state_file([Stored("fivetran_connection", "orders", attributes)])
    (tmp_path / "state.json").write_text(json.dumps(stored))
    # When connections of the same name are migrated, twice
    texts = []
    for _ in range(2):
        arguments = ["--form", "hcl", "--out", str(tmp_path)]
        assert migrate([str(tmp_path / "state.json"), *arguments]) == 0
        texts.append({each.name: each.read_text() for each in tmp_path.glob("fivetranops_*")})
    # Then they have another one
    found, again = texts
    assert '"fivetranops_connection" "orders_2"' in found["fivetranops_connections.tf"]
    assert "fivetranops_connection.orders_2\n" in found["fivetranops_moved.tf"]
    assert 'variable "orders_2_password"' in found["fivetranops_variables.tf"]
    assert "required_providers" in found["fivetranops_providers.tf"]
    assert 'provider "fivetranops"' not in found["fivetranops_providers.tf"]
    assert again == found


@pytest.mark.parametrize(("name", "content"), OTHERS)
def test_adopting_avoids_what_is_declared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str
) -> None:
    # Given a directory with a connection, a variable and the provider
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIVETRAN_API_URL", "sandbox:sandbox.sqlite3")
    (tmp_path / name).write_text(content)
    made = Connection(
        "a", "lake", "postgres", "orders", "2024-01-01T00:00:00.000000Z", {"schema": "orders"}
    )
    made.config = {"schema_prefix": "orders", "host": "db", "password": "******"}
    with Store(Path("sandbox.sqlite3")) as store, store.transaction() as tables:
        assert tables.insert(made)
    # When a connection of the same name is adopted, then it has another one
    assert adopt(["--form", "hcl", "--out", "."]) == 0
    assert '"fivetranops_connection" "orders_lake"' in Path("connections.tf").read_text()
    assert 'variable "orders_lake_password"' in Path("variables.tf").read_text()
    assert 'provider "fivetranops"' not in Path("providers.tf").read_text()
