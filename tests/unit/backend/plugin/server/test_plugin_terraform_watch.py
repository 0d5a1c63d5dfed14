"""How a provider notices that Terraform is gone, with a clock of the tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from constructs_lib.backend.plugin.server.grpc_server import (
    GRACE,
    RECONNECT_LIMIT,
    START_LIMIT,
    TerraformWatch,
)

TERRAFORM, REAPER = 4711, 1


class World:
    """A process with a parent, a clock and an output."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.parent = TERRAFORM

    def watch(self, output: int | None = None, *, expects_calls: bool = True) -> TerraformWatch:
        first = self.parent
        return TerraformWatch(
            lambda: self.parent != first,
            output,
            expects_calls=expects_calls,
            now=lambda: self.time,
        )


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def pipe() -> Iterator[list[int]]:
    """The reading and the writing end."""
    ends = list(os.pipe())
    yield ends
    for end in ends:
        os.close(end)


def test_another_parent_means_gone_and_is_said_once(world: World) -> None:
    watch = world.watch()
    assert watch.look(is_called=True) == ""

    world.parent = REAPER

    assert watch.look(is_called=True) == "its process has ended"
    assert watch.look(is_called=True) == ""


def test_parent_1_from_the_start_means_nothing(world: World) -> None:
    """In a container Terraform may be process 1."""
    world.parent = REAPER
    watch = world.watch()

    assert watch.look(is_called=True) == ""


def test_output_without_reader_means_gone(world: World, pipe: list[int]) -> None:
    """Terraform was killed before anybody could look who the parent is."""
    world.parent = REAPER
    watch = world.watch(pipe[1])
    assert watch.look(is_called=False) == ""

    os.close(pipe.pop(0))

    assert watch.look(is_called=False) == "nobody reads the standard output"


def test_output_that_is_a_file_means_nothing(world: World, tmp_path: Path) -> None:
    with (tmp_path / "output").open("w") as file:
        assert world.watch(file.fileno()).look(is_called=False) == ""


def test_nobody_who_ever_calls_means_gone(world: World) -> None:
    watch = world.watch()

    world.time += START_LIMIT - 1
    assert watch.look(is_called=False) == ""
    world.time += 1

    assert watch.look(is_called=False) == "nobody has been connected for 60 s"


def test_a_call_in_time_ends_the_limit_of_the_start(world: World) -> None:
    watch = world.watch()

    world.time += START_LIMIT - 1
    assert watch.look(is_called=True) == ""
    world.time += 10 * START_LIMIT

    assert watch.look(is_called=True) == ""


def test_a_connection_that_is_closed_means_gone(world: World) -> None:
    watch = world.watch()
    assert watch.look(is_called=True) == ""

    world.time += 1000
    assert watch.look(is_called=False) == ""
    world.time += RECONNECT_LIMIT

    assert watch.look(is_called=False) == "nobody has been connected for 10 s"


def test_a_connection_that_comes_back_means_nothing(world: World) -> None:
    watch = world.watch()
    watch.look(is_called=True)
    watch.look(is_called=False)
    world.time += RECONNECT_LIMIT - 1
    assert watch.look(is_called=True) == ""

    world.time += RECONNECT_LIMIT
    assert watch.look(is_called=False) == ""
    world.time += RECONNECT_LIMIT - 1

    assert watch.look(is_called=False) == ""


def test_in_debug_mode_callers_may_come_and_go(world: World) -> None:
    watch = world.watch(expects_calls=False)

    for is_called in (False, True, False):
        world.time += START_LIMIT
        assert watch.look(is_called=is_called) == ""


def test_the_grace_begins_when_terraform_is_gone(world: World) -> None:
    watch = world.watch()
    world.time += 10 * GRACE
    assert watch.look(is_called=True) == ""
    assert not watch.is_grace_over

    world.parent = REAPER
    watch.look(is_called=True)
    world.time += GRACE - 1
    assert not watch.is_grace_over
    world.time += 1

    assert watch.is_grace_over
