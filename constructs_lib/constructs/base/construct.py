"""The base of all constructs of this package: a place in a stack, and findings about it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from constructs_lib import toolkit
from constructs_lib.constructs.synth import synthesis
from constructs_lib.validation import ConstructPlace, Finding, ValidationFailed
from constructs_lib.validation.findings import in_python

_NUMBERS = count(1)


class StackConstruct(toolkit.Construct):
    """A construct in a stack. A wrong id is a finding, not a traceback."""

    def __init__(self, scope: Any, id_: Any) -> None:
        """Take a place in the tree.

        :param scope: the stack, or a construct in it
        :param id_: name of the construct
        :raises ValidationFailed: at once, if the scope is in no stack, because then there is
            no synth that could report it
        """
        self._synthesis = _synthesis_of(scope, id_, type(self).__name__)
        self._id_problems: list[tuple[str, str, str]] = []
        self._enter(scope, id_)
        self._place = self._place_of(scope, id_)
        self.report(
            Finding(rule, "error", self._place, "/id_", found, allowed)
            for rule, found, allowed in self._id_problems
        )

    def _place_of(self, scope: toolkit.Construct, id_: Any) -> ConstructPlace:
        if isinstance(id_, str) and id_:
            return self._synthesis.place(self, scope, id_)
        return ConstructPlace(f"{scope.node.path}/({type(self).__name__})")

    def report(self, findings: Iterable[Finding]) -> None:
        """Leave findings, to be reported at synth."""
        self._synthesis.findings += map(in_python, findings)

    def withdraw(self, findings: Iterable[Finding]) -> None:
        """Take back findings that were left, because what they are about has changed."""
        gone = {id(finding) for finding in findings}
        if gone:
            kept = self._synthesis.findings
            kept[:] = [finding for finding in kept if id(finding) not in gone]

    def make_resource(self) -> object:
        """Make the resource of the CDK inside, if there is one and it is not made yet."""
        return None

    def show_resource(self) -> None:
        """Make the resource for whoever looks at the construct from outside."""
        self.make_resource()

    @property
    def place(self) -> ConstructPlace:
        """The place of this construct, for findings."""
        return self._place

    @property
    def synthesis(self) -> synthesis.StackSynthesis:
        """The synthesis of the stack that this construct is in."""
        return self._synthesis

    @property
    def has_wrong_id(self) -> bool:
        """True if this construct has another id than the one that was given."""
        return bool(self._id_problems)

    def _enter(self, scope: toolkit.Construct, id_: Any) -> None:
        if found := _wrong_id(scope, id_):
            self._id_problems.append(("id", found, "a name, such as 'orders'"))
            super().__init__(scope, _free_id(id_))
            return
        try:
            super().__init__(scope, id_)
        except RuntimeError:
            if scope.node.try_find_child(id_) is None:
                raise
            found = f"a second construct with the id {id_!r}"
            self._id_problems.append(("id-taken", found, "a unique id for each construct"))
            # Under another id the checks go on. Nothing is written after an error.
            super().__init__(scope, _free_id(id_))


def _wrong_id(scope: toolkit.Construct, id_: Any) -> str:
    """Return what is wrong with an id; empty if nothing is."""
    if not isinstance(id_, str):
        return "nothing" if id_ is None else f"a value of type {type(id_).__name__}"
    if id_ == "Default" and isinstance(scope, toolkit.TerraformStack):
        # The CDK leaves this id out of addresses, and then nothing would be left.
        return "'Default', which leaves nothing for the address"
    if toolkit.is_token(id_):
        return "a reference, which is known only at deployment"
    return "" if id_ else "an empty text"


def _free_id(id_: Any) -> str:
    return f"{id_ if isinstance(id_, str) and not toolkit.is_token(id_) else ''}#{next(_NUMBERS)}"


def _synthesis_of(scope: Any, id_: Any, name: str) -> synthesis.StackSynthesis:
    found = f"a value of type {type(scope).__name__}" if scope is not None else "nothing"
    if isinstance(scope, toolkit.Construct):
        try:
            return synthesis.of(scope)
        except RuntimeError:
            # So the CDK says that there is no stack above.
            found += ", which is in no stack"
    place = ConstructPlace(id_ if isinstance(id_, str) and id_ else name)
    hint = f'write {name}(stack, "name", ...)'
    allowed = "a TerraformStack, or a construct in one"
    raise ValidationFailed([Finding("scope", "error", place, "/scope", found, allowed, hint)])
