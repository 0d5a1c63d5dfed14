"""Terraform working directories with many resources, and how long commands take in them."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import HERE, Tree, python

from constructs_lib.constructs.synth.delivery import plant
from constructs_lib.version import __version__

_SET_CHILD_SUBREAPER = 36
"""The option of Linux's ``prctl``."""
_BENCH_API = Path(__file__).with_name("bench_api.py")
_CONFIG = '{{ schema = "bench_{0}", python_version = "3.12", package_id = "bench" }}'
HEAD = f"""
terraform {{
  required_providers {{
    fivetranops = {{
      source  = "terraform.local/connections-as-code/fivetranops"
      version = "{__version__}"
    }}
  }}
}}
"""
_PLANT = """
from pathlib import Path
try:
    from constructs_lib.constructs.synth.delivery import plant
except ImportError:  # where it was at first
    from constructs_lib.constructs.delivery import plant
plant(Path({directory!r}), providers=("fivetranops",))
"""
_OURS = """
resource "fivetranops_connection" "c{0}" {{
  group_id        = "sandbox_warehouse"
  service         = "connector_sdk"
  run_setup_tests = false
  config          = """
_IDLE = """
terraform {
  required_providers {
    idle = { source = "terraform.local/bench/idle" }
  }
}
"""
_PLAIN = """
resource "terraform_data" "c{0}" {{
  input = {{
    group_id        = "sandbox_warehouse"
    service         = "connector_sdk"
    run_setup_tests = false
    config          = """


class Api:
    """A running bench API.

    :param url: its address
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def counts(self) -> dict[str, int]:
        """How many requests of each kind came since the last call."""
        with urllib.request.urlopen(f"{self.url}/_counts", timeout=30) as answer:
            found: dict[str, int] = json.load(answer)
        return found

    def fill(self, count: int) -> None:
        """Adds connections that Terraform did not create."""
        with urllib.request.urlopen(f"{self.url}/_fill?{count}", timeout=300) as answer:
            answer.read()

    def set_source(self, tables: int, columns: int) -> None:
        """Gives all connections a source of which nobody has set anything yet."""
        address = f"{self.url}/_source?{tables},{columns}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            answer.read()


@contextmanager
def api(latency: float = 0.0, *, lean: bool = False) -> Iterator[Api]:
    """A bench API in a process of its own.

    :param latency: seconds between a request and its answer
    :param lean: True leaves ``config`` out of the items of lists
    """
    command = [sys.executable, str(_BENCH_API), "--latency", str(latency)]
    command += ["--lean"] if lean else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            yield Api(f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


class Project:
    """A working directory that Terraform launches the provider in.

    :param directory: is made anew
    :param url: the address of the API
    :param tree: the checkout that plants its provider there
    """

    def __init__(self, directory: Path, url: str = "", tree: Tree = HERE) -> None:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
        self.directory = directory
        self._tree = tree
        self.environment = {name: os.environ[name] for name in ("PATH", "HOME")}
        self.environment |= {
            "CHECKPOINT_DISABLE": "1",
            "FIVETRAN_API_URL": url,
            "FIVETRAN_APIKEY": "bench-key",
            "FIVETRAN_APISECRET": "bench-secret",
        }

    def connections(self, numbers: range) -> None:
        """Describes connections, and nothing else."""
        if self._tree is HERE:
            plant(self.directory, providers=("fivetranops",))
        else:
            python(_PLANT.format(directory=str(self.directory)), self._tree)()
        blocks = (_OURS.format(n) + _CONFIG.format(n) + "\n}\n" for n in numbers)
        self.write(HEAD + "".join(blocks))

    def counted(self, numbers: range) -> None:
        """Describes the same connections by one block with a count."""
        plant(self.directory, providers=("fivetranops",))
        block = _OURS.format("") + _CONFIG.format("${count.index + 1}") + "\n"
        self.write(f"{HEAD}{block}  count = {len(numbers)}\n}}\n")

    def idle(self, numbers: range) -> None:
        """Describes the same connections for a provider that does nothing."""
        blocks = (_OURS.format(n) + _CONFIG.format(n) + "\n}\n" for n in numbers)
        text = _IDLE + "".join(blocks)
        self.write(text.replace("fivetranops_connection", "idle_connection"))

    def plain(self, numbers: range) -> None:
        """Describes as many resources that Terraform has itself, with the same values."""
        blocks = (_PLAIN.format(n) + _CONFIG.format(n) + "\n  }\n}\n" for n in numbers)
        self.write("".join(blocks))

    def write(self, text: str) -> None:
        """Describes anything."""
        (self.directory / "main.tf").write_text(text, encoding="utf-8")
        self.run("init", "-input=false")

    def apply(self) -> float:
        """Seconds that an apply takes."""
        return self.run("apply", "-auto-approve", "-input=false")

    def plan(self) -> float:
        """Seconds that a plan takes; it must find nothing to do."""
        return self.run("plan", "-detailed-exitcode", "-input=false")

    def multiply(self, count: int) -> None:
        """Makes the state of the first resource, which is applied, that of as many.

        To apply them all would take Terraform hours: it writes the whole state after each.
        """
        path = self.directory / "terraform.tfstate"
        state = json.loads(path.read_text(encoding="utf-8"))
        first = json.dumps(state["resources"][0])
        state["resources"] = [json.loads(_renumbered(first, n)) for n in range(1, count + 1)]
        path.write_text(json.dumps(state), encoding="utf-8")

    def gather(self, project: Project) -> None:
        """Makes the resources of another project's state the instances of one block."""
        text = (project.directory / "terraform.tfstate").read_text(encoding="utf-8")
        state = json.loads(text)
        each = [resource["instances"][0] for resource in state["resources"]]
        instances = [{"index_key": index, **instance} for index, instance in enumerate(each)]
        state["resources"] = [{**state["resources"][0], "name": "c", "instances": instances}]
        (self.directory / "terraform.tfstate").write_text(json.dumps(state), encoding="utf-8")

    def processor_time_of_provider(self) -> float:
        """Seconds of processor time that all processes of the provider take in a plan."""
        before = os.times()
        with counting_orphans():
            process = subprocess.Popen(
                ["terraform", "plan", "-detailed-exitcode", "-input=false"],
                cwd=self.directory,
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            # Until it is waited for, Linux tells what it took itself.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8")
            if process.wait():
                raise RuntimeError("terraform plan failed, or found something to do")
        after = os.times()
        user, system = stat.rpartition(")")[2].split()[11:13]
        own = (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        return sum(after[2:4]) - sum(before[2:4]) - own

    def bytes_in_state(self) -> tuple[int, int]:
        """The bytes of the first resource in the state, as compact JSON, and those of its private
        state in it.
        """
        state = json.loads((self.directory / "terraform.tfstate").read_text(encoding="utf-8"))
        instance = state["resources"][0]["instances"][0]
        return len(json.dumps(instance, separators=(",", ":"))), len(instance["private"])

    def start_over(self) -> None:
        """Forgets what was created; the journal would take it over."""
        for file in self.directory.glob("terraform.tfstate*"):
            file.unlink()
        shutil.rmtree(self.directory / ".terraform" / "fivetranops", ignore_errors=True)

    def run(self, *arguments: str) -> float:
        """Runs terraform, and says how many seconds it took."""
        start = time.perf_counter()
        done = subprocess.run(
            ["terraform", *arguments, "-no-color"],
            cwd=self.directory,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise RuntimeError(f"terraform {arguments[0]}: {done.stdout[-2000:]}{done.stderr}")
        return seconds


@contextmanager
def counting_orphans() -> Iterator[None]:
    """Counts the fork servers of providers among the children of this process (Linux).

    Nobody else waits for one: it becomes a child of this process when its parent has ended.
    """
    library = ctypes.CDLL(None)
    library.prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        yield
        while _collects_an_orphan():
            pass
    finally:
        library.prctl(_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def _collects_an_orphan() -> bool:
    """Waits for the end of a child of which nobody else knows; False if there is none."""
    known = _children()
    for child in known:
        command = Path(f"/proc/{child}/cmdline").read_bytes()
        if b"constructs_lib.backend.__main__" in command or not command:
            os.waitpid(child, 0)
            return True
    return False


def _children() -> list[int]:
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii")
    return [int(child) for child in listed.split()]


def _renumbered(resource: str, number: int) -> str:
    """The state (JSON) of the first resource as that of another one."""
    for first, other in (
        ('"c1"', f'"c{number}"'),
        ('"bench_1"', f'"bench_{number}"'),
        ('"bench_000001"', f'"bench_{number:06}"'),
    ):
        resource = resource.replace(first, other)
    return resource


class Attached:
    """A provider that Terraform attaches to.

    :param project: where Terraform runs
    :param command: what Python runs; it prints the variable that makes Terraform attach
    """

    OURS = ("-m", "constructs_lib.backend", "fivetranops", "--debug")
    IDLE = (str(Path(__file__).with_name("idle_provider.py")),)

    def __init__(self, project: Project, command: tuple[str, ...] = OURS) -> None:
        self._project = project
        self._process = subprocess.Popen(
            [sys.executable, *command],
            cwd=project.directory,
            env=project.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        project.environment["TF_REATTACH_PROVIDERS"] = shlex.split(line)[0].partition("=")[2]

    def peak(self) -> float:
        """Ends the process, and says how much memory it used at most, in MB."""
        del self._project.environment["TF_REATTACH_PROVIDERS"]
        # What the system tells at the end counts what this process had when it started the other.
        status = Path(f"/proc/{self._process.pid}/status")
        text = status.read_text(encoding="utf-8") if status.is_file() else ""
        found = re.search(r"^VmHWM:\s+(\d+) kB", text, re.MULTILINE)
        self._process.terminate()
        used = os.wait4(self._process.pid, 0)[2]
        return (int(found[1]) if found else used.ru_maxrss) / 1024
