"""Terraform's meta-arguments of a resource: depends_on, count, for_each, provider, lifecycle."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lib import toolkit
from constructs_lib.constructs import hcl
from constructs_lib.constructs.lifecycle import terraform_lifecycle
from constructs_lib.constructs.placed import PlacedConstruct
from constructs_lib.constructs.provider import hidden_provider
from constructs_lib.constructs.values import rendered

NAMES = ("provider", "depends_on", "lifecycle", "count", "for_each", "import_id")
"""The parameters of a construct that are no attributes of its resource."""

_NEEDS_ESCAPES = re.compile(r'["\\\x00-\x1f]')
_DEPENDABLE = (
    toolkit.TerraformResource,
    toolkit.TerraformDataSource,
    toolkit.TerraformModule,
)


def terraform_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the CDK's resource for the meta-arguments of a construct.

    :param arguments: the parameters of the construct by name; others are left aside. The rules of
        ``meta_rules`` must have nothing against them
    """
    provider = arguments.get("provider")
    return {
        "depends_on": [*_dependencies(arguments.get("depends_on") or ())] or None,
        "count": _count(arguments.get("count")),
        "for_each": _for_each(arguments.get("for_each")),
        "provider": hidden_provider(provider) if provider is not None else None,
        "lifecycle": terraform_lifecycle(arguments.get("lifecycle")),
    }


def is_many(arguments: Mapping[str, Any]) -> bool:
    """True if one construct stands for several instances: it has count or for_each."""
    return arguments.get("count") is not None or arguments.get("for_each") is not None


def has_no_instance(arguments: Mapping[str, Any]) -> bool:
    """Return True if one construct certainly stands for no instance: its count is 0, or its
    for_each is empty.
    """
    count, for_each = arguments.get("count"), arguments.get("for_each")
    is_empty = isinstance(for_each, (Mapping, list, tuple)) and len(for_each) == 0
    return is_empty or (type(count) is int and count == 0)


def _dependencies(items: Any) -> Iterator[Any]:
    for item in items:
        if isinstance(item, toolkit.Construct) and not isinstance(item, _DEPENDABLE):
            # A construct stands for all that it is made of, as elsewhere in the CDK.
            for part in item.node.find_all():
                if isinstance(part, PlacedConstruct):
                    part.make_resource()
            yield from (part for part in item.node.find_all() if isinstance(part, _DEPENDABLE))
        else:
            yield item


def _count(value: Any) -> Any:
    return toolkit.Token.as_number(value) if isinstance(value, str) else value


def _for_each(value: Any) -> Any:
    if isinstance(value, Mapping):
        return toolkit.TerraformIterator.from_map(rendered(value))
    if isinstance(value, (list, tuple)):
        return toolkit.TerraformIterator.from_list([_in_expression(item) for item in value])
    return value


def _in_expression(text: str) -> str:
    """Return a text for a list that the CDK writes inside of an expression.

    The CDK puts it into quotes, and escapes nothing; what has quotes already, it takes as it is.
    """
    return hcl.quoted(text) if _NEEDS_ESCAPES.search(text) and not toolkit.is_token(text) else text
