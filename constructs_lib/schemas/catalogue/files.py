"""Writes files with facts about services: sorted, one line for each field."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from constructs_lib.schemas import services_file
from constructs_lib.schemas.catalogue.facts import Facts


def text(services: Mapping[str, Facts]) -> str:
    """The content of a file: JSON in which each service begins a line with its name.

    :param services: the facts by the name of the service
    """
    entries = (f"{json.dumps(name)}: {_entry(services[name])}" for name in sorted(services))
    return "{\n" + ",\n".join(entries) + "\n}\n"


def load(path: Path) -> dict[str, Facts]:
    """All services of a file; none if there is no file.

    :raises OSError: if it cannot be read
    :raises ValueError: if it is no such file
    """
    if not path.exists():
        return {}
    file = services_file.read(path)
    found = {name: file.entry(name) or {} for name in file.names()}
    if json.loads(path.read_text(encoding="utf-8")) != found:
        raise ValueError("it is no file of services")
    return found


def write(path: Path, services: Mapping[str, Facts]) -> None:
    """Writes a file as a whole, or leaves the former one as it is.

    :raises OSError: if it cannot be written
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text(services))
        # A temporary file is for its owner only; this one belongs to the project.
        temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _entry(facts: Facts) -> str:
    lines = (f" {json.dumps(path)}: {json.dumps(fact)}" for path, fact in facts.items())
    return "{\n" + ",\n".join(lines) + "\n}"
