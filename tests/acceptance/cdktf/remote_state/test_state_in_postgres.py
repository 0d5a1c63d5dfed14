"""A state in a real PostgreSQL database: shared, locked, and there after whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cdktf_project import Machine
from postgres_server import PASSWORD, PostgresServer, postgres_server, program
from state_project import Providers, StateProject, ended, environment, killed, state_project

Project = Callable[[Path], StateProject]

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


@pytest.fixture(name="project")
def _project(machine: Machine, providers: Providers, database: PostgresServer) -> Project:
    """Makes a project in a folder, whose state is in the database."""
    return lambda folder: state_project(folder, machine, providers, **database.environ)


def _resources(database: PostgresServer, schema: str) -> str:
    path = "data::jsonb->'resources'"
    return database.ask(f"SELECT count(*) FROM {schema}.states, jsonb_array_elements({path})")


def test_two_persons_deploy_at_once_and_nothing_is_lost(
    project: Project, tmp_path: Path, database: PostgresServer
) -> None:
    one, two = (project(tmp_path / name) for name in ("one", "two"))
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
    project: Project, tmp_path: Path, database: PostgresServer
) -> None:
    one, two = (project(tmp_path / name) for name in ("one", "two"))
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
    project: Project, tmp_path: Path, database: PostgresServer
) -> None:
    one = project(tmp_path / "one")
    one.write("dies", environment("dies", _backend(database, "dies")))
    one.synth()
    one.applied("dies")
    one.write("dies", environment("dies", _backend(database, "dies"), 120))
    one.synth()

    with database.held("dies"):
        slow = one.start_terraform("dies", "apply", "-auto-approve")
        database.wait_for_a_writer()
        killed(slow)
    database.wait_for_locks(0)

    one.applied("dies")
    planned = one.terraform("dies", "plan")
    assert "No changes" in planned.output
    assert (one.connections(), _resources(database, "dies")) == (1, "1")


def test_two_environments_live_in_two_schemas_of_one_database(
    project: Project, tmp_path: Path, database: PostgresServer
) -> None:
    one = project(tmp_path / "one")
    for name in ("east", "west"):
        one.write(name, environment(name, _backend(database, name)))
    one.synth()
    for name in ("east", "west"):
        one.applied(name)

    assert one.terraform("east", "destroy", "-auto-approve").status == 0

    assert (_resources(database, "east"), _resources(database, "west")) == ("0", "1")
    assert "No changes" in one.terraform("west", "plan").output


def test_a_state_moves_from_a_file_into_the_database(
    project: Project, tmp_path: Path, database: PostgresServer
) -> None:
    one = project(tmp_path / "one")
    one.write("moves", environment("moves", "type: local"))
    one.synth()
    one.applied("moves")
    one.write("moves", environment("moves", _backend(database, "moves")))

    refused = one.cdktf("diff", "moves")
    moved = one.cdktf("diff", "moves", "--migrate-state")

    assert refused.status != 0
    assert "Backend configuration changed" in refused.output
    assert moved.status == 0, moved.output
    assert "No changes" in moved.output
    assert (one.connections(), _resources(database, "moves")) == (1, "1")


def test_the_password_of_the_database_is_in_no_file(
    project: Project, tmp_path: Path, database: PostgresServer
) -> None:
    one = project(tmp_path / "one")
    one.write("quiet", environment("quiet", _backend(database, "quiet")))
    one.synth()
    one.applied("quiet")

    assert one.terraform("quiet", "plan", "-out=plan").status == 0

    written = [path for path in one.folder.rglob("*") if path.is_file()]
    assert any(path.name == "plan" for path in written)
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]
