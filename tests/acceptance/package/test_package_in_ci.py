"""The commands of the examples of continuous integration, in the shells that their runners use.

Each job has a folder of its own, as on a runner, with nothing but the project. The steps of the
services are played: a checkout is a copy, and an artifact is copied from job to job.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from ci_examples import (
    REQUIREMENTS,
    Script,
    atlantis_scripts,
    dockerfile,
    github_scripts,
    gitlab_scripts,
)
from quick_programs import QUICK_TERRAFORM, SHARED_CACHE
from toolkits import CDKTF

from constructs_lib.testing import FivetranSandbox

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

STACK = Path("cdktf.out/stacks/production")
MAIN_PY = """
import os

from cdktf import App, LocalBackend, TerraformStack, TerraformVariable
from constructs_lib import Connection, FivetranProvider


def production(app):
    stack = TerraformStack(app, "production")
    LocalBackend(stack, path=os.environ["SHARED_STATE"])
    FivetranProvider(stack, "fivetran")
    password = TerraformVariable(stack, "orders_password", type="string", sensitive=True)
    password.add_override("ephemeral", True)
    Connection(
        stack,
        "orders",
        group_id="sandbox_warehouse",
        service="postgres",
        config={"schema_prefix": "orders", "host": "db.example.com"},
        secrets={"password": password.string_value},
    )
    return stack


if __name__ == "__main__":
    app = App()
    production(app)
    app.synth()
"""
TEST_PY = """
from constructs_lib.testing import synthesize
from main import production


def test_the_stack_has_orders():
    synthesize(production).resource("fivetranops_connection", "orders")
"""
SECRETS = {
    "secrets.FIVETRAN_APIKEY": "sandbox",
    "secrets.FIVETRAN_APISECRET": "sandbox",
    "secrets.ORDERS_PASSWORD": "hunter2",
    "github.token": "a-token",
    "github.event.number": "17",
}
GH = '#!/bin/sh\nwhile [ $# -gt 1 ]; do shift; done\ncp "$1" "$COMMENTS/by-gh"\n'
"""Stands for the command line of GitHub: keeps the file that is its last argument."""


class Runner:
    """What runs jobs: an environment that the image of the examples describes, and a project.

    :param folder: where everything goes
    :param wheel: the package
    """

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        self._links = f"{wheel.parent} {os.environ.get('PIP_FIND_LINKS', '')}"
        self._prefix = folder / "opt"
        self._jobs = 0
        self._installed: list[Script] = []
        programs = folder / "programs"
        programs.mkdir()
        (programs / "gh").write_text(GH, encoding="utf-8")
        (programs / "gh").chmod(0o755)
        # What makes the environment; nothing else of the project is on the PATH.
        (programs / "python3").symlink_to(sys._base_executable)
        (folder / "home").mkdir()
        self._path = [str(self._prefix / "env" / "bin"), str(programs), *_system_path()]

    def build(self, stage: str) -> None:
        """Runs the steps of an image that need no machine of their own."""
        self._prefix.mkdir(exist_ok=True)
        shutil.copy(REQUIREMENTS, self._prefix)
        for line in dockerfile():
            if line.stage == stage and line.name == "RUN" and "apt-get" not in line.arguments:
                text = line.arguments.replace("/opt/connections", str(self._prefix))
                self.run(Script(stage, ("sh", "-c"), text), self.folder)
            if "-m venv" in line.arguments and line.stage == stage:
                self._fill()

    def _fill(self) -> None:
        """Installs what the next step does: the pip that a new environment has is a slow one."""
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(self._prefix / "env" / "bin" / "python"),
        ]
        install = [*pip, "install", "--no-compile", "--requirement", str(REQUIREMENTS)]
        environ = {**os.environ, "PIP_FIND_LINKS": self._links}
        subprocess.run(install, env=environ, check=True, capture_output=True)

    def job(self) -> Path:
        """The folder of a new job, with the project in it."""
        self._jobs += 1
        folder = self.folder / f"job-{self._jobs}"
        folder.mkdir()
        shutil.copy(REQUIREMENTS, folder)
        (folder / "main.py").write_text(MAIN_PY, encoding="utf-8")
        (folder / "test_stack.py").write_text(TEST_PY, encoding="utf-8")
        return folder

    def run(
        self, script: Script, job: Path, status: int = 0, environ: Mapping[str, str] | None = None
    ) -> str:
        """Runs a script in the folder of its job; returns what it prints."""
        kept = {n: v for n, v in os.environ.items() if n.startswith("PIP_") or n in ("TMPDIR",)}
        done = subprocess.run(
            [*script.command, script.text],
            cwd=job / script.folder,
            env={
                **kept,
                **QUICK_TERRAFORM,
                **SHARED_CACHE,
                "PIP_FIND_LINKS": self._links,
                "PIP_NO_COMPILE": "1",  # Python compiles what is used, which is little of it.
                "PATH": os.pathsep.join(self._path),
                "HOME": str(self.folder / "home"),
                "CHECKPOINT_DISABLE": "1",
                **script.environ,
                **(environ or {}),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == status, f"{script.name}: {done.returncode}\n{done.stdout}"
        assert "hunter2" not in done.stdout
        return done.stdout

    def run_all(self, scripts: Sequence[Script], job: Path, environ: Mapping[str, str]) -> str:
        """Runs scripts, of which all succeed; returns what they print.

        What installs is run once: all jobs share one environment, and it takes a second.
        """
        due = [script for script in scripts if script not in self._installed]
        self._installed += [script for script in due if script.name == "Install"]
        return "".join(self.run(script, job, environ=environ) for script in due)


def _system_path() -> list[str]:
    terraform = shutil.which("terraform")
    assert terraform is not None
    own = [str(Path(terraform).parent), str(CDKTF.node_folder)]
    return [*own, "/usr/local/bin", "/usr/bin", "/bin"]


@pytest.fixture(scope="module")
def runner(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Runner:
    runner = Runner(tmp_path_factory.mktemp("ci"), wheel)
    runner.build("ci")
    return runner


@pytest.fixture
def environ(tmp_path: Path, fivetran_sandbox: FivetranSandbox) -> dict[str, str]:
    """What a runner has besides: an account, a place for the state, and one for comments."""
    return {
        **fivetran_sandbox.environment(),
        "TF_VAR_orders_password": "hunter2",
        "SHARED_STATE": str(tmp_path / "shared.tfstate"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "step-summary"),
        "COMMENTS": str(tmp_path),
    }


def hand_over(plan: Path, apply: Path) -> None:
    """Does what an artifact does: the file of the plan goes to the next job."""
    (apply / STACK).mkdir(parents=True, exist_ok=True)
    shutil.copy(plan / STACK / "plan.tfplan", apply / STACK)


def writes(sandbox: FivetranSandbox) -> list[str]:
    return [request.method for request in sandbox.writes]


def test_the_workflow_of_github_deploys(
    runner: Runner, environ: dict[str, str], tmp_path: Path, fivetran_sandbox: FivetranSandbox
) -> None:
    plan, apply, drift = runner.job(), runner.job(), runner.job()
    for name in ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET", "TF_VAR_orders_password"):
        del environ[name]  # The workflow takes them from the secrets.
    runner.run_all(github_scripts("plan", SECRETS), plan, environ)
    comment = (tmp_path / "by-gh").read_text(encoding="utf-8")
    assert "fivetranops_connection.orders will be created" in comment
    assert comment == (tmp_path / "step-summary").read_text(encoding="utf-8")
    assert writes(fivetran_sandbox) == []

    *before, apply_plan = github_scripts("apply", SECRETS)
    runner.run_all(before, apply, environ)
    hand_over(plan, apply)
    runner.run(apply_plan, apply, environ=environ)
    assert writes(fivetran_sandbox) == ["POST"]

    (orders,) = fivetran_sandbox.connections
    fivetran_sandbox.modify_connection(orders["id"], config={"host": "other.example.com"})
    *before, look, status = github_scripts("drift", SECRETS)
    runner.run_all(before, drift, environ)
    assert "other.example.com" in runner.run(look, drift, status=2, environ=environ)
    assert "orders" not in runner.run(status, drift, environ=environ)
    assert writes(fivetran_sandbox) == ["POST"]


class Notes(BaseHTTPRequestHandler):
    """Takes the comments that a job writes by GitLab's API."""

    taken: list[tuple[str, str, str]]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        (body,) = parse_qs(self.rfile.read(length).decode())["body"]
        self.taken.append((self.path, self.headers["PRIVATE-TOKEN"], body))
        self.send_response(201)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (Python's name)
        """Prints nothing."""


@pytest.fixture
def notes() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """The address of an API for comments, and the comments."""
    taken: list[tuple[str, str, str]] = []
    with HTTPServer(("127.0.0.1", 0), type("Taking", (Notes,), {"taken": taken})) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/api/v4", taken
        server.shutdown()
        thread.join()


def test_the_pipeline_of_gitlab_deploys(
    runner: Runner,
    environ: dict[str, str],
    fivetran_sandbox: FivetranSandbox,
    notes: tuple[str, list[tuple[str, str, str]]],
) -> None:
    address, taken = notes
    request = {"CI_API_V4_URL": address, "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "3"}
    plan, apply, drift = runner.job(), runner.job(), runner.job()

    runner.run_all(gitlab_scripts("plan"), plan, {**environ, **request, "COMMENT_TOKEN": "t"})
    ((path, token, body),) = taken
    assert (path, token) == ("/api/v4/projects/7/merge_requests/3/notes", "t")
    assert "fivetranops_connection.orders will be created" in body

    hand_over(plan, apply)
    runner.run_all(gitlab_scripts("apply"), apply, environ)
    assert writes(fivetran_sandbox) == ["POST"]
    assert "No changes." in runner.run_all(gitlab_scripts("drift"), drift, environ)


def test_the_workflow_of_atlantis_deploys(
    runner: Runner, environ: dict[str, str], fivetran_sandbox: FivetranSandbox, tmp_path: Path
) -> None:
    job, file = runner.job(), {"PLANFILE": str(tmp_path / "production.tfplan")}

    runner.run_all(atlantis_scripts("plan"), job, {**environ, **file})
    assert writes(fivetran_sandbox) == []
    runner.run_all(atlantis_scripts("apply"), job, {**environ, **file})

    assert writes(fivetran_sandbox) == ["POST"]


def test_the_agent_has_the_providers(runner: Runner) -> None:
    (last,) = (line for line in dockerfile() if line.arguments == "connections install")

    runner.run(Script("hcp", ("sh", "-c"), last.arguments), runner.folder)

    plugins = runner.folder / "home" / ".terraform.d" / "plugins"
    assert {path.name.partition("_v")[0] for path in plugins.rglob("terraform-provider-*")} == {
        "terraform-provider-elasticops",
        "terraform-provider-fivetranops",
    }
