"""A PostgreSQL server of the test's own, on loopback, that asks for a password."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER, PASSWORD, DATABASE = "terraform", "canary-database-password", "postgres"
_INSTALLED = "/usr/lib/postgresql"


def program(name: str) -> str | None:
    """Path of a program of PostgreSQL, which Debian keeps beside the PATH; None without it."""
    versions = sorted(Path(_INSTALLED).glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(versions[-1]) if versions else None)


class PostgresServer:
    """A server that runs, and what a test asks it by ``psql``."""

    def __init__(self, port: int) -> None:
        self.environ = {"PGPASSWORD": PASSWORD}
        """What a process needs to log in."""
        self.conn_str = f"postgres://{USER}@127.0.0.1:{port}/{DATABASE}?sslmode=disable"

    def ask(self, query: str) -> str:
        """The answer to a query, one line for each row."""
        done = subprocess.run(
            self._psql("-c", query),
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def wait_until(self, query: str, answer: str) -> None:
        """Ask until the answer is the one that is wanted."""
        deadline = time.monotonic() + 60
        while (found := self.ask(query)) != answer:
            assert time.monotonic() < deadline, f"{query} answers {found!r}, not {answer!r}"
            time.sleep(0.05)

    @contextmanager
    def held(self, schema: str) -> Iterator[None]:
        """No state of a schema is written meanwhile. Another Terraform then cannot even begin."""
        with subprocess.Popen(
            self._psql(),
            env={**os.environ, **self.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as session:
            assert session.stdin is not None
            assert session.stdout is not None
            session.stdin.write(f"BEGIN; LOCK TABLE {schema}.states IN SHARE MODE;\n")
            session.stdin.write("SELECT 'held';\n")
            session.stdin.flush()
            while session.stdout.readline().strip() != "held":
                assert session.poll() is None
            try:
                yield
            finally:
                session.stdin.write("ROLLBACK;\n")
                session.stdin.close()

    def wait_for_a_writer(self) -> None:
        """Wait until a process waits for what ``held`` holds."""
        self.wait_until("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted", "t")

    def wait_for_locks(self, number: int) -> None:
        """Wait until this many states are locked by Terraform."""
        query = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
        self.wait_until(query, str(number))

    def _psql(self, *arguments: str) -> list[str]:
        psql = program("psql")
        assert psql is not None
        return [psql, "--no-psqlrc", "-qAt", "-v", "ON_ERROR_STOP=1", self.conn_str, *arguments]


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a server in a directory of its own, and stop it."""
    # The directories of pytest belong to root when root runs it, and PostgreSQL refuses root.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD)
        as_user = _unprivileged(folder)
        login = [f"--username={USER}", "--auth=scram-sha-256", f"--pwfile={folder / 'password'}"]
        _run(as_user, "initdb", "-D", f"{folder}/data", "--no-sync", "--locale=C", *login)
        port = _free_port()
        options = f"-h 127.0.0.1 -p {port} -k {folder} -F"
        log = f"{folder}/log"
        _run(as_user, "pg_ctl", "-D", f"{folder}/data", "-w", "-l", log, "-o", options, "start")
        try:
            yield PostgresServer(port)
        finally:
            _run(as_user, "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop")


def _unprivileged(folder: Path) -> dict[str, Any]:
    """How a process is started as somebody else than root; gives them the folder."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for path in (folder, folder / "password"):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _run(as_user: dict[str, Any], name: str, *arguments: str) -> None:
    found = program(name)
    assert found is not None
    # The server keeps what it inherits: a pipe would stay open as long as it runs.
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "cwd": "/"}
    subprocess.run([found, *arguments], check=True, timeout=60, **quiet, **as_user)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
