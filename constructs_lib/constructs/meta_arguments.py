"""Terraform's meta-arguments of a resource: depends_on, count, for_each, provider, lifecycle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from constructs_lib import toolkit
from constructs_lib.constructs.lifecycle import Lifecycle, lifecycle_names, terraform_lifecycle
from constructs_lib.constructs.provider import FivetranProvider, hidden_provider
from constructs_lib.constructs.values import rendered
from constructs_lib.validation import ConstructPlace, Finding

NAMES = ("provider", "depends_on", "lifecycle", "count", "for_each", "import_id")
"""The parameters of a construct that are no attributes of its resource."""

_DEPENDABLE = (
    toolkit.TerraformResource,
    toolkit.TerraformDataSource,
    toolkit.TerraformModule,
)


def terraform_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the CDK's resource for the meta-arguments of a construct.

    :param arguments: the parameters of the construct by name; others are left aside
    """
    provider = arguments.get("provider")
    lifecycle = arguments.get("lifecycle")
    return {
        "depends_on": [*_dependencies(arguments.get("depends_on") or ())] or None,
        "count": _count(arguments.get("count")),
        "for_each": _for_each(arguments.get("for_each")),
        "provider": hidden_provider(provider) if isinstance(provider, FivetranProvider) else None,
        "lifecycle": terraform_lifecycle(lifecycle) if _is_lifecycle(lifecycle) else None,
    }


def is_many(arguments: Mapping[str, Any]) -> bool:
    """True if one construct stands for several instances: it has count or for_each."""
    return arguments.get("count") is not None or arguments.get("for_each") is not None


def findings(
    arguments: Mapping[str, Any], attributes: frozenset[str], place: ConstructPlace
) -> list[Finding]:
    """What is wrong with the meta-arguments.

    :param attributes: the names that ``lifecycle.ignore_changes`` may have
    """
    problems = (
        _types(arguments),
        _both(arguments),
        _import(arguments),
        _lifecycle(arguments, attributes),
    )
    return [
        Finding(rule, "error", place, pointer, found, allowed)
        for problem in problems
        for rule, pointer, found, allowed in problem
    ]


_Problem = tuple[str, str, str, str]


def _types(arguments: Mapping[str, Any]) -> Iterator[_Problem]:
    provider, lifecycle = arguments.get("provider"), arguments.get("lifecycle")
    if not isinstance(provider, (FivetranProvider, type(None))):
        yield "type", "/provider", f"a {type(provider).__name__}", "a FivetranProvider"
    if not _is_lifecycle(lifecycle):
        yield "type", "/lifecycle", f"a {type(lifecycle).__name__}", "a Lifecycle or a mapping"


def _is_lifecycle(value: Any) -> bool:
    return isinstance(value, (Lifecycle, Mapping, type(None)))


def _both(arguments: Mapping[str, Any]) -> Iterator[_Problem]:
    if arguments.get("count") is not None and arguments.get("for_each") is not None:
        yield "count-and-for-each", "/count", "count and for_each", "one of the two"


def _import(arguments: Mapping[str, Any]) -> Iterator[_Problem]:
    if arguments.get("import_id") is not None and is_many(arguments):
        found = "import_id together with count or for_each"
        yield "import-of-many", "/import_id", found, "import_id for a single resource"


def _lifecycle(arguments: Mapping[str, Any], attributes: frozenset[str]) -> Iterator[_Problem]:
    lifecycle = arguments.get("lifecycle")
    if lifecycle is None or not _is_lifecycle(lifecycle):
        return
    given = vars(lifecycle) if isinstance(lifecycle, Lifecycle) else lifecycle
    for name in given:
        if name not in lifecycle_names():
            allowed = ", ".join(sorted(lifecycle_names()))
            yield "unknown-attribute", f"/lifecycle/{name}", repr(name), allowed
    ignored = given.get("ignore_changes")
    for name in () if isinstance(ignored, str) or not ignored else ignored:
        if name.partition(".")[0].partition("[")[0] not in attributes:
            allowed = ", ".join(sorted(attributes))
            yield "unknown-attribute", "/lifecycle/ignore_changes", repr(name), allowed


def _dependencies(items: Any) -> Iterator[Any]:
    for item in items:
        if isinstance(item, toolkit.Construct) and not isinstance(item, _DEPENDABLE):
            # A construct stands for all that it is made of, as elsewhere in the CDK.
            yield from (part for part in item.node.find_all() if isinstance(part, _DEPENDABLE))
        else:
            yield item


def _count(value: Any) -> Any:
    return toolkit.Token.as_number(value) if isinstance(value, str) else value


def _for_each(value: Any) -> Any:
    if isinstance(value, Mapping) and not toolkit.is_token(value):
        return toolkit.TerraformIterator.from_map(rendered(value))
    if isinstance(value, (list, tuple)):
        return toolkit.TerraformIterator.from_list(value)
    return value
