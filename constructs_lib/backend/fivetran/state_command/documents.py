"""States in files: reading one that is to be set, and keeping one."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from constructs_lib.backend.fivetran import private_file
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.plugin.diagnostics import ProviderError

STANDARD_INPUT = "-"
_NOTHING = "Nothing was asked, nothing was sent."


def read(file: str) -> dict[str, Any]:
    """The state in a file.

    :param file: its path; ``-`` for standard input
    :raises ProviderError: if it cannot be read, or holds no JSON object
    """
    name = "standard input" if file == STANDARD_INPUT else file
    try:
        raw = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        reason = f"{error.strerror}. {_NOTHING}"
        raise ProviderError(f"Cannot read the state from {name}", reason) from None
    try:
        found = jsontext.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = f"{_place(error)}. {_NOTHING}"
        raise ProviderError(f"The state in {name} is not JSON", reason) from None
    if not isinstance(found, dict):
        raise ProviderError(
            f"The state in {name} is no object",
            f"A state is a JSON object; {{}} is what a connector starts from. {_NOTHING}",
        )
    return found


def require_free(file: Path, *, force: bool) -> None:
    """Checks that a file may be written.

    :raises ProviderError: if it is there, and is not to be overwritten
    """
    if not force and os.path.lexists(file):
        raise ProviderError(
            f"{file} is there already",
            f"Take another name, or --force to overwrite it. {_NOTHING}",
        )


def keep(file: Path, text: str, *, force: bool) -> None:
    """Writes a file that only its owner can read, all or nothing.

    :raises ProviderError: if it cannot be written, or has come to be there since
    """
    try:
        if force:
            private_file.write(file, text)
        else:
            _write_new(file, text)
    except OSError as error:
        raise ProviderError(f"Cannot write {file}", f"{error.strerror}.") from None


def _write_new(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as open_file:
            open_file.write(text)
    except OSError:
        with suppress(OSError):
            file.unlink()
        raise


def _place(error: Exception) -> str:
    """What is wrong with a text, without any of it."""
    if isinstance(error, JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, UnicodeDecodeError):
        return f"it is no UTF-8 at byte {error.start}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
