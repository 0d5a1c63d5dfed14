"""Aspects of the CDK, which look at each resource: so there must be one where an Aspect is.

Most resources of this package wait to be written together (``together``), and become resources of
the CDK only if something needs them. The CDK asks the Aspects of a stack and of what is in it, and
none of the app. It does so at the beginning of each synth, that of its ``Testing`` included.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from constructs_lib import toolkit


@runtime_checkable
class Shown(Protocol):
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
        """Answer the CDK, which visits a construct."""
        self._begin()


def has_aspects(scope: toolkit.IConstruct) -> bool:
    """Return True if Aspects were added to a construct itself."""
    return bool(toolkit.Aspects.of(scope).all)


def show_to_aspects() -> None:
    """Have the resource of a construct made as soon as somebody asks for its Aspects.

    To ask the CDK at synth whether a construct has Aspects would take two calls into Node for each
    construct of the stack.
    """
    original: Callable[[Any], Any] = toolkit.Aspects.of

    def of(scope: Any) -> Any:
        if isinstance(scope, Shown):
            scope.show_resource()
        return original(scope)

    setattr(toolkit.Aspects, "of", of)  # noqa: B010 (a type checker refuses it otherwise)
