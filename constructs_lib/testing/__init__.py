"""A test kit for people who write stacks: synthesise, deploy to a sandbox, look at what was sent.

pytest finds the fixtures by itself (:mod:`constructs_lib.testing.plugin`): ``deploy``,
``fivetran_sandbox`` and ``elastic_sandbox``. ``synthesize`` needs no fixture::

    def test_pipelines_settle(deploy):
        assert deploy(pipelines).plan().is_empty

Nothing here reaches an account: every provider of this package is pointed at a sandbox on the
loopback address, whatever the stack says.

The names in ``__all__`` are imported on first use, so that a run of pytest that uses none of them
loads neither the CDK nor the sandbox.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from constructs_lib.testing.deployment import Deploy, Deployment
    from constructs_lib.testing.sandboxes import ElasticSandbox, FivetranSandbox
    from constructs_lib.testing.served_sandbox import Request, SandboxRefused
    from constructs_lib.testing.synthesized import (
        StackSource,
        SynthesisFailed,
        Synthesized,
        synthesize,
    )
    from constructs_lib.testing.terraform import DeployFailed, Diagnostic, Plan

__all__ = [
    "Deploy",
    "DeployFailed",
    "Deployment",
    "Diagnostic",
    "ElasticSandbox",
    "FivetranSandbox",
    "Plan",
    "Request",
    "SandboxRefused",
    "StackSource",
    "SynthesisFailed",
    "Synthesized",
    "synthesize",
]

_MODULES = {
    "Deploy": "deployment",
    "Deployment": "deployment",
    "DeployFailed": "terraform",
    "Diagnostic": "terraform",
    "Plan": "terraform",
    "Request": "served_sandbox",
    "ElasticSandbox": "sandboxes",
    "FivetranSandbox": "sandboxes",
    "SandboxRefused": "served_sandbox",
    "StackSource": "synthesized",
    "SynthesisFailed": "synthesized",
    "Synthesized": "synthesized",
    "synthesize": "synthesized",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
