"""Lines for Terraform's log: they go to stderr, and start with their level.

Terraform shows them when ``TF_LOG`` asks for that level. They never hold values.
"""

from __future__ import annotations

import os
import sys

from constructs_lib.visible import visible_line

_WANTED_BY = ("TF_LOG", "TF_LOG_PROVIDER")


def debug(message: str) -> None:
    """Writes a line that explains what happens, if Terraform was asked for a log.

    There is one for each call, thousands in a plan, and otherwise Terraform would read and drop
    them.
    """
    if any(os.environ.get(name) for name in _WANTED_BY):
        write("DEBUG", message)


def info(message: str) -> None:
    """Writes a line about the normal course of things."""
    write("INFO", message)


def warn(message: str) -> None:
    """Writes a line about something odd."""
    write("WARN", message)


def error(message: str) -> None:
    """Writes a line about a failure."""
    write("ERROR", message)


def write(level: str, message: str) -> None:
    """Writes a line.

    :param level: ``TRACE``, ``DEBUG``, ``INFO``, ``WARN`` or ``ERROR``
    """
    # The prefix is padded, as hclog does it.
    try:
        sys.stderr.write(f"{f'[{level}]':<8}{visible_line(message)}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        # Terraform is gone, and with it its log.
        pass
