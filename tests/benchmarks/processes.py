"""Actions that need a process of their own: an import, and the start of the provider."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from side_by_side import Seconds

from constructs_lib.backend.plugin.server import handshake
from constructs_lib.backend.plugin.server.certificate import create

ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT)}

WITHOUT_RULES = """
import importlib, sys, types
package = types.ModuleType("constructs_lib.schemas.rules")
package.__path__ = [{folder!r}]
sys.modules["constructs_lib.schemas.rules"] = package
kinds = importlib.import_module("constructs_lib.schemas.rules.rule")
vars(package).update(vars(kinds), catalogue_rules=lambda names, is_unknown: ())
""".format(folder=str(ROOT / "constructs_lib" / "schemas" / "rules"))
"""Code that puts an empty table in place of the rules of the catalogue."""


def python(code: str) -> Seconds:
    """How long an interpreter needs to start, to run some code and to end."""

    def run() -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env=_ENVIRONMENT, cwd=ROOT, check=True)
        return time.perf_counter() - start

    return run


def provider(before: str = "") -> Seconds:
    """How long the provider needs until the line that Terraform waits for.

    :param before: code that runs in its process first
    """
    code = f"{before}\nfrom constructs_lib.backend.__main__ import main\nmain(['fivetranops'])"
    environment = {
        **_ENVIRONMENT,
        handshake.COOKIE_NAME: handshake.COOKIE,
        handshake.CLIENT_CERTIFICATE: create().pem.decode(),
    }

    def run() -> float:
        start = time.perf_counter()
        with subprocess.Popen(
            [sys.executable, "-c", code],
            env=environment,
            cwd=ROOT,
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
