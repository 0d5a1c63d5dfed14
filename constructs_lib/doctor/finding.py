"""What the doctor finds, and where it looks."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

Verdict = Literal["ok", "skipped", "warning", "error"]

_PATIENCE = 60.0


class Finding(NamedTuple):
    """The outcome of one check."""

    check: str
    """What was looked at, in one or two words."""
    verdict: Verdict
    """``skipped`` is what need not be there; only ``error`` stands in the way of a deploy."""
    found: str
    """What is there. It never holds a secret."""
    remedy: str = ""
    """What to do about it; empty if nothing has to be done."""


class Machine(NamedTuple):
    """The machine as a command in this folder sees it."""

    environ: Mapping[str, str]
    home: Path
    folder: Path
    """The working directory."""

    @classmethod
    def this(cls) -> Machine:
        """The machine of this process."""
        return cls(dict(os.environ), Path.home(), Path.cwd())

    def program(self, name: str) -> str | None:
        """The path of a program, as a shell finds it, or in the project's ``node_modules``."""
        path = self.environ.get("PATH", os.defpath)
        bin_ = self.folder / "node_modules" / ".bin"
        return shutil.which(name, path=os.pathsep.join([path, str(bin_)]))

    def output(self, *command: str) -> str | None:
        """What a program prints to its standard output; None if it fails or is too slow."""
        quiet = {"CHECKPOINT_DISABLE": "1", "DISABLE_VERSION_CHECK": "1"}
        try:
            done = subprocess.run(  # noqa: S603 (programs that were looked up)
                command,
                cwd=self.folder,
                env={**self.environ, **quiet},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None
