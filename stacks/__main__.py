"""Synthesises the stacks of all environments: ``python -m stacks``, as ``cdktf.json`` says.

If a file or a construct has a mistake, all mistakes are reported to stderr, nothing is written,
and the exit status is 1.
"""

from __future__ import annotations

from pathlib import Path

from constructs_lib.toolkit import App
from stacks.settings import load_environments
from stacks.stack import EnvironmentStack

ENVIRONMENTS = Path(__file__).with_name("environments")


def main() -> None:
    """Read, check and synthesise.

    :raises ValidationFailed: with all findings, if one of them is an error
    """
    # Settings come first: the app of the CDK makes its output directory at once.
    environments = load_environments(ENVIRONMENTS)
    app = App()
    for settings in environments:
        EnvironmentStack(app, settings.name, settings=settings)
    app.synth()


if __name__ == "__main__":
    main()
