"""A provider ends, however Terraform does: killed at the start, or interrupted beside much work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from test_plugin_launched import until
from toy_terraform import HERE, ROOT, Terraform

from constructs_lib.backend.plugin.server import handshake

pytestmark = pytest.mark.terraform

STARTS_AND_DIES = """
import os, signal, subprocess, sys
provider = subprocess.Popen([sys.executable, sys.argv[1]], stdout=subprocess.PIPE)
print(provider.pid, flush=True)
if sys.argv[2] == "after the line":
    provider.stdout.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""
"""What Terraform does until it has the line, as far as the provider can tell."""
WAITING = """
resource "toy_note" "it" {
  count = 200
  title = "n${count.index}"
  body  = { n = 1 }
  fail  = "wait"
}
"""


def is_alive(pid: int) -> bool:
    """True while a process runs; one that ended and is not collected yet does not."""
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()[:1] not in ("", "Z")


def written(terraform: Terraform) -> int:
    """How many notes were written, and so wait."""
    return sum(line.startswith("write ") for line in terraform.journal)


@pytest.mark.parametrize("moment", ["at once", "after the line"])
def test_terraform_killed_while_it_starts_leaves_nothing(tmp_path: Path, moment: str) -> None:
    environment = {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    environment[handshake.COOKIE_NAME] = handshake.COOKIE
    killed = subprocess.run(
        [sys.executable, "-c", STARTS_AND_DIES, str(HERE / "toy_provider.py"), moment],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    provider = int(killed.stdout)
    assert killed.returncode == -signal.SIGKILL

    try:
        assert until(lambda: not is_alive(provider))
        assert list(tmp_path.glob("tfp-*")) == []
    finally:
        if is_alive(provider):
            os.kill(provider, signal.SIGKILL)


def test_a_killed_provider_leaves_a_directory_to_the_next(launched: Terraform) -> None:
    launched.write(WAITING.replace("200", "1"))
    process = subprocess.Popen(
        ["terraform", "apply", "-no-color", "-auto-approve"],
        cwd=launched.folder,
        env=launched.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert until((launched.folder / "notes.waiting").exists)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    (left,) = (launched.folder / "t").glob("tfp-*")
    os.utime(left, (1e9, 1e9))

    launched.run("plan", "-input=false")

    assert until(lambda: list((launched.folder / "t").glob("tfp-*")) == [])


def test_200_waiting_operations_hear_an_interrupt(launched: Terraform) -> None:
    """Each waits for it alone, so the run ends with each of them in state only if all hear it."""
    launched.write(WAITING)
    # A file, because terraform would wait for somebody who reads a pipe.
    printed = launched.folder / "printed.txt"
    with printed.open("w") as output:
        process = subprocess.Popen(
            ["terraform", "apply", "-no-color", "-auto-approve", "-parallelism=200"],
            cwd=launched.folder,
            env={**launched.environment, "TOY_PATIENCE": "forever"},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            assert until(lambda: written(launched) == 200, 60), printed.read_text()
            os.killpg(process.pid, signal.SIGINT)
            process.wait(60)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    assert printed.read_text().count("Creation complete") == 200
    assert launched("state", "list").count("toy_note.it[") == 200
