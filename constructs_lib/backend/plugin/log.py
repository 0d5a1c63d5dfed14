"""Lines for Terraform's log: they go to stderr, and start with their level.

Terraform shows them when ``TF_LOG`` asks for that level. They never hold values. The records that
libraries write with the standard library's ``logging`` become such lines, too: otherwise they would
come with tracebacks, whose messages may hold values.
"""

from __future__ import annotations

import os
import sys

_WANTED_BY = ("TF_LOG", "TF_LOG_PROVIDER")


def debug(message: str) -> None:
    """Write a line that explains what happens, if Terraform was asked for a log.

    There is one for each call, thousands in a plan, and otherwise Terraform would read and drop
    them.
    """
    if any(os.environ.get(name) for name in _WANTED_BY):
        write("DEBUG", message)


def info(message: str) -> None:
    """Write a line about the normal course of things."""
    write("INFO", message)


def warn(message: str) -> None:
    """Write a line about something odd."""
    write("WARN", message)


def error(message: str) -> None:
    """Write a line about a failure."""
    write("ERROR", message)


def write(level: str, message: str) -> None:
    """Write a line.

    :param level: ``TRACE``, ``DEBUG``, ``INFO``, ``WARN`` or ``ERROR``
    """
    # Terraform does not wait for the schemas before the handshake; most processes write no line.
    from constructs_lib.schemas.redaction import escape_controls_in_line

    # The prefix is padded, as hclog does it.
    try:
        sys.stderr.write(f"{f'[{level}]':<8}{escape_controls_in_line(message)}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        # Terraform is gone, and with it its log.
        pass


_LEVELS = {"WARNING": "WARN", "CRITICAL": "ERROR"}
"""The levels that Terraform calls otherwise."""
_awaits_libraries = False
"""True while this process serves Terraform and has no handler for the records of libraries yet."""


def await_libraries() -> None:
    """Have :func:`route_library_logging` take records, as standard error is Terraform's log."""
    global _awaits_libraries
    _awaits_libraries = True


def route_library_logging() -> None:
    """Send the records of all libraries to Terraform's log, if this process serves Terraform.

    This is called where a library that logs what people should see is loaded. The only other one,
    ``hpack``, writes records for debugging, which are dropped.
    """
    global _awaits_libraries
    if not _awaits_libraries:
        return
    _awaits_libraries = False
    import logging

    class _TerraformLog(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
            text = f"{record.name}: {record.getMessage()}{': ' + kind if kind else ''}"
            write(_LEVELS.get(record.levelname, record.levelname), text)

    logging.basicConfig(handlers=[_TerraformLog()], level=logging.INFO, force=True)
