"""The secrets of adopted connections: kept at Fivetran until somebody gives them values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adopt_project import Project, imports, summary

from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.schemas import MASK

pytestmark = pytest.mark.terraform

NO_CHANGES = "No changes. Your infrastructure matches the configuration."
ONE_CHANGE = "Plan: 0 to add, 1 to change, 0 to destroy."


def add(project: Project, number: int, service: str, schema: str, config: dict[str, Any]) -> str:
    """A connection that somebody made in the dashboard; returns its identifier."""
    form = "schema_prefix" if service == "postgres" else "schema"
    made = Connection(
        f"connection_{number}",
        "sandbox_warehouse",
        service,
        schema,
        "2024-01-01T00:00:00.000000Z",
        {form: schema},
        {"sync_frequency": 60},
        config,
    )
    made.setup_state = "connected"
    with project.store() as store, store.transaction() as tables:
        assert tables.insert(made)
    return made.id


@pytest.fixture(scope="module")
def adopted_once(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two connections with secrets, one of them in a list, adopted and deployed without values."""
    project = Project(tmp_path_factory.mktemp("adopted") / "project")
    login = {"host": "db.example.com", "user": "fivetran", "password": MASK}
    add(project, 1, "postgres", "orders", login)
    secrets = [{"key": "api_token", "value": MASK}, {"key": "client", "value": MASK}]
    add(project, 2, "connector_sdk", "invoices", {"package_id": "p", "secrets_list": secrets})
    assert project.adopt().status == 0
    assert summary(project.plan()) == imports(2)
    project.apply()
    project.end()
    return project


@pytest.fixture
def adopted(adopted_once: Project, tmp_path: Path) -> Iterator[Project]:
    """A copy of that project, with a state and an account of its own."""
    project = Project(tmp_path / "project", like=adopted_once)
    yield project
    project.end()


def test_later_value_changes_exactly_that_secret(adopted: Project) -> None:
    planned = adopted.plan(orders_password="hunter2")

    assert summary(planned) == ONE_CHANGE
    assert '+ "config.password" = (known after apply)' in " ".join(planned.split())

    adopted.apply(orders_password="hunter2")

    ((method, path, body),) = adopted.writes()
    assert (method, path) == ("PATCH", "/v1/connections/connection_1")
    assert list(body) == ["config"]
    assert list(body["config"]) == ["password"]
    with adopted.store() as store:
        assert store.holds_secret("connection_1", "config.password", "hunter2")
    assert summary(adopted.plan(orders_password="hunter2")) == NO_CHANGES
    assert summary(adopted.plan(orders_password="hunter3")) == ONE_CHANGE


def test_list_of_secrets_is_sent_when_all_have_values(adopted: Project) -> None:
    assert summary(adopted.plan(invoices_api_token_value="one")) == NO_CHANGES

    values = {"invoices_api_token_value": "one", "invoices_client_value": "two"}
    assert summary(adopted.plan(**values)) == ONE_CHANGE
    adopted.apply(**values)

    ((_, path, body),) = adopted.writes()
    assert path == "/v1/connections/connection_2"
    assert [item["key"] for item in body["config"]["secrets_list"]] == ["api_token", "client"]
    with adopted.store() as store:
        assert store.holds_secret("connection_2", "config.secrets_list[1].value", "two")
    assert summary(adopted.plan(**values)) == NO_CHANGES


def test_value_at_the_first_deploy_is_shown_as_sent(project: Project) -> None:
    add(project, 1, "postgres", "orders", {"password": MASK})
    project.adopt()

    planned = project.plan(orders_password="hunter2")

    assert summary(planned) == imports(1, changed=1)
    assert '"config.password"' in planned


def test_each_plan_says_what_is_kept(adopted: Project) -> None:
    planned = " ".join(adopted.plan().replace("│", " ").split())

    assert "Warning: Secrets without a value are left as they are at Fivetran" in planned
    assert "Connection connection_" in planned
    assert "(and one more similar warning elsewhere)" in planned


def test_the_check_of_a_variable_without_unset_is_as_it_was(adopted: Project) -> None:
    text = adopted.file.read_text()
    adopted.file.write_text(text.replace("orders_password, unset: keep}", "orders_password}"))

    planned = adopted.plan()

    assert "No value for required variable" in planned
    assert "orders_password" in planned


def test_an_object_is_not_sent_without_the_secret_inside_of_it(project: Project) -> None:
    credentials = {"bucket_name": "one", "s3_role_arn": MASK}
    add(project, 1, "amplitude", "clicks", {"aws_credentials": credentials})
    project.adopt()
    assert summary(project.plan()) == imports(1)
    project.apply()
    text = project.file.read_text()
    project.file.write_text(text.replace("bucket_name: one", "bucket_name: two"))

    planned = " ".join(project.plan().replace("│", " ").split())

    assert "Error: A setting would be sent without its secret" in planned
    assert (
        "aws_credentials in config changes, but config.aws_credentials.s3_role_arn has" in planned
    )


def test_renamed_entry_destroys_nothing(adopted: Project) -> None:
    text = adopted.file.read_text()
    adopted.file.write_text(text.replace("  orders:\n", "  shop_orders:\n"))

    planned = " ".join(adopted.plan().replace("│", " ").split())

    assert "Error: A connection would be imported and destroyed at once" in planned
    assert "terraform state mv" in planned
    assert adopted.writes() == []


def test_the_first_change_shows_the_changed_setting_alone(adopted: Project) -> None:
    text = adopted.file.read_text()
    adopted.file.write_text(text.replace("host: db.example.com", "host: db2.example.com"))

    planned = adopted.plan()
    adopted.apply()

    assert summary(planned) == ONE_CHANGE
    assert "no longer managed" not in planned
    changed = [" ".join(line.split()) for line in planned.splitlines() if " -> " in line]
    assert changed == ['~ host = "db.example.com" -> "db2.example.com"']
    assert [body for _, _, body in adopted.writes()] == [{"config": {"host": "db2.example.com"}}]


def test_entries_keep_working_without_the_lines_of_the_import(adopted: Project) -> None:
    lines = adopted.file.read_text().splitlines(keepends=True)
    adopted.file.write_text("".join(line for line in lines if "import_id" not in line))

    assert summary(adopted.plan()) == NO_CHANGES
