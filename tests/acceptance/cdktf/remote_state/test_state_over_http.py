"""A state behind a real HTTP server that locks it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cdktf_project import Machine
from state_project import Providers, StateProject, ended, environment, killed, state_project
from state_server import WAIT, StateServer, state_server

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]
PATH = "/states/team"
Synthesised = Callable[[Path, int], StateProject]


@pytest.fixture(name="server")
def _server() -> Iterator[StateServer]:
    with state_server() as server:
        yield server


@pytest.fixture(name="synthesised")
def _synthesised(machine: Machine, providers: Providers, server: StateServer) -> Synthesised:
    """Makes a project in a folder, or changes the one that is there, and synthesises it."""
    return lambda folder, sync_frequency: _project(
        folder, machine, providers, server, sync_frequency
    )


def _project(
    folder: Path, machine: Machine, providers: Providers, server: StateServer, sync_frequency: int
) -> StateProject:
    project = state_project(folder, machine, providers) if not folder.exists() else None
    project = project or StateProject(folder, machine, {}, providers)
    address = f"{server.address}{PATH}"
    names = ("address", "lock_address", "unlock_address")
    backend = ", ".join(["type: http", *(f"{name}: '{address}'" for name in names)])
    project.write("team", environment("team", backend, sync_frequency))
    project.synth()
    return project


def test_two_deploys_at_once_are_kept_apart(
    synthesised: Synthesised, tmp_path: Path, server: StateServer
) -> None:
    one = synthesised(tmp_path / "one", 60)
    one.applied("team")
    assert server.resources(PATH) == ["fivetranops_connection"]
    one, two = (synthesised(tmp_path / name, 120) for name in ("one", "two"))
    assert two.terraform("team", "init").status == 0

    with server.held():
        slow = one.start_terraform("team", "apply", "-auto-approve")
        assert server.writing.wait(WAIT)
        refused = two.terraform("team", "apply", "-auto-approve")
    done = ended(slow)

    assert refused.status != 0
    assert "Error acquiring the state lock" in refused.output
    assert done.status == 0, done.output
    assert "No changes" in two.terraform("team", "plan").output
    assert one.patched() == [{"sync_frequency": 120}]
    assert two.terraform("team", "destroy", "-auto-approve").status == 0
    assert (server.resources(PATH), server.locks) == ([], {})


def test_the_lock_of_a_killed_deploy_is_taken_away_by_hand(
    synthesised: Synthesised, tmp_path: Path, server: StateServer
) -> None:
    project = synthesised(tmp_path / "one", 60)
    project.applied("team")
    synthesised(tmp_path / "one", 120)
    with server.held():
        slow = project.start_terraform("team", "apply", "-auto-approve")
        assert server.writing.wait(WAIT)
        killed(slow)

    refused = project.terraform("team", "plan")
    identifier = server.locks[PATH]["ID"]
    assert refused.status != 0
    assert identifier in refused.output
    unlocked = project.terraform("team", "force-unlock", "-force", identifier)

    assert unlocked.status == 0, unlocked.output
    project.applied("team")
    assert "No changes" in project.terraform("team", "plan").output
    assert project.connections() == 1
