"""Synthesises the stacks of all environments: ``python -m stacks``, as ``cdktf.json`` says.

``python -m stacks new-connection SERVICE`` writes the settings of a new connection instead, and
``python -m stacks adopt --environment NAME`` those of the connections that the account has.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Synthesise, or run the command that is named; returns the exit status."""
    # The CDK starts a Node process when it is imported, which only the synth needs.
    if len(sys.argv) > 1:
        from stacks import commands

        return commands.main(sys.argv[1:])
    from stacks import synth

    synth.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
