"""A provider that does nothing, with the schema of a connection: what Terraform itself takes.

``python idle_provider.py`` prints the variable that makes Terraform attach to it. It speaks in
clear and asks no API: it plans what Terraform proposes, invents the rest, and finds all as it was.
What a command takes with it is about the least that it can take with a provider of that schema.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any, Final

import msgpack

from constructs_lib import schemas
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.conversion import resource_schema
from constructs_lib.backend.plugin.server.grpc_server import GrpcServer
from constructs_lib.backend.plugin.server.handshake import ProviderSocket

TYPE: Final = "idle_connection"
SOURCE: Final = "terraform.local/bench/idle"
_SCHEMA = schemas.load("fivetranops_connection")
_ANSWERED = {
    "connected_by": "sandbox_user",
    "created_at": "2026-01-01T00:00:00.000000Z",
    "data_delay_sensitivity": "NORMAL",
    "data_delay_threshold": 0,
    "destination_schema_names": "FIVETRAN_NAMING",
    "networking_method": "Directly",
    "pause_after_trial": False,
    "pause_to_update": None,
    "paused": False,
    "require_setup_tests": False,
    "schedule_type": "auto",
    "schema": "bench",
    "service_version": 1,
    "setup_state": "incomplete",
    "sync_frequency": 360,
    "sync_state": "scheduled",
    "trust_certificates": False,
    "trust_fingerprints": False,
    "update_state": "on_schedule",
}
"""What the state of a new connection has besides what is configured."""


def schema(request: Any) -> Any:
    """One resource."""
    response = pb.GetProviderSchema.Response()
    response.server_capabilities.get_provider_schema_optional = True
    response.provider = pb.Schema(block=pb.Schema.Block())
    response.resource_schemas[TYPE] = resource_schema(_SCHEMA)
    return response


def upgrade(request: Any) -> Any:
    """The state in the other encoding, with the dynamic values as that has them."""
    state = json.loads(request.raw_state.json)
    for name, value in state.items():
        if isinstance(value, dict) and value.keys() == {"type", "value"}:
            state[name] = [json.dumps(value["type"]).encode(), value["value"]]
    written = pb.DynamicValue(msgpack=msgpack.packb(state))
    return pb.UpgradeResourceState.Response(upgraded_state=written)


def read(request: Any) -> Any:
    """The state as it is."""
    return pb.ReadResource.Response(new_state=request.current_state)


def plan(request: Any) -> Any:
    """The prior state, and for a creation what is proposed, with all that is open decided."""
    planned = request.prior_state
    if planned.msgpack in (b"", b"\xc0"):
        proposed = msgpack.unpackb(request.proposed_new_state.msgpack)
        # Terraform asks twice for the same plan.
        known = {**_ANSWERED, "id": proposed["config"][1]["schema"]}
        state = {n: known.get(n) if value is None else value for n, value in proposed.items()}
        planned = pb.DynamicValue(msgpack=msgpack.packb(state))
    return pb.PlanResourceChange.Response(planned_state=planned)


def apply(request: Any) -> Any:
    """What was planned."""
    return pb.ApplyResourceChange.Response(new_state=request.planned_state)


def _method(name: str, act: Callable[[Any], Any] | None) -> Callable[[bytes], bytes]:
    message = getattr(pb, name)

    def answer(data: bytes) -> bytes:
        response = act(message.Request.FromString(data)) if act else message.Response()
        written: bytes = response.SerializeToString()
        return written

    return answer


_METHODS = {
    "GetProviderSchema": schema,
    "ValidateProviderConfig": None,
    "ConfigureProvider": None,
    "ValidateResourceConfig": None,
    "UpgradeResourceState": upgrade,
    "ReadResource": read,
    "PlanResourceChange": plan,
    "ApplyResourceChange": apply,
}


def main() -> None:
    """Serves until the process is ended."""
    endpoint = ProviderSocket()
    address = {"Network": "unix", "String": endpoint.path}
    entry = {"Protocol": "grpc", "ProtocolVersion": 6, "Pid": 1, "Test": True, "Addr": address}
    sys.stdout.write(f"TF_REATTACH_PROVIDERS='{json.dumps({SOURCE: entry})}'\n")
    sys.stdout.flush()
    methods = {f"/tfplugin6.Provider/{n}": _method(n, act) for n, act in _METHODS.items()}
    transport = GrpcServer(methods, lambda: None, is_immediate=lambda path, data: True, debug=True)
    try:
        transport.run(endpoint.listener, None, lambda: None)
    finally:
        endpoint.close()


if __name__ == "__main__":
    main()
