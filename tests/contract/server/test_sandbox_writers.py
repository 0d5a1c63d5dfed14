"""Many writers at once: no write is lost, and none fails because the database is locked."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from sandbox_carriers import Carrier, Embedded

WRITERS = 20
WRITES = 5
PROCESSES = 6
"""Each takes most of a second of a processor to start, and that many compete as well as more."""


def write(carrier: Carrier, writer: int) -> list[int]:
    """Creates one connection and changes it several times; the statuses of the answers."""
    made = carrier.create(config={"schema": f"writer_{writer}"})
    path = f"/v1/connections/{made['id']}"
    bodies = [{"config": {f"key_{number}": number}} for number in range(WRITES)]
    return [carrier.request("PATCH", path, json=body).status_code for body in bodies]


def write_from_a_process(database: Path, writer: int) -> list[int]:
    embedded = Embedded(database)
    with embedded.session:
        return write(embedded, writer)


def assert_nothing_was_lost(carrier: Carrier, writers: int = WRITERS) -> None:
    carrier.configure(list_config=True)
    items = carrier.data("GET", "/v1/connections")["items"]
    expected = {f"key_{number}": number for number in range(WRITES)}
    assert len(items) == writers
    assert all(item["config"].items() >= expected.items() for item in items)
    entries = carrier.journal()
    assert len(entries) == writers * (WRITES + 1) + 1
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))


def test_threads_lose_no_write(carrier: Carrier) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = list(pool.map(lambda writer: write(carrier, writer), range(WRITERS)))
    assert statuses == [[200] * WRITES] * WRITERS
    assert_nothing_was_lost(carrier)


def test_processes_lose_no_write(tmp_path: Path) -> None:
    # Given no database yet, so that the processes also compete to make it
    database = tmp_path / "sandbox.db"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        databases = [database] * PROCESSES
        statuses = list(pool.map(write_from_a_process, databases, range(PROCESSES)))
    assert statuses == [[200] * WRITES] * PROCESSES
    embedded = Embedded(database)
    with embedded.session:
        assert_nothing_was_lost(embedded, PROCESSES)


def test_changes_of_one_connection_are_all_kept(carrier: Carrier) -> None:
    made = carrier.create()
    path = f"/v1/connections/{made['id']}"

    def change(number: int) -> int:
        body = {"config": {f"key_{number}": number}}
        return carrier.request("PATCH", path, json=body).status_code

    with ThreadPoolExecutor(WRITERS) as pool:
        assert set(pool.map(change, range(100))) == {200}
    config = carrier.data("GET", path)["config"]
    assert {config[f"key_{number}"] for number in range(100)} == set(range(100))


def test_only_one_of_many_gets_a_schema(carrier: Carrier) -> None:
    def create(_: int) -> int:
        body = {"service": "github", "group_id": "sandbox_lake", "config": {"schema": "same"}}
        return carrier.request("POST", "/v1/connections", json=body).status_code

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sorted(pool.map(create, range(WRITERS))) == [201] + [409] * (WRITERS - 1)
