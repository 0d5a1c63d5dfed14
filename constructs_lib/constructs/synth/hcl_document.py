"""The document of a whole stack as HCL, for ``cdktf synth --hcl``.

The CDK writes the file of a stack first, and then it is replaced by one of the same values as
``cdk.tf.json``, with all elements that are not ours. What cannot be written so is a finding before.

The CDK's own converter guesses what a text means, and leaves out what it does not know: ``"5"``
becomes a number, the default ``""`` of a variable and a local ``false`` vanish. So the file is made
here of the very document that would be ``cdk.tf.json``. Two things of that document depend on where
a value is, and ``hcl_grammar`` has both: whether a text is a template, a literal or a
reference (Terraform documentation, "JSON Configuration Syntax"), and what is a block. What is a
block of a provider's own, only the generated classes of that provider know; they tell the CDK. In
JSON a mapping under another name can be both, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path as File
from typing import Any, Final, TypeAlias

from constructs_lib import toolkit
from constructs_lib.constructs.base.expressions import hcl_expression, literal, split_template
from constructs_lib.constructs.synth.hcl_grammar import (
    CHECK,
    DYNAMIC,
    FILE,
    PLAIN,
    TYPED,
    WITHOUT_BLOCKS,
    Block,
    Body,
)
from constructs_lib.validation import ConstructPlace, Finding
from constructs_lib.validation.findings import Path, pointer

_WITHOUT_HCL: Final = f"run {toolkit.NAME} synth without --hcl"
_WITH_TYPES: Final = ("resource", "data", "provider")


def check_hcl(stack: toolkit.TerraformStack) -> list[Finding]:
    """Return what of a stack cannot be written as HCL.

    :param stack: the stack, prepared; its constructs have no errors
    """
    shapes = _shapes_of(stack)
    found = [each for element in _elements(stack) for each in _of_element(element, stack, shapes)]
    return found or _of_stack(stack, shapes)


def write(stack: toolkit.TerraformStack, path: File) -> None:
    """Write the file of a stack.

    :param stack: the stack, which has no findings
    :param path: the file that the CDK has written
    :raises OSError: if it cannot be written
    """
    path.write_bytes(_text(stack, _shapes_of(stack)).encode())


def _text(stack: toolkit.TerraformStack, shapes: Shape) -> str:
    return document(stack.to_terraform(), shapes)


def _of_element(
    element: toolkit.TerraformElement, stack: toolkit.TerraformStack, shapes: Shape
) -> list[Finding]:
    try:
        document(toolkit.resolved(element.to_terraform(), stack), shapes)
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
        return [_finding(stack.node.path, NotHcl((), f"the CDK reports: {reason}", "JSON"), ())]
    return []


def _finding(path: str, error: NotHcl, inside: Path) -> Finding:
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
    return merged(map(_shapes, _elements(stack)))


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
            found.setdefault(kind, {})[name] = merged(map(shape, described))
    return found


def _described(element: toolkit.TerraformElement) -> Mapping[str, Any]:
    """Return the attributes of an element as its class describes them, without overrides."""
    describe = getattr(element, "_synthesize_hcl_attributes", None)
    return describe() if describe else {}


Shape: TypeAlias = dict[str, Any]
"""What is known of the names in a body: the shape of a block, or None for an attribute."""

_COMMENT: Final = "//"
_CORRECT_IT: Final = "correct it"


class NotHcl(Exception):
    """A document that cannot be written as HCL."""

    def __init__(
        self, path: Path, found: str, allowed: str, hint: str = _CORRECT_IT, block: Path = ()
    ) -> None:
        """Say what is wrong.

        :param path: names of blocks and attributes, within the block of the file
        :param found: what was found; no value, because that may be a secret
        :param allowed: what is allowed instead
        :param hint: what to do
        :param block: the block of the file and its labels, such as ``("output", "id")``
        """
        super().__init__(found)
        self.path, self.found, self.allowed = path, found, allowed
        self.hint, self.block = hint, block

    def within(self, *steps: str | int) -> NotHcl:
        """Return the same, seen from the block around it.

        :param steps: its name and its labels
        """
        return NotHcl((*steps, *self.path), self.found, self.allowed, self.hint, self.block)


def shape(described: Mapping[str, Any]) -> Shape:
    """Return what the classes of a provider say of its attributes and blocks.

    :param described: the attributes as the CDK gets them for HCL; those with a ``value`` say
        whether they are blocks
    """
    found: Shape = {}
    for name, each in described.items():
        # The CDK moves the value of a block that it makes for each item.
        is_known = isinstance(each, Mapping) and ("value" in each or DYNAMIC in each)
        marks = [each[key] for key in ("isBlock", "is_block") if key in each] if is_known else []
        if marks:
            value = each.get("value")
            inner = value if isinstance(value, list) else [value]
            found[name] = merged(map(shape, filter(_is_mapping, inner))) if marks[0] else None
    return found


def merged(shapes: Iterable[Shape]) -> Shape:
    """Return all that several shapes of one kind of block say."""
    found: Shape = {}
    for each in shapes:
        for name, inner in each.items():
            known = found.get(name)
            found[name] = inner if known is None else merged([known, inner or {}])
    return found


def document(content: Mapping[str, Any], shapes: Shape) -> str:
    """Return a document as the text of a file.

    :param content: as in ``cdk.tf.json``, without tokens
    :param shapes: the shapes of resources, data sources and providers, by their kind of block and
        their type
    :raises NotHcl: if it has a kind of block that is not known, what may be a block or an
        attribute, or an expression without an end
    """
    lines: list[str] = []
    for name, value in content.items():
        if name in FILE:
            lines += _blocks(name, value, FILE[name], shapes, is_outermost=True)
        elif name != _COMMENT:
            raise NotHcl((name,), f"a block {name!r}", f"one of {', '.join(FILE)}")
    return "".join(f"{line}\n" for line in lines)


def _lines(content: Mapping[str, Any], body: Body, known: Shape | None) -> Iterator[str]:
    # The file in JSON has its names sorted, which is the order of a dynamic block and its like.
    for name, value in sorted(content.items()) if DYNAMIC in content else content.items():
        if name == _COMMENT or value is None:
            continue
        block = _block(name, value, body, known)
        if block is None:
            yield f"{name} = {_attribute(name, value, body)}"
            continue
        try:
            yield from _blocks(name, value, block, known)
        except NotHcl as error:
            raise error.within(name) from None


def _block(name: str, value: Any, body: Body, known: Shape | None) -> Block | None:
    """Return the kind of block behind a name; None if it is that of an attribute."""
    names: Shape = {} if known is None else known
    if not isinstance(value, (Mapping, list)) or names.get(name, {}) is None:
        return None
    if name in body.blocks or name in names:
        return body.blocks.get(name) or Block(PLAIN)
    if known is not None and body.is_open and _may_be_blocks(value):
        raise _ambiguous(name)
    return None


def _may_be_blocks(value: Any) -> bool:
    """Return whether Terraform could read a value in JSON as blocks."""
    if isinstance(value, list):
        return all(each is None or _may_be_blocks(each) for each in value)
    return isinstance(value, Mapping)


def _ambiguous(name: str) -> NotHcl:
    return NotHcl(
        (name,),
        "a value that may be blocks or an argument, which HCL writes differently",
        "a name that the class of the resource or provider defines as one or the other",
        f"set it with a parameter of the class; or override dynamic.{name} with for_each and "
        f"content for blocks, or {name} with an expression such as Fn.merge([...]) for an "
        "argument",
    )


def _blocks(
    name: str, value: Any, block: Block, known: Shape | None, *, is_outermost: bool = False
) -> Iterator[str]:
    for labels, content in _unpacked(value, block.labels):
        body = block.by_label.get(labels[0], block.body) if labels else block.body
        yield " ".join([name, *map(literal, labels), "{"])
        try:
            inside = [*_lines(content, body, _inner(name, labels, known))]
        except NotHcl as error:
            if not is_outermost:
                raise error.within(*labels) from None
            error.block = (name, *labels)
            raise
        yield from (f"  {line}" for line in inside)
        yield "}"


def _inner(name: str, labels: tuple[str, ...], known: Shape | None) -> Shape | None:
    """Return the shape of what is in a block."""
    if known is None:
        return None
    if name == DYNAMIC:
        # Its label is the name of the blocks that it makes.
        return {"content": known.get(labels[0], {})}
    if name == CHECK:
        return {"data": known.get("data", {})}
    if labels and name in TYPED and labels[0].partition("_")[0] in WITHOUT_BLOCKS:
        return None
    inner: Shape | None = known.get(name, {})
    if inner is None or not labels:
        return inner
    labelled: Shape | None = inner.get(labels[0], {})
    return labelled


def _unpacked(value: Any, labels: int) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    if isinstance(value, list):
        for each in value:
            yield from _unpacked(each, labels)
    elif not isinstance(value, Mapping):
        raise NotHcl((), f"a value of type {type(value).__name__}", "a block")
    elif labels == 0:
        yield (), value
    else:
        for label, inner in value.items():
            if label != _COMMENT:
                yield from (((label, *more), body) for more, body in _unpacked(inner, labels - 1))


def _attribute(name: str, value: Any, body: Body) -> str:
    write = body.attributes.get(name, body.other)
    if write is hcl_expression and (path := next(_unclosed(value, (name,)), None)) is not None:
        allowed = "an expression such as ${var.name}; write $${ for the text ${"
        raise NotHcl(path, "an expression without an end", allowed)
    return write(value)


def _unclosed(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, str):
        if any(not part.is_closed for part in split_template(value)):
            yield path
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from _unclosed(key, path)
            yield from _unclosed(each, (*path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _unclosed(each, (*path, index))


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)
