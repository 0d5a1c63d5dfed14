from __future__ import annotations

import json
from pathlib import Path

import pytest

from constructs_lib.sandbox import ApiRequest, Store
from constructs_lib.sandbox.__main__ import main
from constructs_lib.sandbox.fivetran.api import Api


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A sandbox with two requests in its journal."""
    path = tmp_path / "sandbox.db"
    with Store(path) as store:
        Api(store).handle(ApiRequest("GET", "/v1/groups"))
        Api(store).handle(ApiRequest("POST", "/v1/connections", body=b'{"paused": true}'))
    return path


def test_journal_is_printed(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "--database", str(database)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("401  GET    /v1/groups")
    assert lines[1].endswith('401  POST   /v1/connections  {"paused": true}')


def test_journal_is_printed_as_json(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "--database", str(database), "--writes", "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert (entry["number"], entry["method"], entry["keys"]) == (2, "POST", ["paused"])


def test_journal_is_printed_from_a_number_on(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["journal", "--database", str(database), "--since", "2"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("command", ["journal", "reset"])
def test_missing_database_is_not_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    missing = tmp_path / "missing.db"
    assert main([command, "--database", str(missing)]) == 1
    assert "there is no sandbox database" in capsys.readouterr().err
    assert not missing.exists()


def test_file_of_something_else_is_one_clear_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.db"
    other.write_text("this is not a database at all, but text " * 50)
    assert main(["reset", "--database", str(other)]) == 1
    assert "is a file, but not a sandbox database" in capsys.readouterr().err


def test_reset_clears_the_journal(database: Path) -> None:
    assert main(["reset", "--database", str(database)]) == 0
    with Store(database) as store:
        assert store.journal() == []


def test_group_is_added(database: Path) -> None:
    for _ in range(2):
        assert main(["add-group", "mine", "--database", str(database)]) == 0
    with Store(database) as store, store.transaction() as tables:
        groups = [group.id for _, group in tables.groups(0, 10)]
    assert groups == ["sandbox_warehouse", "sandbox_lake", "mine"]


def test_behaviour_is_configured_bit_by_bit(database: Path) -> None:
    main(["configure", "--database", str(database), "--sync-seconds", "0.5"])
    main(["configure", "--database", str(database), "--auto-sync"])
    with Store(database) as store:
        assert (store.settings.sync_seconds, store.settings.auto_sync) == (0.5, True)


def test_impossible_behaviour_is_refused(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["configure", "--database", str(database), "--sync-seconds", "-1"]) == 1
    assert "sync_seconds" in capsys.readouterr().err


def test_journal_shows_what_faults_did(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store(database) as store:
        store.configure(faults=[{"kind": "reset_before"}])
        Api(store).handle(ApiRequest("GET", "/v1/groups"))
    assert main(["journal", "--database", str(database), "--since", "2"]) == 0
    assert capsys.readouterr().out.endswith("  0  GET    /v1/groups  (fault: reset_before)\n")
    assert main(["journal", "--database", str(database), "--since", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fault"] == "reset_before"
