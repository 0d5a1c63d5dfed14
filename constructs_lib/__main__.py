"""``python -m constructs_lib``: the commands of the package that belong to no part of it."""

from __future__ import annotations

import sys
from importlib import import_module

_COMMANDS = {
    "doctor": "constructs_lib.cli.doctor.command",
    "query": "constructs_lib.cli.query",
    "status": "constructs_lib.cli.status",
}
_USAGE = """usage: python -m constructs_lib doctor [--json]
       python -m constructs_lib query [--help]
       python -m constructs_lib status [--help]

doctor    looks whether everything is there that a deploy needs, and says how to mend the rest
query     finds what there is in an account, by 'terraform query' in the folder of a stack
status    shows how the connections of an account are doing; exit status 1 if one is broken

Others:   python -m constructs_lib.adopt --help              an account as HCL, Python or YAML
          python -m constructs_lib.adopt.migrate --help      the same from the official provider
          python -m constructs_lib.backend --help            providers: state, install
          python -m constructs_lib.sandbox --help            stand-ins for the APIs
          python -m constructs_lib.schemas.catalogue --help  the fields of the services
"""


def main(arguments: list[str]) -> int:
    """Run the command that is named; returns the exit status."""
    if arguments[:1] in (["-h"], ["--help"]):
        sys.stdout.write(_USAGE)
        return 0
    if not arguments or arguments[0] not in _COMMANDS:
        sys.stderr.write(_USAGE)
        return 2
    return int(import_module(_COMMANDS[arguments[0]]).main(arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
