"""Lines for Terraform's log (``TF_LOG``): what is waited for, and what is tried again."""

from __future__ import annotations

import sys


def information(line: str) -> None:
    """Something worth knowing happens."""
    _write("[INFO] ", line)


def warning(line: str) -> None:
    """Something went wrong that is being mended."""
    _write("[WARN] ", line)


def _write(level: str, line: str) -> None:
    try:
        sys.stderr.write(f"{level} {line}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        # Whoever read the log is gone; what is being done must be finished all the same.
        return
