"""A stand-in for Fivetran's own provider: the types that a ``moved`` block moves from, and groups.

Of all but groups, Terraform needs the schemas alone. It is
started as a program, by what :func:`plant` writes.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Any

from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.provider import Provider
from constructs_lib.backend.plugin.resource import Operation, Resource
from constructs_lib.backend.plugin.serve import serve
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import ResourceSchema
from constructs_lib.schemas.model import _attributes

ROOT = Path(__file__).resolve().parents[4]
SOURCE = "registry.terraform.io/fivetran/fivetran"
VERSION = "1.9.37"
_TEXT, _FLAG = {"type": "string", "default": None}, {"type": "boolean", "default": None}
_READ = {"type": "string", "readOnly": True}
_ANYTHING = {"type": "object", "default": None}
_STEERING = dict.fromkeys(("run_setup_tests", "trust_certificates", "trust_fingerprints"), _FLAG)
_COMMON = {
    **dict.fromkeys(("service", "group_id", "name", "networking_method"), _TEXT),
    **_STEERING,
    **dict.fromkeys(("id", "connected_by", "created_at"), _READ),
    "data_delay_threshold": {"type": "integer", "default": None},
    "destination_schema": {
        **_ANYTHING,
        "properties": dict.fromkeys(("name", "prefix", "table", "table_group_name"), _TEXT),
        "additionalProperties": False,
    },
}
_SCHEDULED = (
    *("connector_id", "group_id", "connector_name", "paused", "pause_after_trial"),
    *("sync_frequency", "schedule_type", "daily_sync_time"),
)
_ADDRESSED = {"id": _READ, "connection_id": _TEXT}
TYPES = {
    "fivetran_connection": {**_COMMON, "config": _TEXT},
    "fivetran_connection_v2": {**_COMMON, "config": _TEXT},
    "fivetran_connector": {
        **_COMMON,
        **dict.fromkeys(("config", "auth", "timeouts"), _ANYTHING),
    },
    "fivetran_connection_config": {**_ADDRESSED, **_STEERING, "config": _TEXT, "auth": _TEXT},
    "fivetran_connector_schedule": {
        **dict.fromkeys(_SCHEDULED, _TEXT),
        "id": _READ,
        "schedule": _ANYTHING,
    },
    "fivetran_connection_v2_pause_state": {**_ADDRESSED, "paused": _FLAG},
    "fivetran_group": {"name": _TEXT, "id": _READ},
}
# A connector is one version further than it is stored, so that it is upgraded before it is used.
_VERSIONS = {"fivetran_connection": 1, "fivetran_connector": 5, "fivetran_connection_config": 1}


def described(name: str, properties: dict[str, Any]) -> ResourceSchema:
    """The schema of a type."""
    rule = {"description": "A stand-in.", "properties": properties}
    return ResourceSchema(name, "A stand-in.", _attributes(rule), rule)


class Moved(Resource):
    """A type whose objects are there already, and that nothing may be asked of."""

    def __init__(self, name: str) -> None:
        self.schema = described(name, TYPES[name])
        self.version = _VERSIONS.get(name, 0)  # type: ignore[misc]

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        raise ProviderError("The stand-in creates nothing")

    def read(self, state: Object, operation: Operation) -> Object | None:
        return state

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        raise ProviderError("The stand-in changes nothing")

    def delete(self, prior: Object, operation: Operation) -> None:
        raise ProviderError("The stand-in deletes nothing")

    def upgrade_state(self, version: int, state: dict[str, Any]) -> dict[str, Any]:
        """The state of a connector, without the objects whose many types nobody asks for here."""
        return {**state, **dict.fromkeys(("config", "auth", "timeouts"))}


class Group(Moved):
    """A group, which is nowhere but in the state: its id is its name."""

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        return {**planned, "id": planned["name"]}

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        return planned

    def delete(self, prior: Object, operation: Operation) -> None:
        """Nothing is to be done."""


class Official(Provider):
    """The stand-in."""

    schema = described("fivetran", {})

    def __init__(self) -> None:
        kinds = {"fivetran_group": Group}
        self.resources = {name: kinds.get(name, Moved)(name) for name in TYPES}

    def configure(self, config: Object, terraform_version: str, diagnostics: Diagnostics) -> Any:
        return None


def plant(directory: Path, source: str = SOURCE) -> None:
    """Puts the stand-in where ``terraform init`` finds it, in place of a registry."""
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}[os.uname().machine]
    home = directory / "terraform.d/plugins" / source / VERSION / f"{sys.platform}_{machine}"
    home.mkdir(parents=True, exist_ok=True)
    launcher = home / f"terraform-provider-fivetran_v{VERSION}"
    command = shlex.join([sys.executable, __file__, source])
    launcher.write_text(f"#!/bin/sh\nPYTHONPATH={shlex.quote(str(ROOT))} exec {command}\n")
    launcher.chmod(0o755)


if __name__ == "__main__":
    sys.exit(serve(Official, source=sys.argv[1], arguments=sys.argv[2:]))
