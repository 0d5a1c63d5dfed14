"""``python -m constructs_lib doctor`` as a person runs it, with real APIs of the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from constructs_lib.sandbox import Api, Credentials, SandboxServer, Store
from constructs_lib.sandbox.elastic import ElasticApi, ElasticCredentials, ElasticStore

KEY, SECRET, ELASTIC_KEY = "canary-key", "canary-secret", "Y2FuYXJ5OmNhbmFyeS1lbGFzdGlj"


class Run(NamedTuple):
    status: int
    output: str


class Person:
    """Somebody in an empty folder, with a home of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home = folder / "project", folder / "home"
        self.folder.mkdir()
        self.home.mkdir()

    def runs(self, *arguments: str, **environ: str) -> Run:
        """Run the doctor with these environment variables."""
        done = subprocess.run(
            [sys.executable, "-m", "constructs_lib", *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "PYTHONPATH": os.pathsep.join(sys.path),
                **environ,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        for secret in (SECRET, ELASTIC_KEY, "canary-elastic", "hunter2"):
            assert secret not in done.stdout + done.stderr
        return Run(done.returncode, done.stdout + done.stderr)

    def checks(self, **environ: str) -> dict[str, dict[str, str]]:
        """What the doctor tells machines, by the name of the check."""
        run = self.runs("doctor", "--json", **environ)
        document = json.loads(run.output)
        assert document["ok"] is (run.status == 0)
        return {check["check"]: check for check in document["checks"]}


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


@contextmanager
def served(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@pytest.fixture
def account(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Both APIs on a socket; the variables that lead to them."""
    with ExitStack() as opened:
        store = opened.enter_context(Store(tmp_path / "f.sqlite3"))
        fivetran = SandboxServer(Api(store, Credentials(KEY, SECRET), False), 0)
        opened.enter_context(fivetran)
        elastic_store = opened.enter_context(ElasticStore(tmp_path / "e.sqlite3"))
        api = ElasticApi(elastic_store, ElasticCredentials(api_key=ELASTIC_KEY))
        elastic = opened.enter_context(SandboxServer(api, 0))
        opened.enter_context(served(fivetran))
        opened.enter_context(served(elastic))
        yield {
            "FIVETRAN_API_URL": fivetran.url,
            "FIVETRAN_APIKEY": KEY,
            "FIVETRAN_APISECRET": SECRET,
            "ELASTICSEARCH_ENDPOINTS": elastic.url,
            "ELASTICSEARCH_API_KEY": ELASTIC_KEY,
        }


def test_a_machine_that_has_all_of_it_is_told_so(person: Person, account: dict[str, str]) -> None:
    run = person.runs("doctor", **account)

    assert "This machine has everything that a deploy needs." in run.output
    assert run.status == 0
    for check in ("python", "cdk", "node", "terraform", "sandbox", "fivetran", "clock", "elastic"):
        assert any(line.split()[:2] == ["ok", check] for line in run.output.splitlines()), check


def test_it_changes_nothing(person: Person) -> None:
    person.runs("doctor", FIVETRAN_API_URL="sandbox", ELASTICSEARCH_ENDPOINTS="sandbox:e.sqlite3")

    assert list(person.folder.iterdir()) == []
    # Terraform, asked for its version, may make its own folder.
    assert not [path for path in person.home.rglob("*") if path.is_file()]


def test_without_credentials_no_api_is_asked(person: Person) -> None:
    checks = person.checks()

    assert checks["fivetran"]["verdict"] == checks["elastic"]["verdict"] == "skipped"
    assert "FIVETRAN_APIKEY" in checks["fivetran"]["remedy"]
    assert "clock" not in checks


@pytest.mark.parametrize("name", ["FIVETRAN_APISECRET", "ELASTICSEARCH_API_KEY"])
def test_wrong_credentials_are_an_error_with_the_remedy(
    name: str, person: Person, account: dict[str, str]
) -> None:
    checks = person.checks(**{**account, name: "aHVudGVyMjpodW50ZXIy"})

    found = checks["fivetran" if name.startswith("FIVETRAN") else "elastic"]
    assert found["verdict"] == "error"
    assert "401" in found["found"]
    assert name in found["remedy"]


def test_a_half_of_the_credentials_is_an_error(person: Person, account: dict[str, str]) -> None:
    found = person.checks(**{**account, "FIVETRAN_APISECRET": ""})["fivetran"]

    assert found["verdict"] == "error"
    assert "FIVETRAN_APISECRET" in found["remedy"]


def test_an_api_that_does_not_answer_is_an_error(person: Person, account: dict[str, str]) -> None:
    run = person.runs("doctor", **{**account, "FIVETRAN_API_URL": "http://127.0.0.1:9"})

    assert run.status == 1
    assert "ERROR    fivetran" in run.output
    assert "the connection was refused" in run.output
    assert "1 problem prevents a deploy." in run.output


def test_a_login_in_the_address_is_not_shown(person: Person, account: dict[str, str]) -> None:
    address = "https://me:hunter2@api.example.com"

    found = person.checks(**{**account, "FIVETRAN_API_URL": address})["fivetran"]

    assert found["verdict"] == "error"


class LateClock(BaseHTTPRequestHandler):
    """An API whose clock stands at the beginning of 2020."""

    def do_GET(self) -> None:
        body = b'{"code": "Success", "data": {"items": []}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return "Wed, 01 Jan 2020 00:00:00 GMT"

    def log_message(self, *args: Any) -> None:
        """Nothing is to be logged."""


def test_a_clock_that_differs_from_that_of_the_api_is_a_warning(person: Person) -> None:
    with HTTPServer(("127.0.0.1", 0), LateClock) as server, served(server):
        checks = person.checks(
            FIVETRAN_API_URL=f"http://127.0.0.1:{server.server_port}",
            FIVETRAN_APIKEY=KEY,
            FIVETRAN_APISECRET=SECRET,
        )

    assert checks["fivetran"]["verdict"] == "ok"
    assert checks["clock"]["verdict"] == "warning"
    assert "ahead of the API" in checks["clock"]["found"]


def test_wrong_usage_is_status_2_and_help_is_0(person: Person) -> None:
    assert person.runs().status == 2
    assert person.runs("dcotor").status == 2
    assert person.runs("doctor", "--jsn").status == 2
    assert "doctor" in person.runs("--help").output
    assert person.runs("--help").status == 0


def test_what_the_doctor_needs_is_loaded_by_the_doctor_only(person: Person) -> None:
    code = "import sys, constructs_lib.__main__; print('constructs_lib.cli.doctor' in sys.modules)"
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
