"""A whole stack as HCL, with the elements that are not ours: outputs, variables, locals, others.

The CDK writes the file of a stack first, and then it is replaced by one of the same values as
``cdk.tf.json``. What cannot be written so is a finding before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from constructs_lib import toolkit
from constructs_lib.constructs.synth import hcl_document
from constructs_lib.constructs.synth.hcl_document import NotHcl, Shape
from constructs_lib.validation import ConstructPlace, Finding
from constructs_lib.validation.findings import Path as Steps
from constructs_lib.validation.findings import pointer

_WITHOUT_HCL: Final = f"run {toolkit.NAME} synth without --hcl"
_WITH_TYPES: Final = ("resource", "data", "provider")


def check_hcl(stack: toolkit.TerraformStack) -> list[Finding]:
    """Return what of a stack cannot be written as HCL.

    :param stack: the stack, prepared; its constructs have no errors
    """
    shapes = _shapes_of(stack)
    found = [each for element in _elements(stack) for each in _of_element(element, stack, shapes)]
    return found or _of_stack(stack, shapes)


def write(stack: toolkit.TerraformStack, path: Path) -> None:
    """Write the file of a stack.

    :param stack: the stack, which has no findings
    :param path: the file that the CDK has written
    :raises OSError: if it cannot be written
    """
    path.write_bytes(_text(stack, _shapes_of(stack)).encode())


def _text(stack: toolkit.TerraformStack, shapes: Shape) -> str:
    return hcl_document.document(stack.to_terraform(), shapes)


def _of_element(
    element: toolkit.TerraformElement, stack: toolkit.TerraformStack, shapes: Shape
) -> list[Finding]:
    try:
        hcl_document.document(toolkit.resolved(element.to_terraform(), stack), shapes)
    except NotHcl as error:
        return [_finding(element.node.path, error, error.path)]
    return []


def _of_stack(stack: toolkit.TerraformStack, shapes: Shape) -> list[Finding]:
    try:
        # What the CDK's own converter cannot pass would end in its words.
        stack.to_hcl_terraform()
        _text(stack, shapes)
    except NotHcl as error:
        return [_finding(stack.node.path, error, (*error.block, *error.path))]
    except RuntimeError as error:
        reason = str(error).partition("\n")[0]
        return [_finding(stack.node.path, NotHcl((), f"the CDK's answer: {reason}", "JSON"), ())]
    return []


def _finding(path: str, error: NotHcl, inside: Steps) -> Finding:
    place, hint = ConstructPlace(path), f"{error.hint}, or {_WITHOUT_HCL}"
    return Finding("hcl", "error", place, pointer(inside), error.found, error.allowed, hint)


def _elements(scope: toolkit.IConstruct) -> Iterator[toolkit.TerraformElement]:
    """Yield the elements of a stack; a stack within it is one of its own."""
    for child in scope.node.children:
        if isinstance(child, toolkit.TerraformElement):
            yield child
        if not isinstance(child, toolkit.TerraformStack):
            yield from _elements(child)


def _shapes_of(stack: toolkit.TerraformStack) -> Shape:
    """Return what the classes of all elements say of their attributes and blocks."""
    return hcl_document.merged(map(_shapes, _elements(stack)))


def _shapes(element: toolkit.TerraformElement) -> Shape:
    """Return what the class of an element says of its attributes and blocks."""
    fragment = element.to_hcl_terraform()
    found: Shape = {}
    for kind in _WITH_TYPES:
        for name, inside in (fragment.get(kind) or {}).items():
            bodies = inside if isinstance(inside, list) else list(inside.values())
            described = [body for body in bodies if isinstance(body, Mapping)]
            # An override of a list takes the place of what the class says of it.
            described.append(_described(element))
            found.setdefault(kind, {})[name] = hcl_document.merged(
                map(hcl_document.shape, described)
            )
    return found


def _described(element: toolkit.TerraformElement) -> Mapping[str, Any]:
    """Return the attributes of an element as its class describes them, without overrides."""
    describe = getattr(element, "_synthesize_hcl_attributes", None)
    return describe() if describe else {}
