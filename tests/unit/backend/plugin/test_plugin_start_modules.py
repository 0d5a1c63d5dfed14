"""How many modules of the library each of the processes of a plan imports: no more than needed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from constructs_lib import schemas
from constructs_lib.backend.plugin.protocol.conversion import object_type
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.value import Dynamic

CONNECTION = {
    "id": "pale_hydrogen",
    "group_id": "projected_sickle",
    "service": "connector_sdk",
    "schema": "one",
    "config": {"schema": "one"},
}
STARTED = """
import sys
from constructs_lib.backend import __main__, fivetran as vendor
from constructs_lib.backend.plugin import log, serve
from constructs_lib.backend.plugin.protocol import dispatcher
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.server import grpc_server, tls
log.await_libraries()
tls.create_certificate()
session = Session(
    vendor.load, is_launched=True, prepared_schemas=open(vendor.SCHEMAS, "rb").read(),
    prepared_identities=open(vendor.IDENTITIES, "rb").read(),
)
"""
"""A process of the provider up to the first call."""
TYPE = "fivetranops_connection"
CALLED = """
from constructs_lib.backend.plugin.protocol import messages as pb

def call(name, **fields):
    message = getattr(pb, name)
    request = message.Request(**fields).SerializeToString()
    response = message.Response.FromString(dispatcher.dispatch(session, name, request))
    assert not response.diagnostics, [(d.summary, d.detail) for d in response.diagnostics]
    return response

def check():
    able = pb.ClientCapabilities(write_only_attributes_allowed=True)
    call("ValidateResourceConfig", type_name=TYPE, config=config, client_capabilities=able)

account, config = pb.DynamicValue(msgpack=ACCOUNT), pb.DynamicValue(msgpack=CONFIG)
"""
SCHEMA_PROCESS = """
for name in ("GetProviderSchema", "GetResourceIdentitySchemas"):
    dispatcher.dispatch(session, name, b"")
"""
VALIDATE_PROCESS = f"{CALLED}\ncheck()\n"
PLAN_PROCESS = f"""{CALLED}
call("ValidateProviderConfig", config=account)
call("ConfigureProvider", terraform_version="1.13.0", config=account)
state = call("UpgradeResourceState", type_name=TYPE, raw_state=pb.RawState(json=STATE))
read = call("ReadResource", type_name=TYPE, current_state=state.upgraded_state)
check()
planned = call(
    "PlanResourceChange", type_name=TYPE, config=config, prior_state=read.new_state,
    proposed_new_state=read.new_state, prior_private=read.private,
)
assert planned.planned_state.msgpack == read.new_state.msgpack
"""
SLOW = {"datetime", "decimal", "hashlib", "json", "msgpack", "pathlib", "urllib.parse"}
"""Modules of others that take a while to import, and that the schemas do not need."""
COUNTED = """
print(*(name for name in sys.modules if name.startswith("constructs_lib")))
print(*sys.modules)
"""


class _Api(BaseHTTPRequestHandler):
    """Fivetran's API with one connection."""

    def do_GET(self) -> None:
        is_list = self.path.partition("?")[0].endswith("/connections")
        data = {"items": [CONNECTION]} if is_list else CONNECTION
        body = json.dumps({"code": "Success", "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Api) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def packed(values: dict[str, object], schema: str) -> bytes:
    return encode(values, object_type(schemas.load(schema).attributes))


def imported(
    code: str, folder: Path, url: str = "", started: str = STARTED
) -> tuple[set[str], set[str]]:
    """What a process imports of the library, and all that it imports."""
    account = {"api_url": url, "api_key": "key", "api_secret": "secret"}
    config = {name: CONNECTION[name] for name in ("group_id", "service")}
    settings = CONNECTION["config"]
    state = {**CONNECTION, "config": {"type": ["object", {"schema": "string"}], "value": settings}}
    given = (
        packed(account, "fivetranops"),
        packed({**config, "config": Dynamic.of(settings)}, TYPE),
        json.dumps(state).encode(),
    )
    names = f"TYPE, ACCOUNT, CONFIG, STATE = {(TYPE, *given)!r}\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"{started}\nimport sys\n{names}{code}{COUNTED}"],
        cwd=folder,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    ours, others = map(str.split, done.stdout.splitlines())
    return set(ours), set(others)


def test_the_process_of_the_schemas_imports_the_server(tmp_path: Path) -> None:
    found, everything = imported(SCHEMA_PROCESS, tmp_path)

    assert len(found) <= 20, sorted(found)
    assert not everything & SLOW


def test_a_process_that_checks_imports_no_resource(tmp_path: Path) -> None:
    found, everything = imported(VALIDATE_PROCESS, tmp_path)

    assert len(found) <= 50, sorted(found)
    assert not everything & {"constructs_lib.backend.http", "pathlib", "hashlib", "urllib.parse"}


def test_the_process_of_a_plan_imports_one_resource(url: str, tmp_path: Path) -> None:
    found, everything = imported(PLAN_PROCESS, tmp_path, url)

    assert len(found) <= 94, sorted(found)
    assert "constructs_lib.backend.fivetran.journal.journal" not in found
    assert "constructs_lib.sandbox" not in found
    assert "requests" in everything
    assert "charset_normalizer" not in everything


def test_a_process_that_gets_a_fork_imports_next_to_nothing(tmp_path: Path) -> None:
    found, everything = imported(
        "", tmp_path, started="from constructs_lib.backend import __main__"
    )

    assert len(found) <= 6, sorted(found)
    assert not everything & {*SLOW, "contextlib", "enum", "re", "signal", "socket", "typing"}


GUESSED = """
import constructs_lib.backend.http.transport as transport
transport.Transport("https://api.example")
import charset_normalizer, requests
"""


def test_who_wants_the_guesses_of_an_encoding_gets_them(tmp_path: Path) -> None:
    _, everything = imported(GUESSED, tmp_path)

    assert "charset_normalizer" in everything
