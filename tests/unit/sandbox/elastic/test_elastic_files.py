"""The files of Elastic's sandbox that its first version made."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.sandbox import SandboxError
from constructs_lib.sandbox.elastic import ElasticStore
from constructs_lib.sandbox.elastic.store import ELASTIC

FIRST_TABLES = """
CREATE TABLE settings (one INTEGER PRIMARY KEY CHECK (one = 1), document TEXT NOT NULL);
CREATE TABLE journal (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL, body TEXT,
    fault TEXT);
CREATE INDEX journal_at ON journal (at, status);
CREATE TABLE fault_counts (position INTEGER PRIMARY KEY, requests INTEGER NOT NULL);
CREATE TABLE connectors (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL);
"""
FIRST_SETTINGS = {
    "version": "8.19.0",
    "build_flavor": "default",
    "manage_connector": True,
    "clock_ahead_seconds": 0.0,
    "faults": [],
}


def first_connector(identifier: str, **values: Any) -> dict[str, Any]:
    plain = {"name": None, "description": None, "index_name": None, "service_type": "mysql"}
    other = {"is_native": False, "language": None, "status": "connected", "error": None}
    rest = {"last_seen": None, "configuration": {}, "deleted": False}
    return {"id": identifier, **plain, **other, **rest, **values}


def first_file(path: Path, version: int = 1) -> None:
    """A file as the first version of the sandbox left it."""
    path.touch(0o600)
    with closing(sqlite3.connect(path)) as link, link:
        link.execute(f"PRAGMA application_id = {ELASTIC.application_id}")
        link.executescript(FIRST_TABLES)
        link.execute(f"PRAGMA user_version = {version}")
        link.execute("INSERT INTO settings VALUES (1, ?)", (json.dumps(FIRST_SETTINGS),))
        for record in (first_connector("shop"), first_connector("gone", deleted=True)):
            row = (record["id"], json.dumps(record))
            link.execute("INSERT INTO connectors (id, document) VALUES (?, ?)", row)


def test_file_of_the_first_version_goes_on_being_used(tmp_path: Path) -> None:
    first_file(tmp_path / "elastic.db")
    for _ in range(2):
        with ElasticStore(tmp_path / "elastic.db") as store:
            assert store.settings.version == "8.19.0"
            found = store.connector("shop")
            assert found is not None
            assert (found.status, store.connector("gone")) == ("connected", None)


def test_connector_of_the_first_version_has_a_whole_document(tmp_path: Path) -> None:
    first_file(tmp_path / "elastic.db")
    with ElasticStore(tmp_path / "elastic.db") as store:
        found = store.connector("shop")
    assert found is not None
    document = found.document(with_deleted=True)
    assert document["filtering"][0]["domain"] == "DEFAULT"
    assert document["scheduling"]["full"] == {"enabled": False, "interval": "0 0 0 * * ?"}
    assert (document["deleted"], "name" in document) == (False, False)


def test_file_of_the_first_version_takes_sync_jobs(tmp_path: Path) -> None:
    first_file(tmp_path / "elastic.db")
    with ElasticStore(tmp_path / "elastic.db") as store, store.transaction() as tables:
        tables.save_sync_job({"id": "job", "status": "pending"})
    with ElasticStore(tmp_path / "elastic.db") as store, store.transaction() as tables:
        assert tables.sync_job("job") == {"id": "job", "status": "pending"}


def test_file_of_another_version_is_refused(tmp_path: Path) -> None:
    first_file(tmp_path / "elastic.db", version=2)
    with pytest.raises(SandboxError, match="made by another version"):
        ElasticStore(tmp_path / "elastic.db")
