"""Write the responses of the providers about their schemas: ``schemas.bin`` of each vendor.

Terraform starts a process of the provider in each command for the schemas alone. It sends these
bytes, and need not load what they are made from. ``python scripts/prepared_schemas.py`` writes
them, and ``--check`` fails if one is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

from constructs_lib.backend import elastic, fivetran
from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.dispatcher import dispatch
from constructs_lib.backend.plugin.protocol.session import Session

VENDORS = (elastic, fivetran)


def content(vendor: ModuleType) -> bytes:
    """Return what the file of a vendor has to hold.

    :raises ValueError: if its schemas break a rule of Terraform
    """
    response = dispatch(Session(vendor.load), "GetProviderSchema", b"")
    found = pb.GetProviderSchema.Response.FromString(response).diagnostics
    if found:
        raise ValueError("; ".join(f"{one.summary}: {one.detail}" for one in found))
    return response


def main(arguments: list[str]) -> int:
    """Write or check the files; return the exit status."""
    stale = [vendor for vendor in VENDORS if _is_stale(vendor)]
    if "--check" not in arguments:
        for vendor in stale:
            Path(vendor.SCHEMAS).write_bytes(content(vendor))
        return 0
    for vendor in stale:
        sys.stderr.write(
            f"{vendor.__name__}: {Path(vendor.SCHEMAS).name} is stale: "
            "run python scripts/prepared_schemas.py\n"
        )
    return 1 if stale else 0


def _is_stale(vendor: ModuleType) -> bool:
    file = Path(vendor.SCHEMAS)
    return not file.is_file() or file.read_bytes() != content(vendor)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
