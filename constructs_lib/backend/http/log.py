"""Lines for Terraform's log (``TF_LOG``): what is waited for, and what is tried again."""

from __future__ import annotations

from constructs_lib.backend.plugin import log


def information(line: str) -> None:
    """Something worth knowing happens."""
    log.info(line)


def warning(line: str) -> None:
    """Something went wrong that is being mended."""
    log.warn(line)
