"""The document of a stack as HCL, for ``cdktf synth --hcl``.

The CDK's own converter guesses what a text means, and leaves out what it does not know: ``"5"``
becomes a number, the default ``""`` of a variable and a local ``false`` vanish. So the file is made
here of the very document that would be ``cdk.tf.json``. Two things of that document depend on where
a value is, and both are in the bodies below: whether a text is a template, a literal or a
reference (Terraform documentation, "JSON Configuration Syntax"), and what is a block. What is a
block of a provider's own, only the generated classes of that provider know; they tell the CDK.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from constructs_lib.constructs.base.expressions import hcl_expression, literal, split_template
from constructs_lib.validation.findings import Path

Shape: TypeAlias = dict[str, Any]
"""What is known of the names in a body: the shape of a block, or None for an attribute."""

_COMMENT: Final = "//"


class NotHcl(Exception):
    """A document that cannot be written as HCL."""

    def __init__(self, path: Path, found: str, allowed: str) -> None:
        """Say what is wrong.

        :param path: names of blocks and attributes, without the labels of blocks
        :param found: what was found; no value, because that may be a secret
        :param allowed: what is allowed instead
        """
        super().__init__(found)
        self.path, self.found, self.allowed = path, found, allowed


@dataclass(frozen=True, eq=False)
class _Body:
    """How Terraform reads what is in a block."""

    other: Callable[[Any], str] = hcl_expression
    """Writes the attributes that have no writer of their own."""
    attributes: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    """The writers of attributes, by name."""
    blocks: dict[str, _Block] = field(default_factory=dict)
    """The blocks in it, by name."""


@dataclass(frozen=True, eq=False)
class _Block:
    """A kind of block."""

    body: _Body
    labels: int = 0
    """How many labels follow its name."""


def reference(value: Any) -> str:
    """Return references, or a type, as they are: one, a list, or a mapping between such."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {reference(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(reference, value)) + "]"
    text = str(value)
    return text[2:-1] if text.startswith("${") and text.endswith("}") else text


def _requirement(value: Any) -> str:
    if not isinstance(value, Mapping):
        return literal(value)
    aliases = "configuration_aliases"
    inside = (f"{k} = {(reference if k == aliases else literal)(v)}" for k, v in value.items())
    return "{" + ", ".join(inside) + "}"


_PLAIN: Final = _Body()
_PLAIN.blocks["dynamic"] = _Block(
    _Body(attributes={"iterator": reference}, blocks={"content": _Block(_PLAIN)}), 1
)
_CONDITION: Final = _Block(_Body())
_LIFECYCLE: Final = _Block(
    _Body(
        attributes={"ignore_changes": reference, "replace_triggered_by": reference},
        blocks={"precondition": _CONDITION, "postcondition": _CONDITION},
    )
)
_WORKSPACES: Final = {"workspaces": _Block(_Body(literal))}
_CONNECTION: Final = {"connection": _Block(_Body())}
_PROVISIONER: Final = _Block(
    _Body(attributes={"when": reference, "on_failure": reference}, blocks=_CONNECTION), 1
)
_REFERENCES: Final = {"provider": reference, "depends_on": reference}
_DATA: Final = _Block(
    _Body(
        attributes=_REFERENCES,
        blocks={**_PLAIN.blocks, "lifecycle": _LIFECYCLE, "timeouts": _Block(_PLAIN)},
    ),
    2,
)
_RESOURCE: Final = _Block(
    _Body(
        attributes=_REFERENCES,
        blocks={**_DATA.body.blocks, **_CONNECTION, "provisioner": _PROVISIONER},
    ),
    2,
)
_FILE: Final[Mapping[str, _Block]] = {
    "terraform": _Block(
        _Body(
            literal,
            blocks={
                "required_providers": _Block(_Body(_requirement)),
                "backend": _Block(_Body(literal, blocks=_WORKSPACES), 1),
                "cloud": _Block(_Body(literal, blocks=_WORKSPACES)),
                "provider_meta": _Block(_Body(), 1),
            },
        )
    ),
    "locals": _Block(_Body()),
    "variable": _Block(
        _Body(literal, attributes={"type": reference}, blocks={"validation": _CONDITION}), 1
    ),
    "provider": _Block(
        _Body(attributes={"alias": literal, "version": literal}, blocks=_PLAIN.blocks), 1
    ),
    "resource": _RESOURCE,
    "data": _DATA,
    "ephemeral": _DATA,
    "module": _Block(
        _Body(
            attributes={
                "source": literal,
                "version": literal,
                "providers": reference,
                "depends_on": reference,
            }
        ),
        1,
    ),
    "output": _Block(
        _Body(
            attributes={
                "description": literal,
                "sensitive": literal,
                "ephemeral": literal,
                "depends_on": reference,
            },
            blocks={"precondition": _CONDITION},
        ),
        1,
    ),
    "moved": _Block(_Body(reference)),
    "import": _Block(_Body(attributes={"to": reference, "provider": reference})),
    "removed": _Block(
        _Body(
            attributes={"from": reference},
            blocks={"lifecycle": _LIFECYCLE, "provisioner": _PROVISIONER},
        )
    ),
    "check": _Block(_Body(blocks={"data": _DATA, "assert": _CONDITION}), 1),
}


def shape(described: Mapping[str, Any]) -> Shape:
    """Return what the classes of a provider say of its attributes and blocks.

    :param described: the attributes as the CDK gets them for HCL; those with a ``value`` say
        whether they are blocks
    """
    found: Shape = {}
    for name, each in described.items():
        is_known = isinstance(each, Mapping) and "value" in each
        marks = [each[key] for key in ("isBlock", "is_block") if key in each] if is_known else []
        if marks:
            value = each["value"]
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
    :raises NotHcl: if it has a kind of block that is not known, or an expression without an end
    """
    lines: list[str] = []
    for name, value in content.items():
        if name in _FILE:
            lines += _blocks(name, value, _FILE[name], shapes)
        elif name != _COMMENT:
            raise NotHcl((name,), f"a block {name!r}", f"one of {', '.join(_FILE)}")
    return "".join(f"{line}\n" for line in lines)


def _lines(content: Mapping[str, Any], body: _Body, known: Shape) -> Iterator[str]:
    for name, value in content.items():
        if name == _COMMENT or value is None:
            continue
        block = _block(name, value, body, known)
        if block is None:
            yield f"{name} = {_attribute(name, value, body)}"
            continue
        try:
            yield from _blocks(name, value, block, known)
        except NotHcl as error:
            raise NotHcl((name, *error.path), error.found, error.allowed) from None


def _block(name: str, value: Any, body: _Body, known: Shape) -> _Block | None:
    """Return the kind of block behind a name; None if it is that of an attribute."""
    if not isinstance(value, (Mapping, list)) or known.get(name, {}) is None:
        return None
    return body.blocks.get(name) or (_Block(_PLAIN) if name in known else None)


def _blocks(name: str, value: Any, block: _Block, known: Shape) -> Iterator[str]:
    for labels, inside in _unpacked(value, block.labels):
        inner = known.get(name) or {}
        for label in labels[:1]:
            inner = inner.get(label) or {}
        yield " ".join([name, *map(literal, labels), "{"])
        yield from (f"  {line}" for line in _lines(inside, block.body, inner))
        yield "}"


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


def _attribute(name: str, value: Any, body: _Body) -> str:
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
