"""Lines for Terraform's log: they go to stderr, and start with their level.

Terraform shows them when ``TF_LOG`` asks for that level. They never hold values.

What libraries write with the standard library's ``logging`` goes to Terraform's log.

Otherwise it would come with tracebacks, whose messages may hold values. Loading ``logging`` takes
4 ms, and most processes of a provider never need it, so it is waited for: whichever library imports
it, and whenever, its first record is routed already.

Lines for Terraform's log (``TF_LOG``): what is waited for, and what is tried again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from constructs_lib.terminal_text import escape_controls_in_line

if TYPE_CHECKING:
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType


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
    # The prefix is padded, as hclog does it.
    try:
        sys.stderr.write(f"{f'[{level}]':<8}{escape_controls_in_line(message)}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        # Terraform is gone, and with it its log.
        pass


_NAME = "logging"
_LEVELS = {"WARNING": "WARN", "CRITICAL": "ERROR"}
"""The levels that Terraform calls otherwise."""


def route() -> None:
    """Send the records of all libraries to Terraform's log, from now on."""
    if _NAME in sys.modules:
        _take_records()
    else:
        sys.meta_path.insert(0, _Finder())


def _take_records() -> None:
    import logging

    class _Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
            text = f"{record.name}: {record.getMessage()}{': ' + kind if kind else ''}"
            write(_LEVELS.get(record.levelname, record.levelname), text)

    logging.basicConfig(handlers=[_Lines()], level=logging.INFO, force=True)


class _Finder:
    """Is asked for each module that is imported, and answers for one: ``logging``."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != _NAME:
            return None
        # A new list, because other threads may be looking through this one.
        sys.meta_path = [finder for finder in sys.meta_path if finder is not self]
        from importlib.util import find_spec

        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = cast("Loader", _RoutingLoader(spec.loader))
        return spec


class _RoutingLoader:
    """Loads ``logging`` as another loader does, and then takes its records.

    :param loader: what would have loaded it, and is known as its loader afterwards
    """

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _take_records()


def information(line: str) -> None:
    """Write a line about something worth knowing."""
    info(line)


def warning(line: str) -> None:
    """Write a line about a failure that is being repaired."""
    warn(line)
