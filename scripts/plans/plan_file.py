"""The file of a plan, with a note of what it was made from, so that only that is applied.

It is in the folder of the stack. A plan may hold values that are not for everybody, so only the
owner can read it, and it is deleted when it was applied.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

NAME: Final = "reviewed.tfplan"
_OWNER_ONLY: Final = 0o600


class PlanFile:
    """The plan of one environment.

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
            return f"the plan is one for {note.get('environment')}, not for {self._environment}"
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
        return {"environment": self._environment, "plan": plan, "sources": sources}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, text: str) -> None:
    path.touch(_OWNER_ONLY)
    path.chmod(_OWNER_ONLY)
    path.write_text(text, encoding="utf-8")
