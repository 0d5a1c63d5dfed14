from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, Synth

from constructs_lib import Connection, FivetranProvider
from constructs_lib.toolkit import App, TerraformStack


@pytest.fixture
def outdir(tmp_path: Path) -> Path:
    return tmp_path / "cdktf.out"


@pytest.fixture
def app(outdir: Path) -> App:
    return App(outdir=str(outdir))


@pytest.fixture
def bare_stack(app: App) -> TerraformStack:
    """A stack with nothing in it."""
    return TerraformStack(app, "demo")


@pytest.fixture
def stack(bare_stack: TerraformStack) -> TerraformStack:
    """A stack with a provider for the sandbox."""
    FivetranProvider(bare_stack, "fivetran", api_url="sandbox")
    return bare_stack


@pytest.fixture
def synth(app: App, outdir: Path) -> Synth:
    """Synthesises the app and returns the document of the stack ``demo``."""

    def run() -> dict[str, Any]:
        app.synth()
        path = outdir / "stacks" / "demo" / "cdk.tf.json"
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return document

    return run


@pytest.fixture
def connect(stack: TerraformStack) -> Connect:
    """Makes a valid connection in the stack; parameters may be replaced."""

    def make(id_: str = "orders", **parameters: Any) -> Connection:
        valid: dict[str, Any] = {
            "group_id": "group",
            "service": "postgres",
            "config": {"schema_prefix": id_},
        }
        scope = parameters.pop("scope", stack)
        return Connection(scope, id_, **{**valid, **parameters})

    return make
