"""Write the responses of the providers about their schemas: ``schemas.bin`` of each vendor, and
``identities.bin`` for the schemas of identities.

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
FILES = {"SCHEMAS": "GetProviderSchema", "IDENTITIES": "GetResourceIdentitySchemas"}
"""The methods by the names that the modules of the vendors give to the files."""


def content(vendor: ModuleType, method: str) -> bytes:
    """Return what a file of a vendor has to hold.

    :raises ValueError: if its schemas break a rule of Terraform
    """
    response = dispatch(Session(vendor.load), method, b"")
    found = getattr(pb, method).Response.FromString(response).diagnostics
    if found:
        raise ValueError("; ".join(f"{one.summary}: {one.detail}" for one in found))
    return response


def main(arguments: list[str]) -> int:
    """Write or check the files; return the exit status."""
    stale = [
        (vendor, Path(getattr(vendor, name)), wanted)
        for vendor in VENDORS
        for name, method in FILES.items()
        if _is_stale(Path(getattr(vendor, name)), wanted := content(vendor, method))
    ]
    if "--check" not in arguments:
        for _, file, wanted in stale:
            file.write_bytes(wanted)
        return 0
    for vendor, file, _ in stale:
        sys.stderr.write(
            f"{vendor.__name__}: {file.name} is stale: run python scripts/prepared_schemas.py\n"
        )
    return 1 if stale else 0


def _is_stale(file: Path, wanted: bytes) -> bool:
    return not file.is_file() or file.read_bytes() != wanted


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
