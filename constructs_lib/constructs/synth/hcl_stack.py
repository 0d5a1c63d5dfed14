"""A whole stack as HCL, with the elements that are not ours: outputs, variables, locals, others.

The CDK writes the file of a stack first, and then it is replaced by one of the same values as
``cdk.tf.json``. What cannot be written so is a finding before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from constructs_lib import toolkit
from constructs_lib.constructs.synth import hcl_document
from constructs_lib.constructs.synth.hcl_document import NotHcl, Shape
from constructs_lib.validation import ConstructPlace, Finding
from constructs_lib.validation.findings import pointer

_HINT: Final = "correct it, or run cdktf synth without --hcl"
_WITH_TYPES: Final = ("resource", "data", "provider")


def check_hcl(stack: toolkit.TerraformStack) -> list[Finding]:
    """Return what of a stack cannot be written as HCL.

    :param stack: the stack, prepared; its constructs have no errors
    """
    found = [each for element in _elements(stack) for each in _of_element(element, stack)]
    return found or _of_stack(stack)


def write(stack: toolkit.TerraformStack, path: Path) -> None:
    """Write the file of a stack.

    :param stack: the stack, which has no findings
    :param path: the file that the CDK has written
    :raises OSError: if it cannot be written
    """
    path.write_bytes(_text(stack).encode())


def _text(stack: toolkit.TerraformStack) -> str:
    shapes = hcl_document.merged(map(_shapes, _elements(stack)))
    return hcl_document.document(stack.to_terraform(), shapes)


def _of_element(element: toolkit.TerraformElement, stack: toolkit.TerraformStack) -> list[Finding]:
    try:
        hcl_document.document(toolkit.resolved(element.to_terraform(), stack), _shapes(element))
    except NotHcl as error:
        return [_finding(element.node.path, error)]
    return []


def _of_stack(stack: toolkit.TerraformStack) -> list[Finding]:
    try:
        # What the CDK's own converter cannot pass would end in its words.
        stack.to_hcl_terraform()
        _text(stack)
    except NotHcl as error:
        return [_finding(stack.node.path, error)]
    except RuntimeError as error:
        reason = str(error).partition("\n")[0]
        return [_finding(stack.node.path, NotHcl((), f"the CDK's answer: {reason}", "JSON"))]
    return []


def _finding(path: str, error: NotHcl) -> Finding:
    place = ConstructPlace(path)
    return Finding("hcl", "error", place, pointer(error.path), error.found, error.allowed, _HINT)


def _elements(scope: toolkit.IConstruct) -> Iterator[toolkit.TerraformElement]:
    """Yield the elements of a stack; a stack within it is one of its own."""
    for child in scope.node.children:
        if isinstance(child, toolkit.TerraformElement):
            yield child
        if not isinstance(child, toolkit.TerraformStack):
            yield from _elements(child)


def _shapes(element: toolkit.TerraformElement) -> Shape:
    """Return what the class of an element says of its attributes and blocks."""
    fragment = element.to_hcl_terraform()
    found: Shape = {}
    for kind in _WITH_TYPES:
        for name, inside in (fragment.get(kind) or {}).items():
            bodies = inside if isinstance(inside, list) else list(inside.values())
            described = (body for body in bodies if isinstance(body, Mapping))
            found.setdefault(kind, {})[name] = hcl_document.merged(
                map(hcl_document.shape, described)
            )
    return found
