"""The commands that people run; a module per subcommand. Nothing here starts the CDK."""

import os
import sys


def drop_output() -> None:
    """Write nothing more to the standard output, which nobody takes: Python would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
