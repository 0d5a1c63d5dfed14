"""Writes files that Terraform may be reading, or starting, at this very moment."""

from __future__ import annotations

import os
from pathlib import Path


def read(path: Path) -> bytes:
    """What is in a file; nothing if there is none."""
    return path.read_bytes() if path.is_file() else b""


def place(path: Path, content: bytes, *, mode: int, scratch: Path) -> bool:
    """Write a file in one step, unless it holds this content already.

    :param mode: its permissions
    :param scratch: a folder of the same file system, in which it stands until it is whole.
        Terraform's checksum covers the whole folder of a provider, so it must be another one
    :returns: whether it was written
    :raises OSError: if it cannot be written
    """
    changes = not path.is_file() or read(path) != content
    if changes:
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir(parents=True, exist_ok=True)
        new = scratch / f"new-{os.getpid()}"
        new.write_bytes(content)
        new.chmod(mode)
        new.replace(path)
    path.chmod(mode)
    return changes
