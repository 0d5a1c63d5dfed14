"""Terraform's meta-arguments of a resource: depends_on, count, for_each, provider, lifecycle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal

from constructs_lib import toolkit
from constructs_lib.constructs.base import expressions
from constructs_lib.constructs.base.construct import StackConstruct
from constructs_lib.constructs.base.expressions import to_json_value
from constructs_lib.constructs.base.provider import cdk_provider
from constructs_lib.validation import ALIASES


@dataclass(frozen=True)
class Lifecycle:
    """How Terraform treats changes of a resource (Terraform's ``lifecycle`` meta-argument)."""

    create_before_destroy: bool | None = None
    """True makes the replacement before the old object is destroyed."""
    prevent_destroy: bool | None = None
    """True makes a plan fail that would destroy or replace the object."""
    ignore_changes: Sequence[str] | Literal["all"] | None = None
    """Names of parameters whose changes are not applied, or ``all``."""
    replace_triggered_by: Sequence[str] | None = None
    """Addresses; a change of one of them replaces the object."""


def lifecycle_names() -> frozenset[str]:
    """Return the names that a mapping for the ``lifecycle`` parameter may have."""
    return frozenset(field.name for field in fields(Lifecycle))


def terraform_lifecycle(
    value: Lifecycle | Mapping[str, Any] | None,
) -> toolkit.TerraformResourceLifecycle | None:
    """Return the CDK's form of a ``lifecycle`` parameter; names that do not exist are left out."""
    if value is None:
        return None
    given = vars(value) if isinstance(value, Lifecycle) else value
    known = {name: given.get(name) for name in lifecycle_names()}
    ignored = known["ignore_changes"]
    if isinstance(ignored, (list, tuple)):
        # The plan knows attributes, not parameters: secrets is config_wo there.
        known["ignore_changes"] = [_attribute_path(name) for name in ignored]
    if isinstance(known["replace_triggered_by"], tuple):
        # On the way into the CDK a tuple is no list.
        known["replace_triggered_by"] = list(known["replace_triggered_by"])
    return toolkit.TerraformResourceLifecycle(**known)


def parameter_of(path: str) -> str:
    """Return the parameter that a path begins with, such as ``config`` for ``config.host``.

    :param path: an entry of ``ignore_changes``: a parameter, or what is inside of it
    """
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _attribute_path(path: str) -> str:
    name = parameter_of(path)
    return ALIASES.get(name, name) + path[len(name) :]


NAMES = ("provider", "depends_on", "lifecycle", "count", "for_each", "import_id")
"""The parameters of a construct that are no attributes of its resource."""

_NEEDS_ESCAPES = re.compile(r'["\\\x00-\x1f]')
_DEPENDABLE = (
    toolkit.TerraformResource,
    toolkit.TerraformDataSource,
    toolkit.TerraformModule,
)


def terraform_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the CDK's resource for the meta-arguments of a construct.

    :param arguments: the parameters of the construct by name; others are left aside. The rules of
        ``meta_argument_checks`` must have found no error in them
    """
    provider = arguments.get("provider")
    return {
        "depends_on": [*_dependencies(arguments.get("depends_on") or ())] or None,
        "count": _count(arguments.get("count")),
        "for_each": _for_each(arguments.get("for_each")),
        "provider": cdk_provider(provider) if provider is not None else None,
        "lifecycle": terraform_lifecycle(arguments.get("lifecycle")),
    }


def is_many(arguments: Mapping[str, Any]) -> bool:
    """Return True if one construct has several instances: it has count or for_each."""
    return arguments.get("count") is not None or arguments.get("for_each") is not None


def has_no_instance(arguments: Mapping[str, Any]) -> bool:
    """Return True if a construct certainly has no instance: count is 0, or for_each is empty."""
    count, for_each = arguments.get("count"), arguments.get("for_each")
    is_empty = isinstance(for_each, (Mapping, list, tuple)) and len(for_each) == 0
    return is_empty or (type(count) is int and count == 0)


def _dependencies(items: Any) -> Iterator[Any]:
    for item in items:
        if isinstance(item, toolkit.Construct) and not isinstance(item, _DEPENDABLE):
            # A construct means all that it is made of, as elsewhere in the CDK.
            for part in item.node.find_all():
                if isinstance(part, StackConstruct):
                    part.make_resource()
            yield from (part for part in item.node.find_all() if isinstance(part, _DEPENDABLE))
        else:
            yield item


def _count(value: Any) -> Any:
    return toolkit.Token.as_number(value) if isinstance(value, str) else value


def _for_each(value: Any) -> Any:
    if isinstance(value, Mapping):
        return toolkit.TerraformIterator.from_map(to_json_value(value))
    if isinstance(value, (list, tuple)):
        return toolkit.TerraformIterator.from_list([_in_expression(item) for item in value])
    return value


def _in_expression(text: str) -> str:
    """Return a text for a list that the CDK writes inside of an expression.

    The CDK puts it into quotes, and escapes nothing; what has quotes already, it takes as it is.
    """
    return (
        expressions.quoted(text)
        if _NEEDS_ESCAPES.search(text) and not toolkit.is_token(text)
        else text
    )
