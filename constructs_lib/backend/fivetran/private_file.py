"""Files that only their owner may read, replaced in one step."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write(file: Path, text: str) -> None:
    """Puts a text in place of a file, all or nothing, and on the disk; readable by its owner only.

    :raises OSError: if it cannot be written; then the file is what it was
    """
    draft = file.with_name(f".{file.name}.draft-of-a-state")
    try:
        # What a run that died has left, or somebody else has put there, is not written into.
        draft.unlink(missing_ok=True)
        with open(draft, "x", encoding="utf-8", opener=_private) as open_file:
            open_file.write(text)
            open_file.flush()
            os.fsync(open_file.fileno())
        draft.replace(file)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
