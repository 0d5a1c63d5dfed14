"""``make demo``: what it shows, that it can be stopped, and that it leaves nothing behind."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from cdktf_project import ROOT, Machine

pytestmark = pytest.mark.terraform

DEMO = (sys.executable, str(ROOT / "scripts" / "demo.py"))
HOSTILE = {
    "FIVETRAN_APIKEY": "of-a-real-account",
    "FIVETRAN_API_URL": "http://127.0.0.1:1",
    "ELASTICSEARCH_API_KEY": "of-a-real-cluster",
    "TF_DATA_DIR": "/nowhere",
    "TF_CLI_ARGS": "-nonsense",
}
"""What a person may have in the environment, and the demonstration must neither use nor mind."""
_PATIENCE = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where the demonstration makes its folder; it must be empty in the end."""
    folder = tmp_path / "t"
    folder.mkdir()
    yield folder
    assert list(folder.iterdir()) == []
    assert _processes_in(folder) == []


def test_it_shows_each_step_and_leaves_nothing_behind(machine: Machine, folder: Path) -> None:
    environ = {**HOSTILE, "DEMO_PAUSE": "0", "TMPDIR": str(folder)}

    output = machine.succeed(folder, *DEMO, **environ)

    first, *_ = output.splitlines()
    assert re.fullmatch(r"Watch it in a browser: http://127\.0\.0\.1:\d+/_sandbox/", first)
    assert re.findall(r"^\d\. (.*)$", output, re.M) == [
        "Deploy",
        "Drift",
        "Repair",
        "A cursor is moved while a sync runs",
        "The end",
    ]
    assert output.count("~ sync_frequency           = 60 -> 360") == 2
    assert '{"sync_frequency": 360}\n' in output
    assert _meanings(output) == [
        "pause",
        "wait: does a sync run?",
        "read the state",
        "set the state",
        "look whether it arrived",
        "put the paused flag back",
    ]
    assert 'The state is now {"updated_since": "2024-01-01"}, and paused is false' in output
    assert "status of the Elastic connector stays as it was set" in output
    assert "All of it is destroyed" not in output
    assert "Destroy complete! Resources: 3 destroyed." in output
    assert output.endswith("nothing is left behind.\n")


def test_on_a_terminal_it_waits_for_enter_and_can_be_stopped(
    machine: Machine, folder: Path
) -> None:
    ours, theirs = pty.openpty()
    process = _started(machine, folder, theirs)
    os.close(theirs)
    page = re.search(r"http://\S+", _read_until(ours, "Press Enter"))
    assert page is not None
    with requests.Session() as session:
        session.trust_env = False
        assert session.get(page.group(), timeout=20).ok

    os.write(ours, b"\n")
    _read_until(ours, "Press Enter")
    process.send_signal(signal.SIGINT)

    assert "Stopped. Nothing is left behind." in _read_until(ours, "behind.")
    assert process.wait(_PATIENCE) == 130
    os.close(ours)
    with pytest.raises(requests.ConnectionError):
        requests.get(f"http://127.0.0.1:{urlsplit(page.group()).port}", timeout=20)


def test_stopped_in_the_middle_of_a_command_it_leaves_nothing(
    machine: Machine, folder: Path
) -> None:
    reading, writing = os.pipe()
    process = _started(machine, folder, writing, DEMO_PAUSE="0")
    os.close(writing)
    _read_until(reading, "Initializing provider plugins")

    process.send_signal(signal.SIGTERM)

    output = _read_until(reading, "behind.")
    assert process.wait(_PATIENCE) == 130
    os.close(reading)
    assert "Traceback" not in output


def _started(
    machine: Machine, folder: Path, output: int, **environ: str
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        DEMO,
        cwd=folder,
        env={**machine.environ, "TMPDIR": str(folder), **environ},
        stdin=output if os.isatty(output) else subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    )


def _read_until(file: int, text: str) -> str:
    deadline, read = time.monotonic() + _PATIENCE, ""
    while text not in read:
        assert select.select([file], [], [], max(deadline - time.monotonic(), 0))[0], read
        read += os.read(file, 65536).decode("utf-8", "replace")
    return read


def _meanings(output: str) -> list[str]:
    """What each request from the pause on is for, without how often it was sent."""
    part = output.partition("from the pause on:\n\n")[2].partition("\n\n")[0]
    lines = [re.sub(r" \(\d+ times\)$", "", line) for line in part.splitlines()]
    return [re.split(r" {2,}|\}\} |\} ", line.strip())[-1].strip() for line in lines]


def _processes_in(folder: Path) -> list[str]:
    """The processes that still work below a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if folder in (process / "cwd").readlink().parents:
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found
