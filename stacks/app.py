"""Synthesise the stacks of all environments.

If a file or a construct has a mistake, all mistakes are reported to stderr, nothing is written,
and the exit status is 1. Warnings are reported there, too, each with its place in the files.
"""

from __future__ import annotations

import sys

from constructs_lib.toolkit import App
from constructs_lib.validation import render
from stacks.settings.loader import ENVIRONMENTS, load_environments, warnings_of
from stacks.stack import EnvironmentStack


def main() -> None:
    """Read, check and synthesise.

    :raises ValidationFailed: with all findings, if one of them is an error
    """
    # The settings come first, because the app of the CDK makes its output directory at once.
    environments = load_environments(ENVIRONMENTS)
    if found := warnings_of(environments):
        sys.stderr.write(render(found) + "\n")
    app = App()
    for settings in environments:
        EnvironmentStack(app, settings.name, settings=settings)
    app.synth()
