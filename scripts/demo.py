"""Show what the project does, with the real Terraform against the sandbox: ``make demo``.

A deploy, a setting that somebody changes, its repair, and a cursor that is moved while a sync runs.
On a terminal each step waits for Enter; ``DEMO_PAUSE=0`` lets it run through. Everything happens in
a folder of its own, which is deleted at the end.

Exit status: 0 done, 1 a command failed, 130 stopped.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demo_stage import Stage, stage

from constructs_lib.cli.waiting import read_line
from constructs_lib.sandbox import JournalEntry

_SYNC_SECONDS = 6
_BEFORE, _AFTER = "2024-06-01", "2024-01-01"
_STOPPED = 130


def main() -> int:
    """Run the demonstration; return the exit status."""
    _on_signals(signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="connections-demo-") as folder:
            _show_in(Path(folder))
    except (KeyboardInterrupt, EOFError):
        _say("\nStopped. Nothing is left behind.")
        return _STOPPED
    except subprocess.CalledProcessError as failure:
        command = " ".join(map(str, failure.cmd))
        _say(f"\nThe demonstration failed: {command} ended with {failure.returncode}.")
        return 1
    _say("The servers have ended and the folder is deleted: nothing is left behind.")
    return 0


def _show_in(folder: Path) -> None:
    with stage(folder) as scene:
        try:
            _show(scene)
        finally:
            # A second Ctrl-C must not stop the cleaning up.
            _on_signals(signal.SIG_IGN)


def _on_signals(act: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, act)


def _show(scene: Stage) -> None:
    _say(f"Watch it in a browser: {scene.page}\n")
    _say("Stand-ins for Fivetran's and Elastic's APIs answer there, on this machine only.")
    _next()
    _deploy(scene)
    identifier = scene.ask("GET", "/v1/connections")["items"][0]["id"]
    _drift(scene, identifier)
    _repair(scene)
    _move_the_cursor(scene, identifier)
    _step(
        "The end",
        "Terraform deletes what it created: the connection and its state. The\n"
        "status of the Elastic connector stays as it was set: no status can be deleted, so\n"
        "Terraform only forgets it.",
    )
    scene.terraform("destroy", "-auto-approve", "-compact-warnings")


def _deploy(scene: Stage) -> None:
    _step(
        "Deploy",
        "This program describes a connection, its state (cursor) and the status of an Elastic\n"
        "connector. Terraform launches the providers, which create it.",
    )
    _say(scene.program.read_text())
    _next()
    scene.synth()
    scene.terraform("init", "-input=false")
    scene.terraform("apply", "-auto-approve")
    _tell_writes(scene)
    _next()


def _drift(scene: Stage, identifier: str) -> None:
    _step(
        "Drift",
        "Somebody changes a setting outside Terraform: syncs every hour instead of every six.\n"
        "The plan shows that one attribute and nothing else.",
    )
    scene.ask("PATCH", f"/v1/connections/{identifier}", {"sync_frequency": 60})
    scene.requests()
    scene.terraform("plan")
    _next()


def _repair(scene: Stage) -> None:
    _step("Repair", "The next apply restores it, with one request of one key.")
    scene.terraform("apply", "-auto-approve")
    _tell_writes(scene)
    _next()


def _move_the_cursor(scene: Stage, identifier: str) -> None:
    _step(
        "A cursor is moved while a sync runs",
        f"The state goes back from {_BEFORE} to {_AFTER}, by one line of the program. And the\n"
        f"worst happens: a sync of {_SYNC_SECONDS} seconds begins just before the connection is\n"
        "paused. A pause does not end it, and until it has ended Fivetran accepts no state.",
    )
    text = scene.program.read_text()
    scene.program.write_text(text.replace(_BEFORE, _AFTER))
    _next()
    scene.synth()
    path = f"/v1/connections/{identifier}"
    starts = {"kind": "sync_starts", "method": "PATCH", "path": path, "when": "before"}
    scene.let_happen(starts, sync_seconds=_SYNC_SECONDS)
    scene.terraform("apply", "-auto-approve")
    _say("\nThe requests to Fivetran, from the pause on:\n")
    for line in _set_state_requests(scene.requests()):
        _say(line)
    state = scene.ask("GET", f"{path}/state")["state"]
    paused = scene.ask("GET", path)["paused"]
    _say("\nAfter the sync had ended the state was set, and read back to be sure.")
    _say(f"The state is now {json.dumps(state)}, and paused is {json.dumps(paused)}, as before.")
    _next()


def _set_state_requests(entries: list[JournalEntry]) -> Iterator[str]:
    """Return a line for each request from the pause on; equal neighbours share one."""
    from_the_pause_on = list(itertools.dropwhile(lambda entry: not entry.writes, entries))
    is_set = False
    requests = []
    for entry in from_the_pause_on:
        is_set = is_set or (entry.writes and entry.path.endswith("/state"))
        requests.append((_request(entry), _meaning(entry, is_set)))
    for (request, meaning), equal in itertools.groupby(requests):
        times = len(list(equal))
        count = f" ({times} times)" if times > 1 else ""
        yield f"  {request:<88} {meaning}{count}".rstrip()


def _request(entry: JournalEntry) -> str:
    body: Any = "" if entry.body is None else f"  {json.dumps(entry.body)}"
    return f"{entry.method:<5} {entry.path}{body}"


def _meaning(entry: JournalEntry, is_set: bool) -> str:
    if not entry.writes and is_set:
        return "look whether it arrived"
    if not entry.writes:
        return "read the state" if entry.path.endswith("/state") else "wait: does a sync run?"
    if entry.path.endswith("/state"):
        return "set the state"
    paused = isinstance(entry.body, dict) and entry.body.get("paused")
    return "pause" if paused else "put the paused flag back"


def _tell_writes(scene: Stage) -> None:
    _say("\nWhat was changed at Fivetran:\n")
    for entry in scene.requests():
        if entry.writes:
            _say(f"  {_request(entry)}")


_steps = itertools.count(1)


def _step(title: str, text: str) -> None:
    heading = f"{next(_steps)}. {title}"
    _say(f"\n{heading}\n{'=' * len(heading)}\n\n{text}\n")


def _next() -> None:
    """Wait for Enter, where somebody could press it."""
    if os.environ.get("DEMO_PAUSE") == "0" or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    _say("\nPress Enter to go on, Ctrl-C to stop.")
    if not read_line(sys.stdin):
        raise EOFError


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
