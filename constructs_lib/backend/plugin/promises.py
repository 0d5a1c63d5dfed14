"""What a provider promises Terraform, checked on each answer before it is sent.

A broken promise is a bug of the provider. Terraform would find some of them itself, but names
neither the rule nor what to do; others it would let pass, and the state would be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from constructs_lib.backend.plugin.diagnostics import Diagnostics, Path, dotted
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values import Dynamic, Object, Value, contains_unknown, same
from constructs_lib.schemas import Attribute, Kind

Attributes = dict[str, Attribute]


class Broken(NamedTuple):
    """One broken promise."""

    path: Path
    rule: str


def of_plan(attributes: Attributes, plan: Plan) -> Iterator[Broken]:
    """The promises that a plan breaks."""
    yield from configured_is_planned(attributes, plan.config, plan.prior, plan.planned)
    yield from write_only_is_null(attributes, plan.planned)
    yield from replacement_needs_a_prior_object(plan)


def of_apply(attributes: Attributes, planned: Object, state: Object) -> Iterator[Broken]:
    """The promises that a created or updated state breaks."""
    yield from planned_is_applied(attributes, planned, state)
    yield from nothing_is_unknown(attributes, state)
    yield from write_only_is_null(attributes, state)


def of_read(attributes: Attributes, returned: Object) -> Iterator[Broken]:
    """The promises that an answer to a read breaks."""
    yield from nothing_is_unknown(attributes, returned)


def report(broken: Iterator[Broken], subject: str, diagnostics: Diagnostics) -> None:
    """Adds an error for each broken promise.

    :param subject: the resource type and the operation
    """
    for path, rule in broken:
        place = f", attribute {dotted(path)}" if path else ""
        detail = f"{subject}{place}: {rule}. This is a bug in the provider; please report it."
        diagnostics.error("Provider broke a rule of Terraform", detail, path)


def configured_is_planned(
    attributes: Attributes, config: Object, prior: Object | None, planned: Object
) -> Iterator[Broken]:
    """What is configured is planned as configured, or exactly as it was before."""
    for name, attribute in attributes.items():
        configured = config.get(name)
        if configured is None or attribute.write_only:
            continue
        before = prior.get(name) if prior is not None else None
        if not _is_kept(attribute, configured, before, planned.get(name)):
            yield Broken((name,), "a configured value must be planned as configured or as before")


def write_only_is_null(attributes: Attributes, values: Object) -> Iterator[Broken]:
    """Write-only values are never in a plan or a state."""
    for name, attribute in attributes.items():
        if attribute.write_only and values.get(name) is not None:
            yield Broken((name,), "a write-only value must be null in plan and state")


def replacement_needs_a_prior_object(plan: Plan) -> Iterator[Broken]:
    """Only what exists can be replaced."""
    if plan.is_create and plan.replace:
        yield Broken(plan.replace[0], "only an existing resource can be replaced")


def planned_is_applied(attributes: Attributes, planned: Object, state: Object) -> Iterator[Broken]:
    """Every known planned value comes back unchanged."""
    for name in attributes:
        promised = planned.get(name)
        if not contains_unknown(promised) and not identical(promised, state.get(name)):
            yield Broken((name,), "a known planned value must be the applied value")


def nothing_is_unknown(attributes: Attributes, state: Object) -> Iterator[Broken]:
    """A state holds nothing unknown."""
    for name in attributes:
        if contains_unknown(state.get(name)):
            yield Broken((name,), "a state must not hold unknown values")


def identical(a: Value, b: Value) -> bool:
    """True if two values are the same and of the same type, as Terraform compares them."""
    return same(a, b) and _types_agree(a, b)


def _types_agree(a: object, b: object) -> bool:
    if isinstance(a, Dynamic) or isinstance(b, Dynamic):
        return isinstance(a, Dynamic) and isinstance(b, Dynamic) and a.type == b.type
    if isinstance(a, dict) and isinstance(b, dict):
        return all(_types_agree(a[name], b[name]) for name in a)
    if isinstance(a, list) and isinstance(b, list):
        return all(map(_types_agree, a, b))
    return True


def _is_kept(attribute: Attribute, configured: Value, before: Value, planned: Value) -> bool:
    if identical(planned, configured) or (before is not None and identical(planned, before)):
        return True
    if attribute.kind is not Kind.NESTED:
        return False
    return _nested_is_kept(attribute, configured, before, planned)


def _nested_is_kept(attribute: Attribute, configured: Value, before: Value, planned: Value) -> bool:
    """As Terraform does, a nested attribute may be kept part by part."""
    if not isinstance(configured, dict) or not isinstance(planned, dict):
        return False
    old = before if isinstance(before, dict) else {}
    return all(
        _is_kept(inner, configured.get(name), old.get(name), planned.get(name))
        for name, inner in attribute.attributes.items()
    )
