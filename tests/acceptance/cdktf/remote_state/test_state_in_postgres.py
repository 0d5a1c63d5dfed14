"""A state in a real PostgreSQL database: shared, locked, and there after whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cdktf_project import Machine
from postgres_server import PASSWORD, PostgresServer, postgres_server, program
from state_project import StateProject, ended, environment, killed, state_project

pytestmark = [
    pytest.mark.cdktf,
    pytest.mark.terraform,
    pytest.mark.skipif(
        not all(map(program, ("initdb", "pg_ctl", "psql"))),
        reason="PostgreSQL is not installed: apt install postgresql",
    ),
]


@pytest.fixture(name="database", scope="module")
def _database() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def _backend(database: PostgresServer, schema: str) -> str:
    return f"type: pg, schema_name: {schema}, conn_str: '{database.conn_str}'"


def _project(folder: Path, machine: Machine, database: PostgresServer) -> StateProject:
    return state_project(folder, machine, **database.environ)


def _resources(database: PostgresServer, schema: str) -> str:
    path = "data::jsonb->'resources'"
    return database.ask(f"SELECT count(*) FROM {schema}.states, jsonb_array_elements({path})")


def test_two_persons_deploy_at_once_and_nothing_is_lost(
    machine: Machine, tmp_path: Path, database: PostgresServer
) -> None:
    one, two = (_project(tmp_path / name, machine, database) for name in ("one", "two"))
    for person in (one, two):
        person.write("team", environment("team", _backend(database, "team")))
    one.synth()
    one.applied("team")
    for person in (one, two):
        person.write("team", environment("team", _backend(database, "team"), 120))

    with one.held():
        slow = one.start_cdktf("deploy", "team", "--auto-approve")
        database.wait_for_locks(1)
        refused = two.cdktf("deploy", "team", "--auto-approve")
    done = ended(slow)

    assert refused.status != 0
    assert "Error acquiring the state lock" in refused.output
    assert "OperationTypeApply" in refused.output
    assert done.status == 0, done.output
    two.applied("team")
    assert one.patched() == [{"sync_frequency": 120}]
    assert one.connections() == 1
    printed = two.terraform("team", "output")
    assert "team_id = " in printed.output
    destroyed = two.terraform("team", "destroy", "-auto-approve")
    assert destroyed.status == 0, destroyed.output
    assert (one.connections(), _resources(database, "team")) == (0, "0")


def test_a_deploy_can_wait_for_another(
    machine: Machine, tmp_path: Path, database: PostgresServer
) -> None:
    one, two = (_project(tmp_path / name, machine, database) for name in ("one", "two"))
    for person in (one, two):
        person.write("waits", environment("waits", _backend(database, "waits")))
        person.synth()
    one.applied("waits")
    for person in (one, two):
        person.write("waits", environment("waits", _backend(database, "waits"), 120))
        person.synth()
        assert person.terraform("waits", "init").status == 0

    with one.held():
        slow = one.start_terraform("waits", "apply", "-auto-approve")
        database.wait_for_locks(1)
        waiting = two.start_terraform("waits", "apply", "-auto-approve", "-lock-timeout=60s")
        assert waiting.stdout is not None
        line = waiting.stdout.readline()

    assert "Acquiring state lock" in line
    results = [ended(slow), ended(waiting)]
    assert [result.status for result in results] == [0, 0], results
    assert "Resources: 0 added, 0 changed, 0 destroyed" in results[1].output
    assert one.patched() == [{"sync_frequency": 120}]


def test_a_killed_deploy_leaves_the_state_and_no_lock(
    machine: Machine, tmp_path: Path, database: PostgresServer
) -> None:
    project = _project(tmp_path / "one", machine, database)
    project.write("dies", environment("dies", _backend(database, "dies")))
    project.synth()
    project.applied("dies")
    project.write("dies", environment("dies", _backend(database, "dies"), 120))
    project.synth()

    with database.held("dies"):
        slow = project.start_terraform("dies", "apply", "-auto-approve")
        database.wait_for_a_writer()
        killed(slow)
    database.wait_for_locks(0)

    project.applied("dies")
    planned = project.terraform("dies", "plan")
    assert "No changes" in planned.output
    assert (project.connections(), _resources(database, "dies")) == (1, "1")


def test_two_environments_live_in_two_schemas_of_one_database(
    machine: Machine, tmp_path: Path, database: PostgresServer
) -> None:
    project = _project(tmp_path / "one", machine, database)
    for name in ("east", "west"):
        project.write(name, environment(name, _backend(database, name)))
    project.synth()
    for name in ("east", "west"):
        project.applied(name)

    assert project.terraform("east", "destroy", "-auto-approve").status == 0

    assert (_resources(database, "east"), _resources(database, "west")) == ("0", "1")
    assert "No changes" in project.terraform("west", "plan").output


def test_a_state_moves_from_a_file_into_the_database(
    machine: Machine, tmp_path: Path, database: PostgresServer
) -> None:
    project = _project(tmp_path / "one", machine, database)
    project.write("moves", environment("moves", "type: local"))
    project.synth()
    project.applied("moves")
    project.write("moves", environment("moves", _backend(database, "moves")))

    refused = project.cdktf("diff", "moves")
    moved = project.cdktf("diff", "moves", "--migrate-state")

    assert refused.status != 0
    assert "Backend configuration changed" in refused.output
    assert moved.status == 0, moved.output
    assert "No changes" in moved.output
    assert (project.connections(), _resources(database, "moves")) == (1, "1")


def test_the_password_of_the_database_is_in_no_file(
    machine: Machine, tmp_path: Path, database: PostgresServer
) -> None:
    project = _project(tmp_path / "one", machine, database)
    project.write("quiet", environment("quiet", _backend(database, "quiet")))
    project.synth()
    project.applied("quiet")

    assert project.terraform("quiet", "plan", "-out=plan").status == 0

    written = [path for path in project.folder.rglob("*") if path.is_file()]
    assert any(path.name == "plan" for path in written)
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]
