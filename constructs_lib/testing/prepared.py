"""What a stack needs before Terraform may run it in a test.

Each provider of this package is pointed at a sandbox, and the state is kept in the working
directory (:mod:`constructs_lib.testing.isolation`). So no test reaches an account, or a state that
others share, whatever the stack says.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from constructs_lib.schemas.catalogue import service_facts
from constructs_lib.testing import terraform
from constructs_lib.testing.isolation import isolate, own_providers
from constructs_lib.testing.served_sandbox import ServedSandbox
from constructs_lib.testing.synthesized import StackSource, Synthesized, synthesize_into
from constructs_lib.testing.terraform import DeployFailed, Terraform

SandboxOf: TypeAlias = Callable[[str], ServedSandbox]
"""Returns the sandbox for the provider of a name, such as ``fivetranops``."""

_OF_A_REAL_DEPLOY: Final = shutil.ignore_patterns(".terraform", "terraform.tfstate*")
"""What Terraform leaves in the folder of a stack, if somebody deploys it from there."""
_CONFIGURATION: Final = (".tf", ".tf.json")
_DOCUMENT: Final = "cdk.tf.json"
_VARIABLE: Final = "TF_VAR_"


class Inputs(NamedTuple):
    """What a test gives to a stack."""

    variables: Mapping[str, Any]
    """The values of Terraform's variables, by name."""
    other_providers: Collection[str]
    """The names of the providers that are not of this package and may run."""


class Prepared(NamedTuple):
    """A stack that Terraform can run."""

    synthesized: Synthesized
    sandboxes: dict[str, ServedSandbox]
    """The sandboxes by the names of the providers."""
    terraform: Terraform


def prepare(stack: StackSource, folder: Path, sandbox_of: SandboxOf, inputs: Inputs) -> Prepared:
    """Synthesise a stack, and make a working directory of Terraform from it.

    What is in the working directory from an earlier time, as its state, stays.

    :param folder: the folder of the deployment; it may hold earlier forms of the stack
    :raises SynthesisFailed: if the stack cannot be synthesised
    :raises DeployFailed: if it lacks a variable, or could work on what is real
    """
    __tracebackhide__ = True
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    synthesized, written = synthesize_into(stack, folder / "cdktf.out")
    _refuse_other_files(written)
    document = json.loads(json.dumps(synthesized.document))
    own = own_providers(document, inputs.other_providers)
    sandboxes = {provider: sandbox_of(provider) for provider in sorted({*own.values()})}
    isolate(document, own, sandboxes)
    work = folder / "work"
    shutil.copytree(written, work, dirs_exist_ok=True, ignore=_OF_A_REAL_DEPLOY)
    (work / _DOCUMENT).write_text(json.dumps(document, indent=2), encoding="utf-8")
    variables = document.get("variable", {})
    environ = terraform.environment(_environment(variables, sandboxes, inputs.variables))
    sensitive = (name for name, each in variables.items() if each.get("sensitive"))
    secrets = [environ.get(_VARIABLE + name, "") for name in sensitive]
    return Prepared(synthesized, sandboxes, Terraform(work, environ, secrets))


def _refuse_other_files(written: Path) -> None:
    """Refuse configuration that Terraform would read, and the kit does not."""
    __tracebackhide__ = True
    found = sorted(each.name for each in written.iterdir() if each.name.endswith(_CONFIGURATION))
    if others := [name for name in found if name != _DOCUMENT]:
        raise DeployFailed(
            f"{written} has configuration that the kit cannot point at a sandbox: "
            f"{', '.join(others)}. Remove it, or give a function that makes the stack"
        )


def _environment(
    declared: Mapping[str, Any], sandboxes: Mapping[str, ServedSandbox], given: Mapping[str, Any]
) -> dict[str, str]:
    __tracebackhide__ = True
    if unknown := sorted(set(given) - set(declared)):
        known = ", ".join(sorted(declared)) or "none"
        raise DeployFailed(f"the stack has no variable {', '.join(unknown)}; it has {known}")
    missing = sorted(_without_value(declared, given))
    if missing:
        values = ", ".join(f'"{name}": …' for name in missing)
        raise DeployFailed(f"the stack needs values of variables: variables={{{values}}}")
    found = {_VARIABLE + name: _text(value) for name, value in given.items()}
    if services := service_facts.project_path():
        # The provider works in another folder than the test, and would not find it.
        found[service_facts.VARIABLE] = str(Path(services).absolute())
    for sandbox in sandboxes.values():
        found |= sandbox.environment()
    return found


def _without_value(declared: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[str]:
    for name, variable in declared.items():
        if "default" not in variable and name not in given and _VARIABLE + name not in os.environ:
            yield name


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
