"""The blocks of a Terraform file, and how the attributes in each are written.

Terraform's own blocks are known here. Of a resource, a data source or a provider the rest is what a
provider says of it; a ``dynamic`` block has a block of it inside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from constructs_lib.constructs.base.expressions import hcl_expression, literal

DYNAMIC: Final = "dynamic"
CHECK: Final = "check"
TYPED: Final = ("resource", "data", "ephemeral", "action", "provider")
"""The blocks whose first label tells of which provider they are."""
WITHOUT_BLOCKS: Final = ("fivetranops", "elasticops", "terraform")
"""The providers that have attributes only: ours, and Terraform's own."""


@dataclass(frozen=True, eq=False)
class Body:
    """How Terraform reads what is in a block."""

    other: Callable[[Any], str] = hcl_expression
    """Writes the attributes that have no writer of their own."""
    attributes: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    """The writers of attributes, by name."""
    blocks: dict[str, Block] = field(default_factory=dict)
    """The blocks in it, by name."""
    is_open: bool = False
    """Whether there may be other blocks, because a provider says what is in it."""


@dataclass(frozen=True, eq=False)
class Block:
    """A kind of block."""

    body: Body
    labels: int = 0
    """How many labels follow its name."""
    by_label: Mapping[str, Body] = field(default_factory=dict)
    """The bodies that differ, by the first label."""


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


PLAIN: Final = Body(is_open=True)
PLAIN.blocks[DYNAMIC] = Block(
    Body(attributes={"iterator": reference}, blocks={"content": Block(PLAIN)}), 1
)
_CONDITION: Final = Block(Body())
_TRIGGER: Final = Block(Body(attributes={"events": reference, "actions": reference}))
_LIFECYCLE: Final = Block(
    Body(
        attributes={"ignore_changes": reference, "replace_triggered_by": reference},
        blocks={
            "precondition": _CONDITION,
            "postcondition": _CONDITION,
            "action_trigger": _TRIGGER,
        },
    )
)
_WORKSPACES: Final = Body(literal, blocks={"workspaces": Block(Body(literal))})
_ASSUMED_ROLE: Final = Body(literal, blocks={"assume_role": Block(Body(literal))})
_BACKENDS: Final = {
    "remote": _WORKSPACES,
    "kubernetes": Body(literal, blocks={"exec": Block(Body(literal))}),
    "cos": _ASSUMED_ROLE,
    "oss": _ASSUMED_ROLE,
}
"""The backends that have blocks; in the others, mappings are values."""
_CONNECTION: Final = {"connection": Block(Body())}
_PROVISIONER: Final = Block(
    Body(attributes={"when": reference, "on_failure": reference}, blocks=_CONNECTION), 1
)
_REFERENCES: Final = {"provider": reference, "depends_on": reference}
_DATA: Final = Block(
    Body(
        attributes=_REFERENCES,
        blocks={**PLAIN.blocks, "lifecycle": _LIFECYCLE},
        is_open=True,
    ),
    2,
)
_RESOURCE: Final = Block(
    Body(
        attributes=_REFERENCES,
        blocks={**_DATA.body.blocks, **_CONNECTION, "provisioner": _PROVISIONER},
        is_open=True,
    ),
    2,
)
FILE: Final[Mapping[str, Block]] = {
    "terraform": Block(
        Body(
            literal,
            blocks={
                "required_providers": Block(Body(_requirement)),
                "backend": Block(Body(literal), 1, _BACKENDS),
                "cloud": Block(_WORKSPACES),
                "provider_meta": Block(Body(is_open=True), 1),
            },
        )
    ),
    "locals": Block(Body()),
    "variable": Block(
        Body(literal, attributes={"type": reference}, blocks={"validation": _CONDITION}), 1
    ),
    "provider": Block(
        Body(
            attributes={"alias": literal, "version": literal},
            blocks=PLAIN.blocks,
            is_open=True,
        ),
        1,
    ),
    "resource": _RESOURCE,
    "data": _DATA,
    "ephemeral": _DATA,
    "action": Block(Body(attributes={"provider": reference}, blocks={"config": Block(PLAIN)}), 2),
    "module": Block(
        Body(
            attributes={
                "source": literal,
                "version": literal,
                "providers": reference,
                "depends_on": reference,
            }
        ),
        1,
    ),
    "output": Block(
        Body(
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
    "moved": Block(Body(reference)),
    "import": Block(Body(attributes={"to": reference, "provider": reference})),
    "removed": Block(
        Body(
            attributes={"from": reference},
            blocks={"lifecycle": _LIFECYCLE, "provisioner": _PROVISIONER},
        )
    ),
    CHECK: Block(Body(blocks={"data": _DATA, "assert": _CONDITION}), 1),
}
