"""The synth of an app: all findings at once, then the documents, then the delivery of providers.

Each construct checks itself when it is made and leaves its findings here; nothing raises then.
``app.synth()`` of the user's own ``App`` first reports the findings of the whole tree. With an
error among them it raises ``ValidationFailed``, a ``SystemExit``, and nothing is written. Without
one it synthesises as usual. Errors that an Aspect makes then are reported too, and that stack is
not written. The synthesizer of each stack plants the provider next to its document.

Where the CDK is driven another way, as by its ``Testing``, the stack refuses to be written: a
``RuntimeError`` with the same report.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from constructs_lib import toolkit
from constructs_lib.constructs.base.expressions import hcl_attribute, is_hcl
from constructs_lib.constructs.rules.accounts import AccountRelation, check_accounts
from constructs_lib.constructs.rules.stack import (
    ProviderFacts,
    ResourceFacts,
    check_stack,
    check_triggers,
)
from constructs_lib.constructs.synth import bulk_resources, delivery, hcl_document
from constructs_lib.constructs.synth.bulk_resources import BulkResources
from constructs_lib.validation import ConstructPlace, Finding, ValidationFailed, errors, render

_ID = "ImportsOfConnectionsAsCode"


class ImportBlocks(toolkit.TerraformElement):
    """All ``import`` and ``moved`` blocks that the constructs of one stack ask for.

    The CDK's own ``import_from`` runs ``terraform version`` once for each imported resource, and
    that takes longer than all the rest of the synth.
    """

    def __init__(self, stack: toolkit.TerraformStack) -> None:
        self.blocks: list[dict[str, Any]] = []
        """The imports: ``to``, the address of the resource, and ``id`` or ``identity``."""
        self.moves: list[dict[str, str]] = []
        """The moves: ``from`` and ``to``, both addresses."""
        super().__init__(stack, _ID)

    def to_terraform(self) -> Any:
        """Return the blocks as a part of the stack's document."""
        return _without_empty({"import": self.blocks, "moved": self.moves})

    def to_hcl_terraform(self) -> Any:
        """Return the blocks for ``cdktf synth --hcl``."""
        imports, moves = ([*map(self._in_hcl, blocks)] for blocks in (self.blocks, self.moves))
        return _without_empty({"import": imports, "moved": moves})

    def _in_hcl(self, block: dict[str, Any]) -> dict[str, Any]:
        kinds = {"from": "reference", "to": "reference", "id": "string"}
        simple = {
            name: {"value": value, "type": "simple", "storageClassType": kinds[name]}
            for name, value in block.items()
            if name in kinds
        }
        if "identity" not in block:
            return simple
        return {**simple, "identity": hcl_attribute(toolkit.resolved(block["identity"], self))}


def _without_empty(blocks: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: each for name, each in blocks.items() if each}


_BY_IDENTITY: Final = (1, 12)
"""The first Terraform that imports by identity."""
_TERM = re.compile(r"(=|!=|>=?|<=?|~>|)\s*v?(\d+(?:\.\d+)*)")


class RequiredVersion(toolkit.TerraformElement):
    """The least Terraform that a stack needs, for what an older one does not know.

    It is written as ``terraform.required_version``, so that an older one says so, and nothing else.
    What an override of the stack requires is kept.
    """

    def __init__(self, stack: toolkit.TerraformStack) -> None:
        self.least: tuple[int, ...] = ()
        """The version, such as ``(1, 14)``."""
        self._stack = stack
        super().__init__(stack, "VersionOfConnectionsAsCode")

    def check(self) -> Iterator[Finding]:
        """Report the rule ``terraform-version``: the stack excludes no version that it needs."""
        own, wanted = _OVERRIDES.get(self._stack, ""), ".".join(map(str, self.least))
        if any(_excludes(term, self.least) for term in _terms(own)):
            found = f"required_version {own!r} in a stack with actions or an import by identity"
            allowed = (
                f"a constraint that {wanted} meets: older versions of Terraform do not support them"
            )
            place, hint = ConstructPlace(self._stack.node.path), f"require >= {wanted}"
            at = "/terraform/required_version"
            yield Finding("terraform-version", "error", place, at, found, allowed, hint)

    def to_terraform(self) -> Any:
        """Return the version as a part of the stack's document."""
        own, wanted = _OVERRIDES.get(self._stack, ""), ".".join(map(str, self.least))
        if not own:
            return {"terraform": {"required_version": f">= {wanted}"}}
        if not any(_ensures(term, self.least) for term in _terms(own)):
            # The CDK merges an override over what elements say, so this has to be one as well.
            _ADD_OVERRIDE(self._stack, _REQUIRED_VERSION, f"{own}, >= {wanted}")
        return {}

    def to_hcl_terraform(self) -> Any:
        """Return nothing: ``hcl_document`` makes the file of what is above."""
        return {}


_REQUIRED_VERSION: Final = "terraform.required_version"
_OVERRIDES: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
"""What stacks require by an override, which the CDK does not tell."""
_ADD_OVERRIDE: Final[Callable[[Any, str, Any], None]] = toolkit.TerraformStack.add_override


@functools.wraps(_ADD_OVERRIDE)
def _add_override(stack: Any, path: str, value: Any) -> None:
    _ADD_OVERRIDE(stack, path, value)
    if path == "terraform" and isinstance(value, Mapping):
        _OVERRIDES[stack] = str(value.get("required_version") or "")
    elif path == _REQUIRED_VERSION:
        _OVERRIDES[stack] = str(value or "")


setattr(toolkit.TerraformStack, "add_override", _add_override)  # noqa: B010 (a type checker refuses it otherwise)


def _terms(constraint: str) -> list[re.Match[str]]:
    """Return the terms of a constraint, without those that only Terraform understands."""
    terms = (_TERM.fullmatch(each.strip()) for each in constraint.split(","))
    return [term for term in terms if term is not None]


def _version(term: re.Match[str]) -> tuple[int, ...]:
    return tuple(map(int, term[2].split(".")))


def _ensures(term: re.Match[str], least: tuple[int, ...]) -> bool:
    """Return True if only versions meet a term of a constraint that are as new as the least."""
    return term[1] in ("=", "", ">", ">=", "~>") and _version(term) >= least


def _excludes(term: re.Match[str], least: tuple[int, ...]) -> bool:
    """Return True if no version meets a term of a constraint that is as new as the least."""
    version = _version(term)
    if term[1] == "~>":
        # The last number that is given may grow.
        return len(version) > 1 and (*version[:-2], version[-2] + 1) <= least
    if term[1] == "<":
        return _without_zeros(version) <= least
    return term[1] in ("=", "", "<=") and version < least


def _without_zeros(version: tuple[int, ...]) -> tuple[int, ...]:
    return _without_zeros(version[:-1]) if version[-1:] == (0,) else version


class StackSynthesis:
    """What is known of the constructs of one stack."""

    def __init__(self, stack: toolkit.TerraformStack, identifiers: dict[str, Any]) -> None:
        self.findings: list[Finding] = []
        """What the constructs found out about themselves."""
        self.providers: list[ProviderFacts] = []
        self.resources: list[ResourceFacts] = []
        self.relations: list[AccountRelation] = []
        """Which construct is about which other one."""
        self.addresses: dict[str, Any] = {}
        """The constructs by the addresses of their resources."""
        self.exports: dict[str, str] = {}
        """The references to attributes, by the names under which other stacks would get them."""
        self.identifiers = identifiers
        """The constructs of the whole app by the tokens of their identifiers."""
        self.stack = stack
        self.path: str = stack.node.path
        self._imports: ImportBlocks | None = None
        self._moves: list[tuple[str, ConstructPlace]] = []
        self._version: RequiredVersion | None = None
        # It comes before all that waits in it, because the CDK visits the first children first.
        self.bulk = BulkResources(stack, self._refuse_errors)
        """The resources that are written together."""
        toolkit.Aspects.of(self.bulk).add(bulk_resources.FirstVisit(self._show_to_aspects))
        stack.node.add_validation(_Validation(self))
        # The CDK hands the stack itself to its synthesizer, whoever synthesises.
        setattr(stack, "synthesizer", _Synthesizer(self, stack.synthesizer))  # noqa: B010

    def place(self, construct: toolkit.Construct, scope: Any, id_: str) -> ConstructPlace:
        """Return the place of a construct for findings."""
        # Asking the CDK takes two calls into Node, so the common case is handled here.
        return ConstructPlace(
            f"{self.path}/{id_}" if scope is self.stack and "/" not in id_ else construct.node.path
        )

    def import_resource(self, block: dict[str, Any]) -> None:
        """Have Terraform take over what exists already, by an ``import`` block of the stack.

        :param block: ``to``, the address of the resource, and ``id`` or ``identity``
        """
        self._import_blocks().blocks.append(block)
        if "identity" in block:
            self.require_terraform(_BY_IDENTITY)

    def move_resource(self, source: str, address: str, place: ConstructPlace) -> None:
        """Have Terraform take a resource for another one, by a ``moved`` block of the stack.

        :param source: the address that it has in the state
        :param address: the one that it has from now on
        :param place: the construct that asks for it
        """
        self._import_blocks().moves.append({"from": source, "to": address})
        self._moves.append((source, place))

    def _check_moves(self) -> Iterator[Finding]:
        """Report what moves from the address of a construct that is still there."""
        for source, place in self._moves:
            if source in self.addresses:
                found, allowed = (
                    f"{source}, which is still in this stack",
                    "an address that the stack no longer has",
                )
                hint = "leave moved_from out, or remove the resource at that address"
                yield Finding(
                    "moved-still-there", "error", place, "/moved_from", found, allowed, hint
                )

    def _import_blocks(self) -> ImportBlocks:
        if self._imports is None:
            self._imports = ImportBlocks(self.stack)
        return self._imports

    def require_terraform(self, least: tuple[int, ...]) -> None:
        """Require a version of Terraform, for what is in the stack.

        :param least: the first version that knows it, such as ``(1, 14)``
        """
        if self._version is None:
            self._version = RequiredVersion(self.stack)
        self._version.least = max(self._version.least, least)

    def all_findings(self) -> list[Finding]:
        """Return the findings of the constructs, and those of the stack as a whole."""
        found = self.findings + check_stack(self.providers, self.resources)
        found += check_triggers(self.resources, self.stack)
        found += self._check_moves()
        found += self._version.check() if self._version is not None else ()
        return [*found, *check_accounts(self.relations)]

    def deliver(self, outdir: Path) -> None:
        """Plant the providers of this stack in its output directory."""
        names = sorted({provider.kind.name for provider in self.providers})
        if names:
            delivery.plant(outdir / "stacks" / str(self.stack.node.id), providers=names)

    def _show_to_aspects(self) -> None:
        if bulk_resources.has_aspects(self.stack):
            self.bulk.make_all()

    def _refuse_errors(self) -> None:
        # A part of a stack can be synthesised in a test, where it needs no provider.
        found = [each for each in self.all_findings() if each.rule != "provider-missing"]
        if errors(found):
            raise RuntimeError(render(found))


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
        before = self._checked()
        if is_hcl():
            self._check_hcl()
        _report(before)
        try:
            synth()
        except RuntimeError:
            self._checked()
            raise
        # An Aspect may have changed what was checked before.
        _report([finding for finding in self._checked() if finding not in before])

    def _check_hcl(self) -> None:
        # The other stacks of the app are written by the same rules.
        for node in self._app.node.find_all():
            if isinstance(node, toolkit.TerraformStack):
                of(node)
        # What is in one stack and used in another becomes a part of both here.
        for each in self.stacks:
            each.stack.prepare_stack()
        for each in self.stacks:
            each.findings += hcl_document.check_hcl(each.stack)
        self._checked()

    def _checked(self) -> list[Finding]:
        findings = [finding for stack in self.stacks for finding in stack.all_findings()]
        if errors(findings):
            raise ValidationFailed(findings) from None
        return findings


def _report(findings: list[Finding]) -> None:
    if findings:
        sys.stderr.write(render(findings) + "\n")


bulk_resources.reveal_to_aspects()

_STACKS: WeakKeyDictionary[Any, StackSynthesis] = WeakKeyDictionary()
_APPS: WeakKeyDictionary[Any, AppSynthesis] = WeakKeyDictionary()


def of(scope: toolkit.IConstruct) -> StackSynthesis:
    """Return the synthesis of the stack that a construct is in.

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
            _wrap_synth(app, _APPS[app])
    return _APPS[app]


def _wrap_synth(app: toolkit.App, synthesis: AppSynthesis) -> None:
    original = app.synth
    # The method is replaced on the user's own app: a subclass would have to be known to the user.
    setattr(app, "synth", lambda: synthesis.run(original))  # noqa: B010


@toolkit.implements(toolkit.IValidation)
class _Validation:
    """Refuses a stack with errors where the CDK validates it by itself."""

    def __init__(self, stack: StackSynthesis) -> None:
        self._stack = stack

    def validate(self) -> list[str]:
        """Return the messages about this stack; none if there is no error."""
        if is_hcl() and not errors(self._stack.all_findings()):
            # An Aspect may have changed what was checked before.
            self._stack.findings += hcl_document.check_hcl(self._stack.stack)
        findings = self._stack.all_findings()
        return [render(findings)] if errors(findings) else []


@toolkit.implements(toolkit.IStackSynthesizer)
class _Synthesizer:
    """Writes a stack as its own synthesizer does, and delivers its providers."""

    def __init__(self, stack: StackSynthesis, original: toolkit.IStackSynthesizer) -> None:
        self._stack = stack
        self._original = original

    def synthesize(self, session: toolkit.ISynthesisSession) -> None:
        """Write the stack into the output directory of a session."""
        self._original.synthesize(session)
        if is_hcl():
            stack = self._stack.stack
            path = Path(session.outdir, session.manifest.for_stack(stack).synthesized_stack_path)
            # The CDK decides what it writes at the start of Node.
            if path.suffix == ".tf":
                hcl_document.write(stack, path)
        self._stack.deliver(Path(session.outdir))
