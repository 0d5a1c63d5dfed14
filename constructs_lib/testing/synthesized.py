"""Synthesise a stack in a test, and look at what it says."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from constructs_lib.constructs.synth import synthesis
from constructs_lib.testing.snapshot import document_without_noise
from constructs_lib.toolkit import App, TerraformStack
from constructs_lib.validation import Finding, ValidationFailed, render

StackSource: TypeAlias = Callable[..., Any] | TerraformStack
"""A stack to test: a function that takes an ``App`` and makes the stack in it, a class of stacks
that takes an ``App`` and a name, or a stack that has been made already."""

_DOCUMENT: Final = "cdk.tf.json"
_NAME: Final = "stack"
"""The name of a stack that is made from its class."""


class SynthesisFailed(AssertionError):
    """A stack cannot be synthesised; the message has all that is wrong with it."""

    findings: tuple[Finding, ...]
    """The findings of the checks before synth; none if the CDK refuses the stack."""

    def __init__(self, message: str, findings: Iterable[Finding] = ()) -> None:
        self.findings = tuple(findings)
        super().__init__(message)


class NamedValues(dict[str, Any]):
    """Values by name; a ``KeyError`` says which there are.

    :param kind: what they are, such as ``output``
    """

    def __init__(self, kind: str, values: Mapping[str, Any]) -> None:
        self._kind = kind
        super().__init__(values)

    def __missing__(self, name: str) -> Any:
        __tracebackhide__ = True
        known = ", ".join(sorted(self)) or "none"
        raise _NotThereError(f"there is no {self._kind} {name!r}; there are: {known}")


class _NotThereError(KeyError):
    """A ``KeyError`` whose message is a sentence."""

    def __str__(self) -> str:
        return str(self.args[0])


class Synthesized:
    """A synthesised stack: the document that Terraform reads.

    :param name: that of the stack
    :param document: the content of ``cdk.tf.json``
    :param warnings: what the checks before synth warn of
    """

    def __init__(self, name: str, document: dict[str, Any], warnings: Iterable[Finding]) -> None:
        self.name = name
        self.document = document
        self.warnings = tuple(warnings)

    def resource(self, type_: str, name: str) -> dict[str, Any]:
        """Return the arguments of a resource.

        :param type_: such as ``fivetranops_connection``
        :param name: its name in Terraform, which is the path of the construct, such as ``orders``
        :raises AssertionError: if there is none, with those that there are
        """
        __tracebackhide__ = True
        return self._block("resource", type_, name)

    def data(self, type_: str, name: str) -> dict[str, Any]:
        """Return the arguments of a data source, as :meth:`resource` does."""
        __tracebackhide__ = True
        return self._block("data", type_, name)

    def resources(self, type_: str) -> dict[str, dict[str, Any]]:
        """Return the arguments of all resources of a type, by name; empty without any."""
        found: dict[str, dict[str, Any]] = self.document.get("resource", {}).get(type_, {})
        return found

    @property
    def outputs(self) -> dict[str, Any]:
        """The values of the outputs, by name."""
        blocks: Mapping[str, Any] = self.document.get("output", {})
        values = {name: block.get("value") for name, block in blocks.items()}
        return NamedValues("output", values)

    @property
    def snapshot(self) -> str:
        """The document as text that stays the same until the stack changes.

        Without comments, backend and versions of the CDK and of this package: both CDKs give the
        same text.
        """
        return document_without_noise(self.document)

    def __repr__(self) -> str:
        return f"<Synthesized {self.name}>"

    def _block(self, kind: str, type_: str, name: str) -> dict[str, Any]:
        __tracebackhide__ = True
        blocks: Mapping[str, Any] = self.document.get(kind, {})
        found: dict[str, Any] | None = blocks.get(type_, {}).get(name)
        if found is None:
            there = sorted(f"{each}.{one}" for each in blocks for one in blocks[each])
            known = f"there are {', '.join(there)}" if there else "there are none"
            raise AssertionError(f"the stack has no {kind} {type_}.{name}; {known}")
        return found


def synthesize(stack: StackSource) -> Synthesized:
    """Synthesise a stack; its findings are assertion errors.

    :param stack: a function that takes an ``App``, a class of stacks, or a stack. A stack that has
        been made already is written into the folder of its own app
    :raises SynthesisFailed: with all errors and warnings, if one is an error
    """
    __tracebackhide__ = True
    with tempfile.TemporaryDirectory() as folder:
        return synthesize_into(stack, Path(folder))[0]


def synthesize_into(stack: StackSource, folder: Path) -> tuple[Synthesized, Path]:
    """Synthesise a stack; return it, and the folder that holds its document and providers.

    :param folder: the output directory of the app
    :raises SynthesisFailed: as :func:`synthesize`
    """
    __tracebackhide__ = True
    made = _made(stack, folder)
    app: Any = made.node.root
    try:
        app.synth()
    except ValidationFailed as failure:
        raise SynthesisFailed(render(failure.findings), failure.findings) from None
    except RuntimeError as error:
        # Its cause has the places in the CDK's own JavaScript.
        raise SynthesisFailed(str(error)) from None
    written = Path(app.outdir) / "stacks" / made.node.id
    if not (written / _DOCUMENT).is_file():
        raise SynthesisFailed(f"the synth wrote no {_DOCUMENT}: the kit reads JSON, not HCL")
    document = json.loads((written / _DOCUMENT).read_text(encoding="utf-8"))
    warnings = synthesis.of(made).all_findings()
    return Synthesized(made.node.id, document, warnings), written


def _made(stack: StackSource, folder: Path) -> TerraformStack:
    __tracebackhide__ = True
    if isinstance(stack, TerraformStack):
        return stack
    if not callable(stack):
        raise SynthesisFailed(
            "a stack to test is a function that takes an App, a class of stacks, or a stack, and "
            f"not a {type(stack).__name__}"
        )
    app = App(outdir=str(folder))
    made = stack(app, _NAME) if isinstance(stack, type) else stack(app)
    if isinstance(made, TerraformStack):
        return made
    found = [child for child in app.node.children if isinstance(child, TerraformStack)]
    if len(found) != 1:
        names = ", ".join(child.node.id for child in found) or "none"
        raise SynthesisFailed(
            f"one stack is tested at a time, and the function made {names}; return the one to test"
        )
    return found[0]
