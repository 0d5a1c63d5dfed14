"""``python -m constructs_lib.backend PROVIDER``: the program that Terraform launches.

``state``, ``install`` and ``uninstall`` are for people. Terraform starts this file several times
for each command, so it imports nothing that serving a provider does not need.
"""

from __future__ import annotations

import os
import sys

from constructs_lib.backend.plugin import fork_request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

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
        commands = _import("constructs_lib.backend.fivetran.state_command.commands")
        return int(commands.main(arguments[1:]))
    if arguments[:1] in (["install"], ["uninstall"]):
        return int(_import("constructs_lib.cli.install").main(arguments))
    if not arguments or arguments[0] not in _PROVIDERS:
        sys.stderr.write(_USAGE)
        return 2
    provider, *arguments = arguments
    if fork_request.is_possible(arguments):
        status = fork_request.run_in_fork(provider, arguments)
        if status is not None:
            os._exit(status)
    from constructs_lib.backend.plugin.serve import serve

    vendor = _import(_PROVIDERS[provider])
    return serve(
        vendor.load,
        source=vendor.SOURCE,
        schemas=vendor.SCHEMAS,
        identities=vendor.IDENTITIES,
        arguments=arguments,
        preload=vendor.PRELOAD,
    )


def _import(name: str) -> ModuleType:
    from importlib import import_module

    return import_module(name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
