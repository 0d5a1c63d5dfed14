"""The program ``terraform`` that runs a shared library behaves as a process of Terraform's own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from workspace import wait_until

pytestmark = [pytest.mark.terraform, pytest.mark.both_terraforms]

Start = Callable[..., "subprocess.Popen[str]"]
STOPPING = "Gracefully shutting down..."
GIVING_UP = "Two interrupts received. Exiting immediately."
ASKS = 'variable "name" {}\noutput "name" { value = "${var.name}, é" }\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A working directory with a blank in its name, and an output whose value is asked for."""
    made = tmp_path / "working directory"
    made.mkdir()
    (made / "main.tf").write_text(ASKS)
    (tmp_path / "terraformrc").touch()
    return made


@pytest.fixture
def start(terraform_program: Path, folder: Path) -> Iterator[Start]:
    """Starts terraform, without anything of this environment but the PATH."""
    running: list[subprocess.Popen[str]] = []

    def started(
        *arguments: str, stderr: int = subprocess.PIPE, **environment: str
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [terraform_program, *arguments],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder.parent),
                "TF_CLI_CONFIG_FILE": str(folder.parent / "terraformrc"),
                "TF_CLI_ARGS": "-no-color",
                "CHECKPOINT_DISABLE": "1",
                **environment,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        with process:
            pass


def end_of(process: subprocess.Popen[str], text: str = "") -> tuple[int, str, str]:
    """Hand text in; the exit status, and what is in both streams."""
    out, err = process.communicate(text, timeout=60)
    return process.returncode, out, err


def output_of(folder: Path) -> Any:
    state = json.loads((folder / "terraform.tfstate").read_text())
    return state["outputs"]["name"]["value"]


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    """Read what is printed until the words are there; all of it."""
    assert process.stdout is not None
    read = ""
    # A terraform that says something else, and waits, must not let the test wait for ever.
    patience = threading.Timer(60, process.kill)
    patience.start()
    while words not in read:
        character = process.stdout.read(1)
        assert character, read
        read += character
    patience.cancel()
    return read


def is_pending(process: subprocess.Popen[str], number: signal.Signals) -> bool:
    """True while a signal was sent and has not reached the process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    pending = re.findall(r"(?:Sig|Shd)Pnd:\s+(\w+)", status)
    return any(int(mask, 16) & 1 << (number - 1) for mask in pending)


def test_standard_output_has_the_answer_alone(start: Start) -> None:
    status, out, err = end_of(start("version", "-json"))

    assert (status, err) == (0, "")
    assert set(json.loads(out)) >= {"terraform_version", "platform"}


def test_arguments_and_working_directory_arrive(start: Start, folder: Path) -> None:
    status, out, err = end_of(start("apply", "-auto-approve", "-var", "name=two words, $é"))

    assert (status, err) == (0, "")
    assert "Apply complete!" in out
    assert output_of(folder) == "two words, $é, é"


def test_the_environment_arrives(start: Start, folder: Path) -> None:
    assert end_of(start("apply", "-auto-approve", TF_VAR_name="from outside"))[0] == 0

    assert output_of(folder) == "from outside, é"


def test_what_is_typed_arrives(start: Start, folder: Path) -> None:
    status, _, err = end_of(start("apply", "-auto-approve"), "typed\n")

    assert (status, err) == (0, "")
    assert output_of(folder) == "typed, é"


def test_chdir_goes_to_the_other_directory(start: Start, folder: Path) -> None:
    elsewhere = folder.parent / "else where"
    elsewhere.mkdir()
    (elsewhere / "main.tf").write_text(ASKS)

    chdir = f"-chdir={os.path.relpath(elsewhere, folder)}"
    assert end_of(start(chdir, "apply", "-auto-approve", "-var=name=there"))[0] == 0

    assert output_of(elsewhere) == "there, é"
    assert not (folder / "terraform.tfstate").exists()


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("plan", "-var=name=x", "-detailed-exitcode"), 2),
        (("validate",), 0),
        (("no-such-command",), 1),
        ((), 127),
    ],
)
def test_the_exit_status_is_that_of_terraform(
    arguments: tuple[str, ...], status: int, start: Start
) -> None:
    assert end_of(start(*arguments))[0] == status


def test_errors_are_in_the_standard_error(start: Start) -> None:
    status, out, err = end_of(start("plan", "-input=false"))

    assert status == 1
    assert "No value for required variable" in err
    assert "No value" not in out


def test_ctrl_c_ends_a_question(start: Start) -> None:
    process = start("apply", stderr=subprocess.STDOUT)
    asked = wait_for(process, "Enter a value:")

    process.send_signal(signal.SIGINT)

    status, out, _ = end_of(process)
    assert status == 1
    assert "No value for required variable" in out
    assert "Traceback" not in asked + out


def test_a_second_sigterm_gives_up(start: Start) -> None:
    process = start("apply", "-auto-approve", stderr=subprocess.STDOUT)
    wait_for(process, "Enter a value:")

    process.send_signal(signal.SIGTERM)
    wait_for(process, STOPPING)
    process.send_signal(signal.SIGTERM)
    wait_for(process, GIVING_UP)

    assert end_of(process, "late\n")[0] == 1


def test_interrupts_that_nobody_hears_do_not_hold_up_the_end(start: Start, folder: Path) -> None:
    log = folder / "log"
    process = start("console", TF_VAR_name="x", TF_LOG="INFO", TF_LOG_PATH=str(log))
    wait_until(lambda: log.exists() and "CLI command args" in log.read_text())

    for number in (signal.SIGINT, signal.SIGTERM) * 3:
        process.send_signal(number)
        # Signals of one kind that wait for the process at the same time are one.
        wait_until(lambda number=number: not is_pending(process, number))

    assert end_of(process, "3+4\n") == (0, "7\n", "")


def test_a_reader_that_is_gone_leaves_no_traceback(start: Start) -> None:
    process = start("-help")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None

    process.wait(60)

    assert process.stderr.read() == ""


def test_what_terraform_starts_inherits_no_ignored_signal(start: Start, folder: Path) -> None:
    (folder / "main.tf").write_text(
        'resource "terraform_data" "shell" {\n  provisioner "local-exec" {\n'
        '    command = "grep SigIgn /proc/self/status > ignored"\n  }\n}\n'
    )
    assert end_of(start("init"))[0] == 0

    status, _, err = end_of(start("apply", "-auto-approve"))

    assert status == 0, err
    (ignored,) = re.findall(r"SigIgn:\s+(\w+)", (folder / "ignored").read_text())
    assert not int(ignored, 16) & 1 << (signal.SIGPIPE - 1)
