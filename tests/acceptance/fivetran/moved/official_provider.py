"""A stand-in for Fivetran's own provider: the types that a ``moved`` block moves from.

Terraform starts it for its schemas alone. It is started as a program, by what :func:`plant` writes.
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
_COMMON = {
    **dict.fromkeys(("service", "group_id", "name", "networking_method"), _TEXT),
    **dict.fromkeys(("run_setup_tests", "trust_certificates", "trust_fingerprints"), _FLAG),
    "data_delay_threshold": {"type": "integer", "default": None},
    "id": {"type": "string", "readOnly": True},
}
_ANYTHING = {"type": "object", "default": None}
TYPES = {
    "fivetran_connection": {**_COMMON, "config": _TEXT},
    "fivetran_connection_v2": {**_COMMON, "config": _TEXT},
    "fivetran_connector": {**_COMMON, "config": _ANYTHING, "auth": _ANYTHING},
    "fivetran_group": {"name": _TEXT, "id": {"type": "string", "readOnly": True}},
}


def described(name: str, properties: dict[str, Any]) -> ResourceSchema:
    """The schema of a type."""
    rule = {"description": "A stand-in.", "properties": properties}
    return ResourceSchema(name, "A stand-in.", _attributes(rule), rule)


class Moved(Resource):
    """A type whose objects are there already, and that nothing may be asked of."""

    def __init__(self, name: str) -> None:
        self.schema = described(name, TYPES[name])

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


class Official(Provider):
    """The stand-in."""

    schema = described("fivetran", {})

    def __init__(self) -> None:
        self.resources = {name: Moved(name) for name in TYPES}

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
