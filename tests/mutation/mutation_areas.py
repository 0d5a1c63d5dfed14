"""The areas of the code in which mutants are made, and the tests that must kill them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
BACKEND = "constructs_lib/backend"
UNIT = "tests/unit/backend"
FAULTS = ("tests/faults/test_fault_matrix.py",)


class Area(NamedTuple):
    """Modules that are mutated together."""

    modules: tuple[str, ...]
    """Patterns below the project's folder."""
    tests: tuple[str, ...]
    """The unit tests of the same folder: files and folders below the project's folder."""
    has_faults: bool = False
    """Whether the tests of faults strike this code, too."""

    def files(self, only: str = "") -> list[str]:
        """Return the modules, as paths below the project's folder.

        :param only: a pattern that is in the path, such as ``journal/|recovery``; empty for all
        """
        found = {path for pattern in self.modules for path in ROOT.glob(pattern)}
        names = sorted(str(path.relative_to(ROOT)) for path in found)
        return [n for n in names if re.search(only, n) and not n.endswith("__init__.py")]


AREAS = {
    "state": Area(
        (f"{BACKEND}/fivetran/connection_state/*.py",),
        (f"{UNIT}/fivetran/connection_state", f"{UNIT}/fivetran/test_planned_effects.py"),
        has_faults=True,
    ),
    "journal": Area(
        (f"{BACKEND}/fivetran/journal/*.py", f"{BACKEND}/fivetran/recovery.py"),
        (
            f"{UNIT}/fivetran/journal",
            f"{UNIT}/fivetran/connection_state",
            *(f"{UNIT}/fivetran/test_recovery{more}.py" for more in ("", "_creations", "_reports")),
            f"{UNIT}/fivetran/connection/test_creation.py",
            f"{UNIT}/fivetran/connection/test_creation_search.py",
        ),
        has_faults=True,
    ),
    "retries": Area(
        (
            f"{BACKEND}/http/attempts.py",
            f"{BACKEND}/http/deadline.py",
            f"{BACKEND}/fivetran/api/exchange.py",
        ),
        (
            f"{UNIT}/http",
            f"{UNIT}/fivetran/api/test_client_retries.py",
            f"{UNIT}/fivetran/api/test_client_responses.py",
            f"{UNIT}/fivetran/api/test_client.py",
            f"{UNIT}/fivetran/api/test_exchange.py",
            f"{UNIT}/fivetran/api/test_rate_limiter.py",
        ),
        has_faults=True,
    ),
    "creation": Area(
        (f"{BACKEND}/fivetran/connection/creation*.py",),
        (f"{UNIT}/fivetran/connection",),
        has_faults=True,
    ),
    "request": Area(
        (
            f"{BACKEND}/managed_object/response.py",
            f"{BACKEND}/managed_object/model.py",
            f"{BACKEND}/fivetran/connection/request.py",
            f"{BACKEND}/fivetran/connection/model.py",
        ),
        (f"{UNIT}/managed_object", f"{UNIT}/fivetran/connection"),
    ),
    "drift": Area(
        (f"{BACKEND}/managed_object/drift.py", f"{BACKEND}/managed_object/equivalence.py"),
        (f"{UNIT}/managed_object", f"{UNIT}/fivetran/connection"),
    ),
    "secrets": Area(
        (
            f"{BACKEND}/managed_object/secret_tracking.py",
            f"{BACKEND}/managed_object/checks.py",
            f"{BACKEND}/fivetran/connection/secrets.py",
        ),
        (f"{UNIT}/managed_object", f"{UNIT}/fivetran/connection"),
    ),
    "reads": Area(
        (f"{BACKEND}/fivetran/api/batched_reader.py",),
        (f"{UNIT}/fivetran/api",),
    ),
    "redaction": Area(
        (
            "constructs_lib/schemas/redaction.py",
            f"{BACKEND}/http/redaction.py",
            f"{BACKEND}/http/secret_matching.py",
            f"{BACKEND}/fivetran/api/quoted_texts.py",
        ),
        (
            f"{UNIT}/http",
            f"{UNIT}/fivetran/api/test_quoted_settings.py",
            "tests/unit/schemas/test_schema_masks.py",
            "tests/unit/schemas/test_terminal_text.py",
            "tests/unit/schemas/test_values_in_messages.py",
        ),
    ),
    "planner": Area(
        (f"{BACKEND}/plugin/planning/*.py",),
        (f"{UNIT}/plugin/planning", f"{UNIT}/plugin/protocol"),
    ),
    "consistency": Area(
        (f"{BACKEND}/plugin/consistency/*.py",),
        (f"{UNIT}/plugin/consistency", f"{UNIT}/plugin/protocol"),
    ),
}
