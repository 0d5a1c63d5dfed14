"""A stack under the real Terraform, deployed to sandboxes, and what that did."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from constructs_lib.testing.prepared import Inputs, Prepared, SandboxOf, prepare
from constructs_lib.testing.served_sandbox import Request, ServedSandbox
from constructs_lib.testing.snapshot import deploy_without_noise, named, transcript
from constructs_lib.testing.synthesized import NamedValues, StackSource, Synthesized
from constructs_lib.testing.terraform import DeployFailed, Plan, Terraform

_HAS_CHANGES: Final = 2
"""The exit status of a plan that is not empty."""

DeploymentT = TypeVar("DeploymentT", bound="Deployment")


class Deploy(Protocol):
    """The type of the fixture ``deploy``: it deploys a stack, and returns the deployment."""

    def __call__(
        self,
        stack: StackSource,
        variables: Mapping[str, Any] | None = None,
        *,
        other_providers: Collection[str] = (),
    ) -> Deployment:
        """Deploy a stack; the parameters are those of :class:`Deployment`."""
        ...


class Deployment:
    """A working directory of Terraform with one stack, and what deploying it did.

    :param stack: what to deploy: a function that takes an ``App``, a class of stacks, or a stack
    :param sandboxes: the sandboxes, or a function that returns that of a provider
    :param variables: the values of Terraform's variables, by name
    :param other_providers: the names of the providers that are not of this package and that
        Terraform may run, such as ``random``: they are not pointed at any sandbox
    :param folder: the folder to work in, which must not exist; None makes a temporary one, which
        :meth:`close` deletes
    :raises DeployFailed: if the variables are no mapping, or the other providers a single text
    """

    def __init__(
        self,
        stack: StackSource,
        *,
        sandboxes: Sequence[ServedSandbox] | SandboxOf,
        variables: Mapping[str, Any] | None = None,
        other_providers: Collection[str] = (),
        folder: Path | None = None,
    ) -> None:
        __tracebackhide__ = True
        _check_types(variables, other_providers)
        self._sandbox_of = sandboxes if callable(sandboxes) else _one_of(sandboxes)
        self._inputs = Inputs(dict(variables or {}), frozenset(other_providers))
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory()
            folder = Path(self._temporary.name)
        self.folder = folder
        """The folder that holds everything; Terraform works in ``work`` below it."""
        self.requests: list[Request] = []
        """The requests of the last deploy or destroy, plan included, one API after the other."""
        self.planned: Plan | None = None
        """The plan of the last deploy or destroy; None before the first."""
        self._stack = stack
        self._prepared: Prepared | None = None
        self._initialised_for: Any = None
        self._names: dict[str, str] = {}
        self._shown: dict[str, Any] | None = None
        self._plans = 0

    def deploy(self: DeploymentT, stack: StackSource | None = None) -> DeploymentT:
        """Plan and apply the stack, as it is or changed, and return this deployment.

        :param stack: what it is from now on; None leaves it as it is
        :raises SynthesisFailed: if it cannot be synthesised
        :raises DeployFailed: if Terraform reports errors, or cannot run it
        """
        __tracebackhide__ = True
        terraform = self._terraform(stack)
        with self._recording():
            self.planned = self._plan(terraform)
            terraform.run("apply", "-input=false", "-json", self.planned.file.name)
        return self

    def plan(self, stack: StackSource | None = None) -> Plan:
        """Return the plan of what a deploy would do now; nothing is changed by it.

        :param stack: what the stack is from now on; None leaves it as it is
        :raises SynthesisFailed: if it cannot be synthesised
        :raises DeployFailed: if Terraform reports errors, or cannot run it
        """
        __tracebackhide__ = True
        return self._plan(self._terraform(stack))

    def destroy(self) -> None:
        """Destroy what the stack made.

        :raises DeployFailed: if Terraform reports errors
        """
        __tracebackhide__ = True
        terraform = self._terraform(None)
        with self._recording():
            self.planned = self._plan(terraform, "-destroy")
            terraform.run("apply", "-input=false", "-json", self.planned.file.name)

    @property
    def synthesized(self) -> Synthesized:
        """The stack as it was deployed or planned last.

        :raises DeployFailed: if it was not yet
        """
        __tracebackhide__ = True
        return self._now.synthesized

    @property
    def writes(self) -> list[Request]:
        """The requests of the last deploy or destroy other than ``GET``."""
        return [request for request in self.requests if request.writes]

    @property
    def transcript(self) -> list[str]:
        """The writes as lines with names in place of identifiers, the same in every run.

        A connection has the name of its schema, as in ``DELETE /v1/connections/{orders}``. The
        lines about one connection have their order, the connections that of their names.
        """
        return transcript(self.writes, self._names)

    @property
    def outputs(self) -> dict[str, Any]:
        """The values of the outputs, by name; sensitive ones, too."""
        found = self._values().get("outputs", {})
        return NamedValues("output", {name: each["value"] for name, each in found.items()})

    @property
    def state(self) -> dict[str, dict[str, Any]]:
        """The attributes of each resource and data source, by address."""
        found = dict(_resources(self._values().get("root_module", {})))
        return NamedValues("resource or data source", found)

    @property
    def snapshot(self) -> str:
        """What the last deploy planned, sent and put out, as text that is the same in every run."""
        changes = self.planned.changes if self.planned else {}
        outputs = {n: o for n, o in self._values().get("outputs", {}).items() if not o["sensitive"]}
        values = {name: output["value"] for name, output in outputs.items()}
        text = deploy_without_noise(changes, self.transcript, values)
        urls = {sandbox.url: f"({name})" for name, sandbox in self._now.sandboxes.items()}
        for found, shown in {**urls, str(self.folder): "(folder)"}.items():
            text = text.replace(found, shown)
        return named(text, self._names)

    def close(self) -> None:
        """Delete the folder, if it is a temporary one."""
        if self._temporary is not None:
            self._temporary.cleanup()

    def __enter__(self: DeploymentT) -> DeploymentT:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Deployment in {self.folder}>"

    @property
    def _now(self) -> Prepared:
        __tracebackhide__ = True
        if self._prepared is None:
            raise DeployFailed("nothing has been deployed or planned yet")
        return self._prepared

    def _terraform(self, stack: StackSource | None) -> Terraform:
        """Return Terraform in a working directory that has the stack, and is initialised."""
        __tracebackhide__ = True
        if stack is not None or self._prepared is None:
            self._stack = self._stack if stack is None else stack
            self._prepared = prepare(self._stack, self.folder, self._sandbox_of, self._inputs)
            if self._inputs.other_providers:
                # Preparing has put back the lock file, which knows nothing of them.
                self._initialised_for = None
        document = self._prepared.synthesized.document
        needed = document.get("terraform", {}).get("required_providers"), document.get("module")
        if needed != self._initialised_for:
            self._prepared.terraform.run("init", "-input=false", "-no-color")
            self._initialised_for = needed
        return self._prepared.terraform

    def _plan(self, terraform: Terraform, *more: str) -> Plan:
        __tracebackhide__ = True
        self._plans += 1
        file = terraform.folder / f"{self._plans}.tfplan"
        options = ("-input=false", "-detailed-exitcode", f"-out={file.name}", "-json", *more)
        return Plan(file, terraform.run("plan", *options, allowed=(0, _HAS_CHANGES)), terraform)

    @contextmanager
    def _recording(self) -> Iterator[None]:
        """Take what the block asks the sandboxes for as the requests of this deployment."""
        __tracebackhide__ = True
        sandboxes = self._now.sandboxes.values()
        before = [(sandbox, sandbox.last_number()) for sandbox in sandboxes]
        self._note_names()
        try:
            yield
        finally:
            self._shown = None
            self._note_names()
            self.requests = [
                request for sandbox, number in before for request in sandbox.requests_after(number)
            ]

    def _note_names(self) -> None:
        # What a deploy deletes has a name all the same.
        for sandbox in self._now.sandboxes.values():
            self._names |= sandbox.names()

    def _values(self) -> dict[str, Any]:
        __tracebackhide__ = True
        if self._shown is None:
            self._shown = self._now.terraform.json().get("values", {})
        return self._shown


def _check_types(variables: Any, other_providers: Any) -> None:
    __tracebackhide__ = True
    if not (variables is None or isinstance(variables, Mapping)):
        found = type(variables).__name__
        raise DeployFailed(f'variables are a mapping such as {{"key": "value"}}, not {found}')
    if isinstance(other_providers, str):
        raise DeployFailed(
            f"other_providers is a list of names: other_providers=[{other_providers!r}]"
        )


def _one_of(sandboxes: Sequence[ServedSandbox]) -> SandboxOf:
    by_provider = {sandbox.PROVIDER: sandbox for sandbox in sandboxes}

    def found(provider: str) -> ServedSandbox:
        __tracebackhide__ = True
        if provider not in by_provider:
            raise DeployFailed(f"the stack has the provider {provider}; give a sandbox for it, too")
        return by_provider[provider]

    return found


def _resources(module: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in module.get("resources", ()):
        yield resource["address"], resource["values"]
    for child in module.get("child_modules", ()):
        yield from _resources(child)
