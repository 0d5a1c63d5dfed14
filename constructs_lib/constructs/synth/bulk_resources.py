"""The simple resources of a stack, written in bulk by one element of the CDK.

The CDK asks each of its resources for its part of the document, twice, and each question goes from
Node to Python and back. Most resources need nothing of the CDK: they are in the stack itself, have
no meta-arguments, and nothing refers to them. Those are written here. As soon as one is referred
to, it becomes a resource of the CDK like any other.

An Aspect looks at each resource, so each must be one of the CDK where there is an Aspect. The CDK
asks the Aspects of a stack and of what is in it, and none of the app. It does so at the beginning
of each synth, that of its ``Testing`` included.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, runtime_checkable

from constructs_lib import toolkit

_ID = "ResourcesOfConnectionsAsCode"


class ResourceBody(NamedTuple):
    """What is written of a resource."""

    type: str
    name: str
    path: str
    """The path of its construct, which the command line of the CDK shows behind the address."""
    attributes: dict[str, Any]


class BulkMember(Protocol):
    """A construct whose resource is not made yet."""

    def make_resource(self) -> object:
        """Make the resource of the CDK, and leave the bulk."""


class BulkResources(toolkit.TerraformElement):
    """The resources of one stack that wait."""

    def __init__(self, stack: toolkit.TerraformStack, refuse_errors: Callable[[], None]) -> None:
        """Make the element that writes them.

        :param refuse_errors: raises if the stack must not be written
        """
        self._waiting: dict[BulkMember, ResourceBody] = {}
        self._refuse_errors = refuse_errors
        super().__init__(stack, _ID)

    def add(self, construct: BulkMember, body: ResourceBody) -> None:
        """Have a resource written, as long as it does not become one of the CDK."""
        self._waiting[construct] = body

    def remove(self, construct: BulkMember) -> None:
        """Forget a resource that became one of the CDK, which writes it from now on."""
        self._waiting.pop(construct, None)

    def make_all(self) -> None:
        """Make all of them resources of the CDK."""
        for construct in list(self._waiting):
            construct.make_resource()

    def to_terraform(self) -> Any:
        """Return the resources as a part of the stack's document."""
        self._refuse_errors()
        blocks: dict[str, dict[str, Any]] = {}
        for body in self._waiting.values():
            comment = {"metadata": {"path": body.path, "uniqueId": body.name}}
            blocks.setdefault(body.type, {})[body.name] = {**body.attributes, "//": comment}
        return {"resource": blocks} if blocks else {}

    def to_hcl_terraform(self) -> Any:
        """Return nothing: for HCL each resource is one of the CDK."""
        self._refuse_errors()
        return {}


@runtime_checkable
class HasCdkResource(Protocol):
    """A construct whose resource of the CDK may not be made yet."""

    def show_resource(self) -> None:
        """Make the resource of the CDK inside, if there is one."""


@toolkit.implements(toolkit.IAspect)
class FirstVisit:
    """Calls a function when the Aspects of a stack begin to visit what is in it."""

    def __init__(self, begin: Callable[[], None]) -> None:
        """Stand for the visit.

        :param begin: is called as soon as the construct that has this Aspect is visited
        """
        self._begin = begin

    def visit(self, _node: toolkit.IConstruct) -> None:
        """Call the function; the CDK visits a construct."""
        self._begin()


def has_aspects(scope: toolkit.IConstruct) -> bool:
    """Return True if Aspects were added to a construct itself."""
    return bool(toolkit.Aspects.of(scope).all)


def reveal_to_aspects() -> None:
    """Have the resource of a construct made as soon as somebody asks for its Aspects.

    To ask the CDK at synth whether a construct has Aspects would take two calls into Node for each
    construct of the stack.
    """
    original: Callable[[Any], Any] = toolkit.Aspects.of

    def of(scope: Any) -> Any:
        if isinstance(scope, HasCdkResource):
            scope.show_resource()
        return original(scope)

    setattr(toolkit.Aspects, "of", of)  # noqa: B010 (a type checker refuses it otherwise)
