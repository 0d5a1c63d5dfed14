"""``python -m stacks adopt``: what belongs to connections becomes entries of their own sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from constructs_lib.sandbox import Connection, Store
from constructs_lib.sandbox.fivetran.connection_schema.source import KIND, SourceRecord
from constructs_lib.sandbox.fivetran.trust.source import fingerprint_of
from stacks.__main__ import run_command
from stacks.adopt import command

DEV = "# Mine.\nprovider: {api_url: 'sandbox:sandbox.sqlite3'}  # Near.\n"
KEY = fingerprint_of("db.example.com")
FINGERPRINTS = {KEY["hash"]: KEY["public_key"]}
ENTRY = {"connection": "shop", "import_id": "id_shop"}
Adopt = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "stacks" / "environments"
    folder.mkdir(parents=True)
    (folder / "base.yaml").write_text("")
    (folder / "dev.yaml").write_text(DEV)
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET", "FIVETRAN_API_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(command, "ENVIRONMENTS", folder)
    return folder


@pytest.fixture
def store(folder: Path, tmp_path: Path) -> Iterator[Store]:
    """An account with a connection that trusts a certificate and a fingerprint."""
    at = "2024-01-01T00:00:00.000000Z"
    made = Connection("id_shop", "lake", "github", "shop", at, {"schema": "shop"})
    made.approved = {
        "certificates": [{"id": "YQ", "hash": "a"}],
        "fingerprints": [{"id": "Yg", **KEY}],
    }
    with Store(tmp_path / "sandbox.sqlite3") as store:
        with store.transaction() as tables:
            assert tables.insert(made)
        yield store


@pytest.fixture
def run(store: Store, capsys: pytest.CaptureFixture[str]) -> Adopt:
    def _run(*arguments: str) -> str:
        assert run_command(["adopt", "--environment", "dev", *arguments]) == 0
        return capsys.readouterr().out

    return _run


def settings(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "dev.yaml").read_text())
    return found


def test_what_is_approved_is_added_to_its_sections(run: Adopt, folder: Path) -> None:
    report = run("--trust")

    text, found = (folder / "dev.yaml").read_text(), settings(folder)
    assert text.startswith(DEV)
    assert list(found["connections"]) == ["shop"]
    assert found["connection_certificates"] == {"shop": {**ENTRY, "certificates": {"a": ""}}}
    assert found["connection_fingerprints"] == {"shop": {**ENTRY, "fingerprints": FINGERPRINTS}}
    assert "3 to import" in report
    run("--trust")
    assert (folder / "dev.yaml").read_text() == text


def test_all_that_belongs_to_a_connection_is_added(run: Adopt, folder: Path, store: Store) -> None:
    record = SourceRecord(None)
    record.reload("PRESERVE")
    with store.transaction() as tables:
        tables.store_document(KIND, "id_shop", record.to_json())

    report = run("--trust", "--schemas")

    found = settings(folder)
    assert found["connection_schemas"] == {"shop": {**ENTRY, "schema_change_handling": "ALLOW_ALL"}}
    assert found["connection_certificates"].keys() == found["connection_fingerprints"].keys()
    assert "  1 schema configuration with what differs from the policy\n" in report
    assert "4 to import" in report


def test_nothing_more_is_added_without_the_option(run: Adopt, folder: Path) -> None:
    run()

    assert settings(folder).keys() == {"provider", "connections"}


def test_a_section_that_is_there_is_continued(run: Adopt, folder: Path) -> None:
    mine = "connection_certificates:\n  mine: {connection_id: other, certificates: {}}\n"
    (folder / "dev.yaml").write_text(DEV + mine)

    run("--trust")

    assert list(settings(folder)["connection_certificates"]) == ["mine", "shop"]


def test_a_name_of_such_an_entry_is_taken(run: Adopt, folder: Path) -> None:
    mine = "connection_fingerprints: {shop: {connection_id: other, fingerprints: {}}}\n"
    (folder / "base.yaml").write_text(mine)

    run("--trust")

    assert list(settings(folder)["connections"]) == ["shop_lake"]
    assert settings(folder)["connection_fingerprints"]["shop_lake"]["connection"] == "shop_lake"


def test_a_name_of_a_schema_configuration_is_taken(run: Adopt, folder: Path) -> None:
    (folder / "base.yaml").write_text("connection_schemas: {shop: {connection_id: other}}\n")

    run()

    assert list(settings(folder)["connections"]) == ["shop_lake"]


def test_a_dry_run_prints_the_sections(run: Adopt, folder: Path) -> None:
    printed = run("--trust", "--dry-run")

    assert "\nconnection_certificates:\n  shop:\n    connection: shop\n" in printed
    assert yaml.safe_load("connections:\n" + printed)["connection_fingerprints"]
    assert (folder / "dev.yaml").read_text() == DEV
