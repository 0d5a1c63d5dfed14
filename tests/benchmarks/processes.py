"""Actions that need a process of their own: an import, and the start of the provider.

Each runs in the checkout that is measured, or in the :class:`Tree` of another commit.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from side_by_side import Seconds

from constructs_lib.backend.plugin.server import handshake
from constructs_lib.backend.plugin.server.tls import create_certificate

ROOT = Path(__file__).resolve().parents[2]


class Tree(NamedTuple):
    """A checkout, and the Python that imports the library from it."""

    folder: Path = ROOT
    interpreter: str = sys.executable

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes."""
        return {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(self.folder)}


HERE = Tree()
"""This checkout."""

WITHOUT_RULES = """
import sys, types
catalogue = types.ModuleType("constructs_lib.schemas.rules.catalogue")
catalogue.__getattr__ = lambda name: lambda *given: ()
sys.modules[catalogue.__name__] = catalogue
"""
"""Code that puts an empty table in place of the rules of the catalogue."""


def python(code: str, tree: Tree = HERE) -> Seconds:
    """Return how long an interpreter needs to start, to run some code and to end."""

    def run() -> float:
        start = time.perf_counter()
        subprocess.run(
            [tree.interpreter, "-c", code], env=tree.environment, cwd=tree.folder, check=True
        )
        return time.perf_counter() - start

    return run


def processor_time(code: str, times: int) -> Seconds:
    """Return how much processor time some interpreters take to start, to run some code and to end.

    :param times: how many interpreters
    """

    def run() -> float:
        before = os.times()
        for _ in range(times):
            subprocess.run([sys.executable, "-c", code], env=HERE.environment, check=True)
        after = os.times()
        return sum(after[2:4]) - sum(before[2:4])

    return run


def provider(before: str = "", tree: Tree = HERE) -> Seconds:
    """Return how long the provider needs until the line that Terraform waits for.

    :param before: code that runs in its process first
    :param tree: where the provider is
    """
    code = f"{before}\nfrom constructs_lib.backend.__main__ import main\nmain(['fivetranops'])"
    environment = {
        **tree.environment,
        handshake.COOKIE_NAME: handshake.COOKIE,
        handshake.CLIENT_CERTIFICATE: create_certificate().pem.decode(),
    }

    def run() -> float:
        start = time.perf_counter()
        with subprocess.Popen(
            [tree.interpreter, "-c", code],
            env=environment,
            cwd=tree.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            line = process.stdout.readline() if process.stdout else b""
            seconds = time.perf_counter() - start
            process.terminate()
            complaints = process.communicate()[1]
        if not line.startswith(b"1|6|unix|"):
            raise RuntimeError(f"the provider did not start: {complaints.decode()}")
        return seconds

    return run
