"""What happens to the constructs of an app at synth: all findings at once, then the delivery.

Each construct checks itself when it is made and leaves its findings here; nothing raises then.
``app.synth()`` of the user's own ``App`` first reports the findings of the whole tree. With an
error among them it raises ``ValidationFailed``, a ``SystemExit``, and nothing is written. Without,
it synthesises as ever, and then plants the provider beside each stack that has one.

Where the CDK is driven another way, as by its ``Testing``, a validation on each stack refuses it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from constructs_lib import toolkit
from constructs_lib.constructs import accounts, delivery, stack_rules
from constructs_lib.constructs.imports import Imports
from constructs_lib.constructs.together import Together
from constructs_lib.validation import ConstructPlace, Finding, ValidationFailed, errors, render


class StackSynthesis:
    """What is known of the constructs of one stack."""

    def __init__(self, stack: toolkit.TerraformStack, identifiers: dict[str, Any]) -> None:
        self.findings: list[Finding] = []
        """What the constructs found out about themselves."""
        self.providers: list[stack_rules.ProviderFacts] = []
        self.resources: list[stack_rules.ResourceFacts] = []
        self.relations: list[accounts.Relation] = []
        """Which construct is about which other one."""
        self.addresses: dict[str, Any] = {}
        """The constructs by the addresses of their resources."""
        self.exports: dict[str, str] = {}
        """The references to attributes, by the names under which other stacks would get them."""
        self.identifiers = identifiers
        """The constructs of the whole app by the tokens of their identifiers."""
        self.stack = stack
        self.path: str = stack.node.path
        self._imports: Imports | None = None
        self._together: Together | None = None
        stack.node.add_validation(_Validation(self))

    def place(self, construct: toolkit.Construct, scope: Any, id_: str) -> ConstructPlace:
        """The place of a construct for findings."""
        # Asking the CDK takes two calls into Node, so the common case is put together here.
        return ConstructPlace(
            f"{self.path}/{id_}" if scope is self.stack and "/" not in id_ else construct.node.path
        )

    def import_resource(self, address: str, identifier: str) -> None:
        """Have Terraform take over what exists already, by an ``import`` block of the stack."""
        if self._imports is None:
            self._imports = Imports(self.stack)
        self._imports.blocks.append({"to": address, "id": identifier})

    @property
    def together(self) -> Together:
        """The resources that are written together."""
        if self._together is None:
            self._together = Together(self.stack)
        return self._together

    def make_all(self) -> None:
        """Makes each resource one of the CDK, for whoever looks at all elements of the stack."""
        if self._together is not None:
            self._together.make_all()

    def all_findings(self) -> list[Finding]:
        """The findings of the constructs, and those of the stack as a whole."""
        found = self.findings + stack_rules.findings(self.providers, self.resources)
        return [*found, *accounts.findings(self.relations)]

    def deliver(self, outdir: Path) -> None:
        """Plant the providers of this stack in its output directory."""
        names = sorted({provider.kind.name for provider in self.providers})
        if names:
            delivery.plant(outdir / "stacks" / str(self.stack.node.id), providers=names)


class AppSynthesis:
    """The synth of one app."""

    def __init__(self, app: toolkit.App) -> None:
        self.stacks: list[StackSynthesis] = []
        self.identifiers: dict[str, Any] = {}
        """The constructs by the tokens of their identifiers, which may cross the stacks."""
        self._app = app

    def run(self, synth: Callable[[], None]) -> None:
        """Check, synthesise, deliver.

        :param synth: the synth of the CDK
        :raises ValidationFailed: with all findings, if one of them is an error
        """
        findings = [finding for stack in self.stacks for finding in stack.all_findings()]
        if errors(findings):
            raise ValidationFailed(findings)
        if findings:
            sys.stderr.write(render(findings) + "\n")
        self._show_to_aspects()
        synth()
        for stack in self.stacks:
            stack.deliver(Path(self._app.outdir))

    def _show_to_aspects(self) -> None:
        """Aspects look at each resource, so there must be one where some are. The CDK asks those of
        a stack and of what stands in it, and none of the app.
        """
        for stack in self.stacks:
            if toolkit.Aspects.of(stack.stack).all:
                stack.make_all()


_STACKS: WeakKeyDictionary[Any, StackSynthesis] = WeakKeyDictionary()
_APPS: WeakKeyDictionary[Any, AppSynthesis] = WeakKeyDictionary()


def of(scope: toolkit.IConstruct) -> StackSynthesis:
    """The synthesis of the stack in which a construct stands.

    :param scope: the construct, or the stack itself
    """
    stack = scope if isinstance(scope, toolkit.TerraformStack) else toolkit.TerraformStack.of(scope)
    if stack not in _STACKS:
        app = _app_of(stack)
        _STACKS[stack] = StackSynthesis(stack, app.identifiers)
        app.stacks.append(_STACKS[stack])
    return _STACKS[stack]


def _app_of(stack: toolkit.TerraformStack) -> AppSynthesis:
    app: Any = stack.node.root
    if app not in _APPS:
        _APPS[app] = AppSynthesis(app)
        if isinstance(app, toolkit.App):
            _take_over(app, _APPS[app])
    return _APPS[app]


def _take_over(app: toolkit.App, synthesis: AppSynthesis) -> None:
    original = app.synth
    # The method is replaced on the user's own app: a subclass would have to be known to the user.
    setattr(app, "synth", lambda: synthesis.run(original))  # noqa: B010


@toolkit.implements(toolkit.IValidation)
class _Validation:
    """Refuses a stack with errors where the CDK validates it by itself."""

    def __init__(self, stack: StackSynthesis) -> None:
        self._stack = stack

    def validate(self) -> list[str]:
        """The messages about this stack; none if it is in order."""
        findings = self._stack.all_findings()
        return [render(findings)] if errors(findings) else []
