"""A provider whose resource has nested blocks, for the tests in this folder."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import Any

from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.protocol import conversion as announced
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.provider import Provider
from constructs_lib.backend.plugin.resource import Operation, Resource
from constructs_lib.backend.plugin.serve import serve
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas.model import described

SOURCE = "terraform.local/tests/block"
SIZE = {"type": "string", "default": None}
INNER = {"type": "object", "properties": {"size": SIZE}}
PART = {
    "type": "object",
    "properties": {"size": SIZE, "inner": {"type": "array", "items": INNER, "default": None}},
}
DISK = {
    "description": "A disk.",
    "properties": {
        "tags": {"type": "object", "additionalProperties": {"type": "string"}, "default": None},
        "part": {"type": "array", "items": PART, "default": None},
    },
}


class Disk(Resource):
    """What has blocks. It is planned only."""

    schema = described("block_disk", DISK)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        return planned

    update = read = delete = create  # type: ignore[assignment]


class Blocks(Provider):
    """The provider."""

    schema = described("block", {"description": "Blocks.", "properties": {}})

    def __init__(self) -> None:
        self.resources = {"block_disk": Disk()}

    def configure(self, config: Object, terraform_version: str, diagnostics: Diagnostics) -> Any:
        return None


def as_blocks(block: pb.Schema.Block) -> None:
    """Announce the lists of objects as nested blocks: Terraform sends the same values for both."""
    attributes = list(block.attributes)
    del block.attributes[:]
    for each in attributes:
        if not each.nested_type.attributes:
            block.attributes.append(each)
            continue
        nested = pb.Schema.NestedBlock(type_name=each.name, nesting=pb.Schema.NestedBlock.LIST)
        nested.block.attributes.extend(each.nested_type.attributes)
        as_blocks(nested.block)
        block.block_types.append(nested)


def plant(folder: Path) -> None:
    """Put a launcher where terraform looks for providers beside a configuration."""
    system = {"linux": "linux", "darwin": "darwin"}[sys.platform]
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}[os.uname().machine]
    home = folder / "terraform.d/plugins" / SOURCE / "1.0.0" / f"{system}_{machine}"
    home.mkdir(parents=True)
    launcher = home / "terraform-provider-block_v1.0.0"
    launcher.write_text(f"#!/bin/sh\nexec {shlex.join([sys.executable, __file__])}\n")
    launcher.chmod(0o755)


def main() -> int:
    """Serve the provider, with blocks in its schema."""
    original = announced.resource_schema

    def with_blocks(*arguments: Any) -> pb.Schema:
        made = original(*arguments)
        as_blocks(made.block)
        return made

    announced.resource_schema = with_blocks
    return serve(Blocks, source=SOURCE, arguments=sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
