"""The files of plans, and a note that lets ``apply`` apply only the plan that was reviewed.

They are in the folder of the stack. A plan may hold values that are not for everybody, so only the
owner can read it, and it is deleted when it was applied.

The plan of a deploy or a destroy that asks has a file of its own, without a note: whatever becomes
of the question, ``apply`` cannot take it for a reviewed one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

NAME: Final = "reviewed.tfplan"
_OWNER_ONLY: Final = 0o600
_UNCONFIRMED: Final = "unconfirmed-"
_REVIEWABLE: Final = "plan"
"""The action whose plan may be applied later."""


class PlanFile:
    """The plan of one environment that ``plan`` makes, and ``apply`` applies.

    :param folder: the folder of its stack, in which Terraform works
    :param environment: the name of the environment
    :param sources: the files from which the plan is made; one may be missing
    """

    def __init__(self, folder: Path, environment: str, sources: Sequence[Path]) -> None:
        self.path = folder / NAME
        self.summary = folder / f"{NAME}.txt"
        self._note = folder / f"{NAME}.json"
        self._environment, self._sources = environment, sources

    def keep(self, summary: str) -> None:
        """Note what the plan was made from, and its summary."""
        self.path.chmod(_OWNER_ONLY)
        _write(self.summary, summary)
        _write(self._note, json.dumps(self._made_from(), indent=2))

    def problem(self) -> str:
        """Return why the plan must not be applied; empty if it may be."""
        try:
            note = json.loads(self._note.read_text(encoding="utf-8"))
            made_from = self._made_from()
        except (OSError, ValueError):
            return f"there is no plan for {self._environment}"
        if note.get("environment") != self._environment:
            return f"the plan is for {note.get('environment')}, not for {self._environment}"
        if note.get("action") != _REVIEWABLE:
            return f"the plan in {self.path} was not made by 'make plan'"
        if note.get("plan") != made_from["plan"]:
            return f"{self.path} is not the file that was reviewed"
        if note != made_from:
            return f"the settings of {self._environment} have changed since the plan was made"
        return ""

    def remove(self) -> None:
        """Delete the plan, its note and its summary."""
        for path in (self.path, self._note, self.summary):
            path.unlink(missing_ok=True)

    def _made_from(self) -> dict[str, Any]:
        sources = {str(path): _digest(path) for path in self._sources if path.is_file()}
        plan = _digest(self.path)
        return {
            "action": _REVIEWABLE,
            "environment": self._environment,
            "plan": plan,
            "sources": sources,
        }


class UnconfirmedPlan:
    """The plan of a deploy or a destroy that asks: that of this process alone.

    :param folder: the folder of the stack, in which Terraform works
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{_UNCONFIRMED}{os.getpid()}.tfplan"

    def remove(self) -> None:
        """Delete the plan, and those of processes that were killed."""
        for path in self.path.parent.glob(f"{_UNCONFIRMED}*.tfplan"):
            if path == self.path or not _is_alive(path.stem.removeprefix(_UNCONFIRMED)):
                path.unlink(missing_ok=True)


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        pass
    return True


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, text: str) -> None:
    path.touch(_OWNER_ONLY)
    path.chmod(_OWNER_ONLY)
    path.write_text(text, encoding="utf-8")
