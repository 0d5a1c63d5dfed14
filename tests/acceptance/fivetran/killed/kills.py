"""Kills a run of the real terraform at a random moment, and looks what the next run makes of it.

A kill is named by its victim, its work and a number, and the seed: everything random about it comes
from that. In the run that is killed Terraform launches the provider itself, by its launcher, which
a development override names; so no directory has to be initialised. The runs that follow attach to
one, but for those after the first kill of each victim and work. What a work needs beforehand is
made once, and copied.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from kill_works import HEADER, Work
from provider_process import ProviderProcess
from quick_programs import QUICK_TERRAFORM
from sandbox_server import Sandbox, serving
from vendor import FIVETRAN

from constructs_lib import launchers

VICTIMS = ("terraform", "provider", "both")
_AT_THE_START = 0.2
"""The share of kills that come while terraform and its provider start."""
_LONGEST_START = 1.5
"""Seconds after the start of terraform within which these come."""
_LONGEST_DELAY = 0.25
"""Seconds between a request and the kill, and for which each answer is held back."""
_PATIENCE = 60.0
_LONGEST_SWEEP = 2.0
"""Seconds that a provider gets to remove what others have left, besides its own directory."""
_POLL = 0.01


class Kill(NamedTuple):
    """One kill."""

    victim: str
    work: Work
    number: int
    seed: str

    def random(self) -> random.Random:
        """Returns what all that is random about it comes from."""
        return random.Random(f"{self.seed}/{self.victim}/{self.work.name}/{self.number}")

    def __str__(self) -> str:
        return f"{self.victim} {self.work.name} {self.number} (KILLS_SEED={self.seed})"


class Stage(NamedTuple):
    """What each kill of a work begins with."""

    folder: Path
    requests: int
    """The requests of a run that nobody disturbs."""


class Run:
    """A working directory, its sandbox, and a folder for temporary files that only it uses."""

    def __init__(self, folder: Path, sandbox: Sandbox, temporary: Path) -> None:
        self.folder, self.sandbox, self.temporary = folder, sandbox, temporary
        self._mark = f"KILL_MARK={os.urandom(8).hex()}"
        self._earlier = {entry.name for entry in Path("/proc").glob("[0-9]*")}
        self.printed = ""
        """All that terraform printed."""
        self._had_state = bool(self._state_text)

    @property
    def state(self) -> Mapping[str, dict[str, object]]:
        """The attributes of each resource in terraform's state, by name and index."""
        text = self._state_text
        resources = json.loads(text)["resources"] if text else []
        return {
            f"{resource['name']}.{instance.get('index_key', '')}": instance["attributes"]
            for resource in resources
            if resource["mode"] == "managed"
            for instance in resource["instances"]
        }

    @property
    def has_whole_state(self) -> bool:
        """False if a terraform that was killed has left half a file, or nothing of the state that
        there was. Where there was none, an empty file is none, too: that is what terraform makes
        when it takes its lock.
        """
        text = self._state_text
        try:
            json.loads(text or "{}")
        except ValueError:
            return False
        return bool(text) or not self._had_state

    @property
    def _state_text(self) -> str:
        file = self.folder / "terraform.tfstate"
        return file.read_text() if file.exists() else ""

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """Starts terraform in a process group of its own; what it prints goes to a file.

        :param more: environment variables besides those of all runs
        """
        with (self.folder / "printed.txt").open("wb") as printed:
            return subprocess.Popen(
                ["terraform", *arguments, "-no-color"],
                cwd=self.folder,
                env={**self._environment(), **more},
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def end(self, process: subprocess.Popen[bytes]) -> int:
        """Waits for the end of terraform."""
        status = process.wait(120)
        self.printed += (self.folder / "printed.txt").read_text(errors="replace")
        return status

    def terraform(self, *arguments: str, **more: str) -> int:
        """Runs terraform, and returns its exit status."""
        self.printed += f"\n$ terraform {' '.join(arguments)}\n"
        return self.end(self.start(*arguments, **more))

    @contextmanager
    def provider(self) -> Iterator[dict[str, str]]:
        """A provider, and the environment in which terraform attaches to it."""
        name = self._mark.partition("=")[0]
        environment = {key: text for key, text in self._environment().items() if key != name}
        provider = ProviderProcess(self.folder, self.temporary / "provider.log")
        try:
            yield {"TF_REATTACH_PROVIDERS": provider.reattach(environment)}
        finally:
            provider.end()

    def processes(self) -> list[int]:
        """The processes that belong to this run and live."""
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit() or name in self._earlier:
                continue
            with suppress(OSError), open(f"/proc/{name}/environ", "rb") as environ:
                if self._mark.encode() in environ.read().split(b"\0"):
                    found.append(int(name))
        return found

    def directories(self) -> list[Path]:
        """The directories that providers have left."""
        return list(self.temporary.glob("tfp-*"))

    def _environment(self) -> dict[str, str]:
        name, _, value = self._mark.partition("=")
        return {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            **FIVETRAN.environment,
            **QUICK_TERRAFORM,
            "HOME": str(self.temporary),
            "TMPDIR": str(self.temporary),
            "TF_CLI_CONFIG_FILE": str(self.folder / "terraformrc"),
            "CHECKPOINT_DISABLE": "1",
            "FIVETRAN_API_URL": self.sandbox.url,
            name: value,
        }


@contextmanager
def running(folder: Path) -> Iterator[Run]:
    """A run in a folder; whatever of it is still alive at the end is killed."""
    # The path of a socket must be short, and those of pytest's folders are long.
    with (
        tempfile.TemporaryDirectory(prefix="k", dir="/tmp") as temporary,
        serving(folder / "sandbox.sqlite3") as sandbox,
    ):
        run = Run(folder / "work", sandbox, Path(temporary))
        try:
            yield run
        finally:
            for pid in run.processes():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def prepared(work: Work, folder: Path) -> Stage:
    """Makes what a work needs, and counts the requests of a run that nobody disturbs."""
    stage = folder / "stage"
    (stage / "work").mkdir(parents=True)
    _install(stage / "work")
    with running(stage) as run:
        made = work.prepare(run.sandbox)
        if work.before:
            (run.folder / "main.tf").write_text(HEADER + work.before.format(*made))
            assert run.terraform("apply", "-auto-approve", "-input=false") == 0, run.printed
        (run.folder / "main.tf").write_text(HEADER + work.after.format(*made))
    rehearsal = _copied(stage, folder / "rehearsal")
    with running(rehearsal) as run:
        first = _last_request(run)
        run.sandbox.store.configure(sync_seconds=0.5)
        assert run.terraform(work.command, "-auto-approve", "-input=false") == 0, run.printed
        requests = _last_request(run) - first
        wrong = work.wrong(run.sandbox, run.state)
        assert wrong == [], run.printed
    return Stage(stage, requests)


class Outcome(NamedTuple):
    """What became of a kill."""

    wrong: list[str]
    """What is wrong after the runs that follow, with the output; empty if nothing is."""
    is_judged: bool = True
    """False if terraform was killed while it wrote its own state, so that no run could follow."""


def struck(kill: Kill, stage: Stage, folder: Path) -> Outcome:
    """Kill a run, let ordinary ones follow, and return what is wrong then."""
    chance, work = kill.random(), kill.work
    with running(_copied(stage.folder, folder)) as run:
        held = {"kind": "delay", "path": "^/", "times": 10_000}
        seconds = chance.uniform(0, _LONGEST_DELAY)
        run.sandbox.store.configure(sync_seconds=0.5, faults=[{**held, "seconds": seconds}])
        first = _last_request(run)
        process = run.start(work.command, "-auto-approve", "-input=false")
        if chance.random() < _AT_THE_START:
            time.sleep(chance.uniform(0, _LONGEST_START))
        else:
            number = first + chance.randint(1, stage.requests)
            _await_request(run, process, number)
            time.sleep(chance.uniform(0, _LONGEST_DELAY))
        _strike(run, process, kill.victim, chance)
        run.end(process)
        run.sandbox.store.configure(sync_seconds=0.5, faults=[])
        if not run.has_whole_state:
            # Terraform writes its state in place, and was killed in the very middle of that.
            is_over = _until(lambda: not run.processes())
            return Outcome([] if is_over else [f"{kill}: a process is left"], is_judged=False)
        if chance.random() < 0.5:
            _until(lambda: not run.processes())
        wrong = _follow_up(run, kill)
        wrong += work.wrong(run.sandbox, run.state)
        if not _until(lambda: not run.processes()):
            wrong.append("a process is left")
        if not _until(lambda: _is_swept(run)):
            wrong.append("a directory is left")
        return Outcome([f"{kill}: {one}" for one in wrong] + ([run.printed] if wrong else []))


def _follow_up(run: Run, kill: Kill) -> list[str]:
    """Runs the same command again, and once more if something is left to do."""
    command = (kill.work.command, "-auto-approve", "-input=false")
    with run.provider() as attached:
        follows = {} if kill.number == 0 else attached
        status = run.terraform(*command, **follows)
        if status != 0:
            # The provider of a terraform that was killed may still have been at work.
            _until(lambda: not run.processes())
        if status != 0 or not _is_settled(run, kill.work, attached):
            status = run.terraform(*command, **follows)
        if status != 0:
            return ["two more runs are not enough"]
        return [] if _is_settled(run, kill.work, attached) else ["something is left to do"]


def _is_settled(run: Run, work: Work, attached: Mapping[str, str]) -> bool:
    destroys = ["-destroy"] * (work.command == "destroy")
    return run.terraform("plan", "-input=false", "-detailed-exitcode", *destroys, **attached) == 0


def _is_swept(run: Run) -> bool:
    """Returns whether no directory is left; the next provider removes one that was too young."""
    if run.directories():
        with run.provider():
            _until(lambda: len(run.directories()) == 1, _LONGEST_SWEEP)
    return not run.directories()


def _await_request(run: Run, process: subprocess.Popen[bytes], number: int) -> None:
    """Waits until so many requests have reached the sandbox, or terraform has ended."""
    # Only what is later is read, because this is asked many times a second.
    while not run.sandbox.store.journal(number - 1) and process.poll() is None:
        time.sleep(2 * _POLL)


def _strike(run: Run, process: subprocess.Popen[bytes], victim: str, chance: random.Random) -> None:
    if victim == "terraform":
        process.kill()
        return
    providers: list[int] = []
    while not providers and process.poll() is None:
        providers = [pid for pid in run.processes() if pid != process.pid]
    victims = [process.pid, *providers] if victim == "both" else providers
    for pid in chance.sample(victims, len(victims)):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _last_request(run: Run) -> int:
    entries = run.sandbox.store.journal(0)
    return entries[-1].number if entries else 0


def _until(condition: Callable[[], bool], seconds: float = _PATIENCE) -> bool:
    """Waits for a condition, and returns whether it came about."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(10 * _POLL)
    return True


def _copied(stage: Path, folder: Path) -> Path:
    shutil.copytree(stage, folder)
    _install(folder / "work")
    return folder


def _install(work: Path) -> None:
    """Puts the launcher where the development override of terraform finds it."""
    programs = work / "programs"
    programs.mkdir(exist_ok=True)
    launcher = programs / "terraform-provider-fivetranops"
    launcher.write_bytes(launchers.content("fivetranops"))
    launcher.chmod(0o755)
    record = work / "terraform.d" / launchers.RECORD
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(f"{sys.executable}\n")
    (work / "terraformrc").write_text(
        "provider_installation {\n"
        f'  dev_overrides {{ "{launchers.source("fivetranops")}" = "{programs}" }}\n'
        "  direct {}\n}\n"
    )
