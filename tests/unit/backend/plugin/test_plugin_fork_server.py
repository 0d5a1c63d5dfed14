"""A fork server: whom it serves, what a fork gets, and that nothing is left of it."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from forking_terraform import CERTIFICATE, Terraform, state_of, wait_for

from constructs_lib.backend.plugin import fork_request, fork_server

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has fork servers")


def fork_in(line: str) -> int:
    """The process id in the line of a fork."""
    who, pid, *_ = line.split()
    assert who == "fork", line
    return int(pid)


@pytest.fixture
def terraform(tmp_path: Path) -> Iterator[Terraform]:
    terraform = Terraform(tmp_path)
    yield terraform
    terraform.end()
    assert wait_for(lambda: not terraform.directories), terraform.directories


def test_a_fork_serves_with_what_is_new(terraform: Terraform) -> None:
    terraform.first(PLUGIN_OLD="1")
    pid, line = terraform.next(PLUGIN_NEW="2")

    assert fork_in(line) != pid
    assert line.endswith(str([(CERTIFICATE, "certificate 2"), ("PLUGIN_NEW", "2")]))
    assert terraform.exit_status(pid) == 7
    assert terraform.errors == ""


def test_forks_run_at_the_same_time(terraform: Terraform) -> None:
    terraform.first(serve="time.sleep(60)")

    lines = [terraform.next()[1] for _ in range(3)]

    forks = {fork_in(line) for line in lines}
    assert len(forks) == 3
    assert "Z" not in {state_of(fork) for fork in forks}


def test_what_a_fork_prints_goes_to_the_log_of_its_process(terraform: Terraform) -> None:
    terraform.first(serve='os.write(1, b"one;"), os.write(2, b"two")')
    pid, _ = terraform.next()

    assert terraform.exit_status(pid) == 7
    assert terraform.errors == "one;two"


@pytest.mark.parametrize(
    "other",
    [
        {"FIVETRAN_APIKEY": "another"},
        {"before": "sys.argv.append('more')"},
        {"before": "sys.path.append('/more')"},
        {"umask": 0o77},
        {"before": "os.chdir('..')"},
        {fork_request.SWITCH: "0"},
    ],
    ids=str,
)
def test_a_process_started_otherwise_serves_itself(
    terraform: Terraform, other: dict[str, Any]
) -> None:
    terraform.first()
    pid, line = terraform.next(**other)

    assert line == f"self {pid}"
    assert terraform.exit_status(pid) == 0
    assert fork_in(terraform.next()[1])


def test_another_terraform_gets_no_fork(terraform: Terraform, tmp_path: Path) -> None:
    terraform.first()
    (tmp_path / "other").mkdir()
    other = Terraform(tmp_path / "other")
    try:
        started = {"folder": terraform.folder, "TMPDIR": str(terraform.temporary)}
        pid = other.start(**started)
        assert wait_for(lambda: f"self {pid}" in terraform.output)
        assert wait_for(lambda: len(terraform.directories) == 2)
    finally:
        other.end()


def test_a_killed_process_takes_its_fork_along(terraform: Terraform) -> None:
    terraform.first(serve="time.sleep(60)")
    pid, line = terraform.next()

    os.kill(pid, signal.SIGKILL)

    assert terraform.exit_status(pid) == -signal.SIGKILL
    assert wait_for(lambda: state_of(fork_in(line)) == "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_the_fork(terraform: Terraform, number: signal.Signals) -> None:
    serve = (
        f"import signal; signal.signal({number:d}, lambda *_: os._exit(9)); "
        'say(output, "ready"); time.sleep(60)'
    )
    terraform.first(serve=serve)
    pid = terraform.start()
    assert wait_for(lambda: "ready" in terraform.output)

    os.kill(pid, signal.SIGINT)
    os.kill(pid, number)

    assert terraform.exit_status(pid) == 1


def test_a_crash_of_a_fork_is_a_failure(terraform: Terraform) -> None:
    terraform.first(serve="os.abort()")
    pid, _ = terraform.next()

    assert terraform.exit_status(pid) == 1


def test_no_fork_that_has_ended_stays_as_a_zombie(terraform: Terraform) -> None:
    terraform.first()
    pid, line = terraform.next()

    assert terraform.exit_status(pid) == 7
    assert wait_for(lambda: state_of(fork_in(line)) == "")


def test_it_ends_with_terraform(terraform: Terraform) -> None:
    terraform.first()
    server = terraform.fork_server()

    terraform.end()

    assert wait_for(lambda: state_of(server) in ("", "Z"))
    assert wait_for(lambda: not terraform.directories)


def test_a_fork_knows_when_terraform_is_gone(terraform: Terraform) -> None:
    serve = (
        "say(output, str(is_terraform_gone()))\n"
        "    while not is_terraform_gone(): time.sleep(0.01)\n"
        '    say(output, "gone")'
    )
    terraform.first(serve=serve)
    terraform.start()
    assert wait_for(lambda: "False" in terraform.output)

    terraform.end()

    assert wait_for(lambda: "gone" in terraform.output)


def test_it_ends_when_nobody_asks(terraform: Terraform) -> None:
    terraform.first(before="fork_server._IDLE_LIMIT = 0.2")

    assert wait_for(lambda: not terraform.directories)
    pid, line = terraform.next()
    assert line == f"self {pid}"


def test_it_outlasts_a_long_running_fork(terraform: Terraform) -> None:
    terraform.first(before="fork_server._IDLE_LIMIT = 2.0", serve="time.sleep(3)")
    pid, _ = terraform.next()

    assert terraform.exit_status(pid) == 7
    assert wait_for(lambda: not terraform.directories)


def test_a_stopped_one_serves_nobody_later(terraform: Terraform) -> None:
    terraform.first()
    server = terraform.fork_server()
    os.kill(server, signal.SIGSTOP)
    try:
        pid, line = terraform.next(before="fork_request.REPLY_LIMIT = 0.2")
        assert line == f"self {pid}"
    finally:
        os.kill(server, signal.SIGCONT)

    assert fork_in(terraform.next()[1])
    assert len(terraform.output) == 3


def test_an_import_that_fails_ends_it(terraform: Terraform) -> None:
    terraform.first(preload=("json", "no_such_module"))

    assert wait_for(lambda: not terraform.directories)
    pid, line = terraform.next()
    assert line == f"self {pid}"
    assert terraform.errors == ""


def test_a_fork_that_fails_leaves_nothing(terraform: Terraform) -> None:
    refused = "def refuse(): raise BlockingIOError\nos.fork = refuse"

    terraform.first(before=refused)

    assert terraform.directories == []
    assert terraform.errors == ""


def test_modules_and_functions_are_loaded_in_advance(terraform: Terraform) -> None:
    loaded = 'import gc; sys.stderr.write(str(("wave" in sys.modules, gc.isenabled())))'
    terraform.first(serve=loaded, preload=("wave", "gc:disable"))
    pid, _ = terraform.next(before="time.sleep(1)")

    assert terraform.exit_status(pid) == 7
    assert terraform.errors == "(True, False)"


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_directory_that_others_enter_is_not_used(terraform: Terraform, mode: int) -> None:
    terraform.first()
    (directory,) = terraform.directories
    directory.chmod(mode)

    pid, line = terraform.next()

    assert line == f"self {pid}"
    directory.chmod(0o700)


def test_a_directory_that_is_there_is_left_alone(terraform: Terraform, tmp_path: Path) -> None:
    terraform.first()
    (directory,) = terraform.directories
    server = terraform.fork_server()
    os.kill(server, signal.SIGKILL)
    assert wait_for(lambda: state_of(server) in ("", "Z"))

    pid, line = terraform.next()

    assert line == f"self {pid}"
    assert terraform.directories == [directory]
    (directory / "s").unlink()
    directory.rmdir()


@pytest.mark.parametrize(
    ("arguments", "environment", "expected"),
    [
        (["--handshake=3"], {CERTIFICATE: "one"}, True),
        (["--handshake=3"], {CERTIFICATE: "one", fork_request.SWITCH: "1"}, True),
        (["--handshake=3"], {CERTIFICATE: "one", fork_request.SWITCH: "0"}, False),
        (["--handshake=3"], {}, False),
        (["--handshake=3", "--debug"], {CERTIFICATE: "one"}, False),
        (["--debug"], {CERTIFICATE: "one"}, False),
        ([], {CERTIFICATE: "one"}, False),
    ],
)
def test_only_what_a_launcher_starts_may_fork(
    arguments: list[str],
    environment: dict[str, str],
    expected: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "environ", environment)

    assert fork_request.is_possible(arguments) is expected


@pytest.mark.parametrize(
    ("program", "zombies", "expected"),
    [("node", 9, True), ("node", 10, False), ("systemd", 10, True), ("init", 10, True)],
)
def test_a_process_1_that_reaps_nothing_gets_none(
    program: str, zombies: int, expected: bool, tmp_path: Path
) -> None:
    now = int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))
    others = [("S", 0), ("Z", now - 100), ("R", 0)]
    children = [*others, *[("Z", 0)] * zombies]
    task = tmp_path / "1" / "task" / "1"
    task.mkdir(parents=True)
    (tmp_path / "1" / "comm").write_text(f"{program}\n")
    (task / "children").write_text(" ".join(str(1000 + n) for n in range(len(children) + 1)))
    for number, (state, started) in enumerate(children):
        child = tmp_path / str(1000 + number)
        child.mkdir()
        fields = [state, *["1"] * 18, str(started), "0"]
        (child / "stat").write_text(f"{number} (a) Z 1) {' '.join(fields)}")

    assert fork_server._is_reaped(str(tmp_path)) is expected
