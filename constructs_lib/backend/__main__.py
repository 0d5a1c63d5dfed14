"""``python -m constructs_lib.backend PROVIDER``: the program that Terraform launches.

``state``, ``install`` and ``uninstall`` are for people. Terraform starts this file several times
for each command, so it imports nothing that serving a provider does not need.
"""

from __future__ import annotations

import sys
from importlib import import_module

_PROVIDERS = {
    "elasticops": "constructs_lib.backend.elastic",
    "fivetranops": "constructs_lib.backend.fivetran",
}
_USAGE = f"""usage: python -m constructs_lib.backend {{{",".join(_PROVIDERS)}}} [--debug]
       python -m constructs_lib.backend state --help
       python -m constructs_lib.backend install | uninstall [--help]

Terraform starts this program by itself. With --debug the provider serves until it is interrupted,
and prints the TF_REATTACH_PROVIDERS that makes Terraform use it.

The other commands are for users: state shows, sets and restores the state (cursor) of a connection,
install makes the providers available to Terraform without the CDK.
"""


def main(arguments: list[str]) -> int:
    """Serve one provider, or run a command; return the exit status."""
    if arguments[:1] == ["state"]:
        import signal

        # Until the command takes it, Ctrl-C ends the process without a word.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        commands = import_module("constructs_lib.backend.fivetran.state_command.commands")
        return int(commands.main(arguments[1:]))
    if arguments[:1] in (["install"], ["uninstall"]):
        return int(import_module("constructs_lib.cli.install").main(arguments))
    if not arguments or arguments[0] not in _PROVIDERS:
        sys.stderr.write(_USAGE)
        return 2
    from constructs_lib.backend.plugin.serve import serve

    vendor = import_module(_PROVIDERS[arguments[0]])
    return serve(
        vendor.load,
        source=vendor.SOURCE,
        schemas=vendor.SCHEMAS,
        identities=vendor.IDENTITIES,
        arguments=arguments[1:],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
