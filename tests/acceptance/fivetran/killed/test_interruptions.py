"""Interruptions of a run: what was really done is in state, and nothing stands half-done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import interrupted_run as run
import pytest
from interrupted_run import STATES, WANTED, Left
from provider_process import ProviderProcess
from sandbox_server import serving
from workspace import Workspace

ORDERLY = [
    pytest.param(run.ctrl_c, marks=pytest.mark.killed),
    pytest.param(run.group_is_terminated, marks=pytest.mark.killed),
    pytest.param(run.terraform_is_terminated, marks=pytest.mark.killed),
    pytest.param(run.provider_is_terminated, marks=pytest.mark.killed),
    pytest.param(run.stop_is_called),
]
"""Interruptions after which terraform still writes the state."""


def interrupted(folder: Path, interrupt: run.Interrupt, held: float = 3.0) -> Iterator[Left]:
    """One run for all tests that look at what it left."""
    (folder / "work").mkdir()
    attached = ProviderProcess(folder / "work", folder / "provider.log")
    is_launched = interrupt is not run.stop_is_called
    with serving(folder / "sandbox.sqlite3") as sandbox:
        terraform = Workspace(folder / "work", sandbox.url, attached, launchable=is_launched)
        try:
            yield run.interrupted(terraform, sandbox, interrupt, held)
        finally:
            terraform.close()
            attached.end()


@pytest.fixture(scope="module", params=ORDERLY, ids=lambda interrupt: interrupt.__name__)
def left(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Left]:
    yield from interrupted(tmp_path_factory.mktemp("interrupted"), request.param)


@pytest.fixture(scope="module")
def abandoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """What is left after the second Ctrl-C, at which terraform gives up its own state."""
    yield from interrupted(tmp_path_factory.mktemp("abandoned"), run.ctrl_c_twice, 1.0)


def state_of(left: Left, name: str) -> Any:
    return left.terraform.resource(f"fivetranops_connection_state.{name}")["state"]


def test_connections_that_were_being_created_are_in_state(left: Left) -> None:
    addresses = [a for a in left.terraform.addresses() if ".new[" in a]

    assert len(left.created()) == 2, left.output
    assert {left.terraform.resource(a)["id"] for a in addresses} == left.created(), left.output


@pytest.mark.parametrize("name", STATES)
def test_the_paused_flag_is_back(left: Left, name: str) -> None:
    assert left.paused(name) is False, left.output


def test_a_state_that_waited_for_a_sync_was_not_set_and_says_so(left: Left) -> None:
    assert "stopped while waiting for the sync" in left.output
    assert left.connections["waiting"] not in left.patched
    assert "fivetranops_connection_state.waiting" not in left.terraform.addresses()


@pytest.mark.parametrize("name", ["patching", "pausing"])
def test_a_state_that_was_being_set_is_set_and_in_state(left: Left, name: str) -> None:
    assert left.state(name) == WANTED, left.output
    assert state_of(left, name) == WANTED, left.output


def test_the_next_apply_finishes_and_settles(left: Left) -> None:
    left.terraform.run("apply", "-auto-approve", "-input=false")

    assert left.terraform.unsettled() == ""
    assert len(left.created()) == 2
    assert [left.state(name) for name in STATES] == [WANTED] * 3
    assert not any(map(left.paused, STATES))


@pytest.mark.killed
@pytest.mark.parametrize("name", STATES)
def test_the_paused_flag_is_back_after_terraform_gave_up(abandoned: Left, name: str) -> None:
    assert abandoned.paused(name) is False, abandoned.output


@pytest.mark.killed
def test_what_terraform_gave_up_is_taken_over(abandoned: Left) -> None:
    """Terraform no longer takes answers, so its state cannot know of these connections."""
    terraform = abandoned.terraform
    created = abandoned.created()
    assert len(created) == 2
    assert not [address for address in terraform.addresses() if ".new[" in address]

    output = terraform.run("apply", "-auto-approve", "-input=false")

    for identifier in created:
        assert re.search(rf"Connection {identifier} \(\w+\) was adopted", output)
    assert terraform.unsettled() == ""
    assert abandoned.created() == created
    assert [abandoned.state(name) for name in STATES] == [WANTED] * 3
