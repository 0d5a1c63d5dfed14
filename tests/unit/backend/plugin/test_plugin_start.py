"""What Terraform's start of a provider does not load, and what it does as soon as it is needed."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

API_OF = {"elastic": "elastic", "fivetran": "fivetran.api"}
"""The folder of each vendor's client."""
STARTED = """
import sys
from constructs_lib.backend import {vendor} as vendor
from constructs_lib.backend.plugin import log, serve
from constructs_lib.backend.plugin.protocol import dispatcher
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.server import grpc_server, tls
from constructs_lib.backend.plugin.server.http2_frames import HeaderReader
log.await_libraries()
tls.create_certificate()
session = Session(vendor.load)
HeaderReader().path(bytes.fromhex("418cf1e3c2e5f23a6ba0ab90f4ff"))
"""
ANSWERED = f"""{STARTED}
dispatcher.dispatch(session, "GetProviderSchema", b"")
"""
FOUND = "print(*sorted({names} & set(sys.modules)))"
CONFIGURED = """
from constructs_lib.backend.plugin.diagnostics import Diagnostics
session.use(session.provider.configure(CONFIG, "1.13.0", Diagnostics()))
import logging
try:
    raise ValueError("s3cret")
except ValueError:
    logging.getLogger("urllib3").exception("it failed")
"""


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("vendor", ["elastic", "fivetran"])
def test_unneeded_modules_are_not_loaded_before_the_schema(vendor: str, tmp_path: Path) -> None:
    # The reader of headers loads logging, and that traceback.
    names = {"asyncio", "concurrent.futures", "hyperframe", "requests", "urllib3"}
    # Only resources need these, and the schemas are answered without them.
    names |= {"pathlib", "hashlib", "cdktf", "cdktn", "jsii", "constructs"}
    folder = f"constructs_lib.backend.{API_OF[vendor]}"
    assert all(find_spec(f"{folder}.{part}") for part in ("client", "exchange"))
    names |= {f"{folder}.{part}" for part in ("client", "exchange")}
    # Neither are the catalogue of services, the rules, and the interpreter of keywords.
    facts = ("catalogue.service_facts", "rules", "keywords")
    names |= {f"constructs_lib.schemas.{part}" for part in facts}

    ended = run(ANSWERED.format(vendor=vendor) + FOUND.format(names=names), tmp_path)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "\n", "")


@pytest.mark.parametrize(
    ("vendor", "config"),
    [
        ("fivetran", {"api_url": "sandbox"}),
        ("fivetran", {"api_key": "key", "api_secret": "secret"}),
        ("elastic", {"endpoints": ["https://127.0.0.1:1"], "api_key": "key"}),
    ],
)
def test_libraries_of_a_client_write_to_terraforms_log(
    vendor: str, config: dict[str, object], tmp_path: Path
) -> None:
    started = f"{STARTED.format(vendor=vendor)}\nCONFIG = {config}\n"

    ended = run(started + CONFIGURED, tmp_path)

    assert (ended.returncode, ended.stderr) == (0, "[ERROR] urllib3: it failed: ValueError\n")
