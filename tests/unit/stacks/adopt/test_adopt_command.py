"""``python -m stacks adopt``: what it adds, what it says, and what it never does to a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from constructs_lib.backend.fivetran.inventory import Inventory
from constructs_lib.sandbox import Store
from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.schemas import MASK
from stacks.__main__ import run_command
from stacks.adopt import command

DEV = "# Mine.\nprovider: {api_url: 'sandbox:sandbox.sqlite3'}  # Near.\n"


class Result(NamedTuple):
    status: int
    out: str
    err: str


Adopt = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of the environments prod and dev, of which dev has an account."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "stacks" / "environments"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text("")
    (folder / "prod.yaml").write_text("")
    (folder / "dev.yaml").write_text(DEV)
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET", "FIVETRAN_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(command, "ENVIRONMENTS", folder)
    return folder


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "sandbox.sqlite3") as store:
        yield store


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Adopt:
    def _run(*arguments: str, environment: str = "dev") -> Result:
        status = run_command(["adopt", "--environment", environment, *arguments])
        shown = capsys.readouterr()
        return Result(status, shown.out, shown.err)

    return _run


def add(
    store: Store, name: str, service: str = "github", group: str = "lake", **config: Any
) -> str:
    destination = {"schema": name}
    made = Connection(
        f"id_{name}_{group}", group, service, name, "2024-01-01T00:00:00.000000Z", destination
    )
    made.config = config
    with store.transaction() as tables:
        assert tables.insert(made)
    return made.id


def entries(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((folder / "dev.yaml").read_text())
    return dict(document.get("connections") or {})


def test_connections_of_one_schema_in_two_groups_get_two_names(
    run: Adopt, store: Store, folder: Path
) -> None:
    for group in ("lake", "warehouse"):
        add(store, "orders", group=group)

    assert run().status == 0

    assert {name: each["group_id"] for name, each in entries(folder).items()} == {
        "orders": "lake",
        "orders_warehouse": "warehouse",
    }


def test_only_what_is_asked_for_is_adopted(run: Adopt, store: Store, folder: Path) -> None:
    add(store, "a", "github", "lake")
    add(store, "b", "stripe", "lake")
    add(store, "c", "stripe", "warehouse")

    result = run("--group", "lake", "--service", "stripe", "--service", "jira")

    assert list(entries(folder)) == ["b"]
    assert "1 connection added" in result.out
    assert "1 connection of other services" in result.out
    assert [e.path for e in store.journal() if e.path.startswith("/v1/connections/")] == [
        "/v1/connections/id_b_lake"
    ]


def test_a_dry_run_prints_the_entries_and_writes_nothing(
    run: Adopt, store: Store, folder: Path
) -> None:
    add(store, "orders", password=MASK)

    result = run("--dry-run")

    assert (folder / "dev.yaml").read_text() == DEV
    assert list(yaml.safe_load("connections:\n" + result.out)["connections"]) == ["orders"]
    assert "1 connection would be added" in result.err
    assert "Next" not in result.err


def test_the_report_reads_well(run: Adopt, store: Store) -> None:
    add(store, "orders", pats=[MASK, MASK], new_field=1)
    add(store, "new", "appeared_tomorrow")
    add(store, "broken.sheet.name", "google_sheets")
    add(store, "unnamed", "google_sheets")

    assert run().out.splitlines() == [
        "stacks/environments/dev.yaml: 3 connections added",
        "  not added: id_unnamed_lake (google_sheets, unnamed). The checks allow schema and table "
        "for the service google_sheets, but found no table [destination-schema]",
        "  orders: config.new_field is not managed: it stays as it is at Fivetran. The checks "
        "allow a field of config of the service github, but found 'new_field' [unknown-field]",
        "  2 secrets are kept at Fivetran until their variables have a value, see "
        "docs/guides/adopting.md",
        "  not in the catalogue of services: appeared_tomorrow; their settings are not checked, "
        "see connections catalogue refresh",
        "",
        "Next: ENVIRONMENT=dev make diff",
        "It should show 3 to import, 0 to add, 0 to change, 0 to destroy.",
    ]


def test_an_empty_account_is_said_to_be_empty(run: Adopt, store: Store, folder: Path) -> None:
    result = run("--group", "nobody")

    assert result.status == 0
    assert "this API key can see no connection" in result.out
    assert (folder / "dev.yaml").read_text() == DEV


def test_an_entry_without_an_identifier_is_not_doubled(
    run: Adopt, store: Store, folder: Path
) -> None:
    entry = "  mine: {service: github, group_id: lake, config: {schema: Orders}}\n"
    (folder / "base.yaml").write_text("connections:\n" + entry)
    identifier = add(store, "orders")

    result = run()

    assert "Next" not in result.out
    assert entries(folder) == {}
    assert f"not added: {identifier} (orders), because mine has" in result.out
    assert f"write import_id: {identifier} there" in result.out


def test_name_of_a_removed_connection_is_not_given_again(
    run: Adopt, store: Store, folder: Path
) -> None:
    entry = "  orders: {service: github, group_id: lake, config: {schema: orders}}\n"
    (folder / "base.yaml").write_text("connections:\n" + entry)
    (folder / "dev.yaml").write_text(DEV + "connections:\n  orders: null\n")
    add(store, "orders")

    assert run().status == 0

    assert list(entries(folder)) == ["orders", "orders_lake"]


def test_connection_of_another_environment_is_not_adopted(
    run: Adopt, store: Store, folder: Path
) -> None:
    mine, theirs = add(store, "mine"), add(store, "theirs")
    text = f"connections: {{theirs: {{import_id: {theirs}}}}}\n"
    (folder / "prod.yaml").write_text(text)

    result = run()

    assert [each["import_id"] for each in entries(folder).values()] == [mine]
    assert "1 connection that the environment prod imports" in result.out
    assert (folder / "prod.yaml").read_text() == text


@pytest.mark.parametrize(
    "text", ["connections: [", "connections: 5", "connections: {a: 5, b: {import_id: []}}"]
)
def test_another_environment_with_mistakes_is_passed_over(
    text: str, run: Adopt, store: Store, folder: Path
) -> None:
    add(store, "mine")
    (folder / "prod.yaml").write_text(text)

    assert run().status == 0
    assert list(entries(folder)) == ["mine"]


def test_an_environment_that_does_not_exist_is_named(run: Adopt) -> None:
    assert run(environment="pord") == Result(
        1,
        "",
        "adopt: there is no environment 'pord' (found: dev, prod); did you mean 'prod'?\n"
        "Nothing was written.\n",
    )


def test_a_file_with_mistakes_has_to_be_mended_first(run: Adopt, folder: Path) -> None:
    (folder / "dev.yaml").write_text(DEV + "conections: {}\n")

    result = run()

    assert result.status == 1
    assert "the environment dev has mistakes; correct them first" in result.err
    assert result.err.lower().count("nothing was written") == 1
    assert "dev.yaml:3:1: error[unknown-attribute] /conections" in result.err


def test_credentials_that_are_missing_are_named(run: Adopt, folder: Path) -> None:
    result = run(environment="prod")

    assert result.status == 1
    assert "FIVETRAN_APIKEY and FIVETRAN_APISECRET" in result.err


def test_the_variable_of_a_credential_must_have_a_value(run: Adopt, folder: Path) -> None:
    (folder / "prod.yaml").write_text("provider: {api_key: {variable: the_key}}")

    assert "TF_VAR_the_key has no value" in run(environment="prod").err


def test_connections_in_braces_are_not_touched(run: Adopt, store: Store, folder: Path) -> None:
    text = DEV + "connections: {}\n"
    (folder / "dev.yaml").write_text(text)
    add(store, "orders")

    result = run()

    assert result.status == 1
    assert "are in braces" in result.err
    assert (folder / "dev.yaml").read_text() == text


def test_an_interruption_leaves_the_file_as_it_was(
    run: Adopt, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "orders")

    def pressed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Inventory, "_one", pressed)

    assert run() == Result(130, "", "adopt: interrupted; nothing was written.\n")
    assert (folder / "dev.yaml").read_text() == DEV
    assert sorted(path.name for path in folder.iterdir()) == ["base.yaml", "dev.yaml", "prod.yaml"]


def test_a_failure_while_writing_leaves_the_file_as_it_was(
    run: Adopt, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "orders")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    result = run()

    assert result.status == 1
    assert "dev.yaml cannot be written: No space left on device" in result.err
    assert (folder / "dev.yaml").read_text() == DEV
    assert sorted(path.name for path in folder.iterdir()) == ["base.yaml", "dev.yaml", "prod.yaml"]


def test_the_mode_of_the_file_is_kept(run: Adopt, store: Store, folder: Path) -> None:
    add(store, "orders")
    (folder / "dev.yaml").chmod(0o640)

    run()

    assert (folder / "dev.yaml").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("environment", ["dev", "stacks/environments/dev.yaml"])
def test_adopt_takes_the_name_or_the_file(
    environment: str, run: Adopt, store: Store, folder: Path
) -> None:
    add(store, "orders")

    assert run(environment=environment).status == 0
    assert "orders" in (folder / "dev.yaml").read_text()


def test_adopt_names_a_file_that_is_missing(run: Adopt) -> None:
    result = run(environment="stacks/environments/dew.yaml")

    assert result.err == (
        "adopt: there is no settings file stacks/environments/dew.yaml\nNothing was written.\n"
    )


def test_adopt_into_a_file_that_is_not_read_is_refused(run: Adopt, folder: Path) -> None:
    (folder / "dev.yml").write_text("")

    assert "is ignored; rename it to dev.yaml" in run(environment=str(folder / "dev.yml")).err


def test_adopt_into_the_base_is_refused(run: Adopt) -> None:
    assert "there is no environment 'base' (found: dev, prod)" in run(environment="base").err
