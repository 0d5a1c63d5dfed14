"""Ctrl-C ends an adoption at once, even while the API does not answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from adopt_project import ROOT, Project

ITEM = {"id": "abc", "group_id": "g", "service": "github", "schema": "gh"}


class Hanging:
    """An API that lists one connection, and never answers about it."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.over = threading.Event()
        self.url = ""


@pytest.fixture
def api() -> Iterator[Hanging]:
    hanging = Hanging()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if not self.path.startswith("/v1/connections?"):
                hanging.asked.set()
                hanging.over.wait()
                return
            body = json.dumps({"code": "Success", "data": {"items": [ITEM]}}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stays silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hanging.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield hanging
    hanging.over.set()
    server.shutdown()
    thread.join()
    server.server_close()


def interrupt(project: Project, api: Hanging, *command: str) -> tuple[int, str]:
    """Start a command, press Ctrl-C once it waits for the API; its status, and what it prints."""
    credentials = {"FIVETRAN_APIKEY": "k", "FIVETRAN_APISECRET": "s", "FIVETRAN_API_URL": api.url}
    running = subprocess.Popen(
        (sys.executable, "-m", *command),
        cwd=project.folder,
        env={**os.environ, **credentials, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert api.asked.wait(60)
    running.send_signal(signal.SIGINT)
    printed, _ = running.communicate(timeout=60)
    return running.returncode, printed


def test_ctrl_c_ends_at_once_and_leaves_the_file_as_it_was(project: Project, api: Hanging) -> None:
    text = f"provider: {{api_url: '{api.url}'}}\n"
    project.file.write_text(text)

    ended = interrupt(project, api, "stacks", "adopt", "--environment", "warehouse")

    assert ended == (130, "adopt: interrupted; nothing was written.\n")
    assert project.file.read_text() == text
    assert sorted(path.name for path in project.file.parent.iterdir()) == [
        "base.yaml",
        "warehouse.yaml",
    ]


def test_ctrl_c_leaves_no_new_files(project: Project, api: Hanging) -> None:
    ended = interrupt(project, api, "constructs_lib.adopt", "--form", "hcl", "--out", "out")

    assert ended == (130, "adopt: interrupted; nothing was written.\n")
    assert not (project.folder / "out").exists()
