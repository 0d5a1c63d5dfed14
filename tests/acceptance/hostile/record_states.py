"""Records the states of a schema version: what the real terraform writes, with fixed identifiers.

Run once when a version of the state's form is new, from the root of the project::

    python tests/acceptance/hostile/record_states.py VERSION

It makes ``states/VERSION/`` and refuses to touch one that is there.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

STATES = Path(__file__).with_name("states")
CONNECTION: dict[str, Any] = {
    "group_id": "sandbox_warehouse",
    "service": "aws_lambda",
    "config": {
        "schema": "erp_invoices",
        "region": "EU-Central-1",
        "tables": ["b", "a"],
        "reports": [{"name": "One", "days": 7}, {"name": "Two", "days": None}],
        "options": {"mode": "", "rows": 9007199254740993, "ratio": 0.25, "none": []},
        "Größe": "groß",
    },
    "config_wo": {"role_arn": "canary-role"},
    "sync_frequency": 1440,
    "daily_sync_time": "03:00",
    "paused": True,
    "destination_configuration": {"virtual_warehouse": "SMALL"},
    "external_secrets_keys_config": {"user": "a/B"},
    "timeouts": {"create": "5m"},
}
STATE: dict[str, Any] = {
    "state": {"page": 12, "since": "2026-01-31T12:00:00Z", "tables": {"a": 1.5}},
    "drift_policy": "enforce",
    "on_destroy": "restore",
}
IDENTIFIER = "pale_hydrogen"
"""What stands in the records in place of the identifier that the sandbox made up."""


def record(version: str) -> None:
    """Records both resources.

    :raises FileExistsError: if this version is recorded already
    """
    target = STATES / version
    target.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as directory:
        state, made = _applied(Path(directory))
    text = state.replace(made, IDENTIFIER)
    (target / "terraform.tfstate").write_text(text, encoding="utf-8")
    configs = {
        "fivetranops_connection": CONNECTION,
        "fivetranops_connection_state": {**STATE, "connection_id": IDENTIFIER},
    }
    text = json.dumps(configs, indent=2, ensure_ascii=False)
    (target / "configurations.json").write_text(text + "\n", encoding="utf-8")


def _applied(directory: Path) -> tuple[str, str]:
    """The state file after an apply, and the identifier of the connection in it."""
    tests = Path(__file__).parents[2]
    sys.path[:0] = [str(tests / "acceptance" / "fivetran"), str(tests / "driver")]
    from sandbox_server import serving
    from workspace import Workspace

    of_connection = {"connection_id": "${fivetranops_connection.one.id}"}
    resources = {
        "fivetranops_connection": {"one": CONNECTION},
        "fivetranops_connection_state": {"one": {**STATE, **of_connection}},
    }
    with serving(directory / "sandbox.sqlite3") as sandbox:
        workspace = Workspace(directory / "work", sandbox.url)
        text = json.dumps({"resource": resources})
        (workspace.directory / "resources.tf.json").write_text(text, encoding="utf-8")
        workspace.write("")
        workspace.run("apply", "-auto-approve", "-input=false")
        assert workspace.is_settled()
        state = (workspace.directory / "terraform.tfstate").read_text(encoding="utf-8")
        return state, str(sandbox.connections()[0]["id"])


if __name__ == "__main__":
    record(sys.argv[1])
