"""``python -m constructs_lib.backend PROVIDER``: what Terraform launches."""

from __future__ import annotations

import sys
from importlib import import_module

_PROVIDERS = {
    "elasticops": "constructs_lib.backend.elastic",
    "fivetranops": "constructs_lib.backend.fivetran",
}
_USAGE = f"""usage: python -m constructs_lib.backend {{{",".join(_PROVIDERS)}}} [--debug]

Terraform starts this program by itself. With --debug the provider serves until it is interrupted,
and prints the TF_REATTACH_PROVIDERS that makes Terraform use it.
"""


def main(arguments: list[str]) -> int:
    """Serves one provider; returns the exit status."""
    if not arguments or arguments[0] not in _PROVIDERS:
        sys.stderr.write(_USAGE)
        return 2
    from constructs_lib.backend.plugin.serve import serve

    vendor = import_module(_PROVIDERS[arguments[0]])
    return serve(vendor.load, source=vendor.SOURCE, arguments=arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
