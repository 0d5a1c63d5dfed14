"""Builds a docs site, and serves it on the loopback address."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pages.catalogue import ROOT

CONFIGURATION = ROOT / "mkdocs.yml"


def build(configuration: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Run MkDocs with a configuration; the site comes into a folder."""
    command = [sys.executable, "-m", "mkdocs", "build"]
    return subprocess.run(
        [*command, "--config-file", configuration, "--site-dir", site],
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        """Print nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder; yield its address, with a slash at the end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, args=(0.02,)).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
